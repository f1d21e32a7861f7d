"""The questions, a module for each subject."""
