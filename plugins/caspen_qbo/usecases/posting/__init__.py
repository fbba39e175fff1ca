"""Caspen to QuickBooks."""
