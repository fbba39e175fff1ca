"""Finding documents across practices."""
