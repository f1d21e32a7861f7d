"""What the demo does, and the statuses that it expects."""
