"""What is checked beyond the comparison: Caspen's own rows, and what a practice expects of its figures."""
