"""Closing a month of a practice, and the pack a bookkeeper hands on."""
