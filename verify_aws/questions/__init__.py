"""The questions, one module per subject."""
