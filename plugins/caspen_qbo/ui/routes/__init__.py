"""Routes by subject. Each reads, or calls one use case, and passes values to a template."""
