"""Closed months, and the figures of a month."""
