"""Notes when each key was used last, from the authorizer's log."""
