"""What AWS keeps for the admin function, one file per kind."""
