"""Intuit's sign-in: OAuth and the stored tokens."""
