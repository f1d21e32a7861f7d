"""What is shown, asked for and kept on a person's machine."""
