"""QuickBooks to Caspen."""
