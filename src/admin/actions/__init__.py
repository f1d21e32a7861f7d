"""What the admin function is asked to do, a file a verb."""
