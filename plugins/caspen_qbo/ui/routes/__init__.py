"""Routes by subject. Each reads, or calls one use case, and hands texts to a template."""
