"""What is kept: diagnoses, feedback and documents of clients, in SQLite or PostgreSQL.

Pasted evidence is never among it, and texts are masked before they get here.
"""
