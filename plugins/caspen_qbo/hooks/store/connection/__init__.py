"""A practice's connection and settings."""
