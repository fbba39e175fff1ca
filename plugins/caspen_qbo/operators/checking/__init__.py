"""Practices of one task that are checked together."""
