"""What the actions agree on: who may grant what, and until when."""
