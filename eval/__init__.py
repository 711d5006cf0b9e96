"""Evaluation: queries, runs and measures, and the fit of the ranking."""
