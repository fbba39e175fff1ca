"""Many practices: simulated with the core's own policies, and run for real."""
