"""What a payment recorded in QuickBooks means for Caspen."""
