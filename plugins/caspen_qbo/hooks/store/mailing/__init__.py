"""The morning mail: who wants it, what became of each, and what it tells."""
