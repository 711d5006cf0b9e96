"""The schema of the database, one step after the other."""
