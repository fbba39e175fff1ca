"""Closing a month: what has to hold, what is signed, what changed since."""
