"""Sending to QuickBooks exactly once: write-ahead, send, look up, record."""
