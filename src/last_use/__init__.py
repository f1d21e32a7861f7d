"""Notes when each key was last used, from the authorizer's log."""
