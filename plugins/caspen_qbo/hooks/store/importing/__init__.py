"""What an import needs to remember."""
