"""The role map as people write it, compare it and store it."""
