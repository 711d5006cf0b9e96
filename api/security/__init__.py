"""Who may ask what, and what browsers are told."""
