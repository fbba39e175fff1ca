"""What is done when a request comes in, or when a person acts on QuickBooks' own pages."""
