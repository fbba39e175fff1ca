"""QuickBooks' accounting API."""
