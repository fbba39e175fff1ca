"""Decisions carried out: recorded, written to QuickBooks, and what its answers say."""
