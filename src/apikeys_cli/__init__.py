"""``apikeys``, the command line of the admin function; never part of its package."""
