"""How stored secrets are read."""
