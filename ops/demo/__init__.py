"""The sample practice, its day, and a check of its own that both sides are equal."""
