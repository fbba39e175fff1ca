"""Invoices recreated in Caspen, linked or posted by number."""
