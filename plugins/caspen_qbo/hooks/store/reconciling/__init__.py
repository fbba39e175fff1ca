"""Snapshots, comparisons, reconciliations and sign-offs."""
