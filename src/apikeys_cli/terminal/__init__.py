"""What is shown, asked and kept on a person's machine."""
