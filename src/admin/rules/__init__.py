"""The rules that actions share: who may grant what, and until when."""
