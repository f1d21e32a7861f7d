"""What AWS keeps for the admin function, a file a kind."""
