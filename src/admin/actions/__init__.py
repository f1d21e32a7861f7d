"""The actions of the admin function, one file per verb."""
