"""What the sandbox holds next to its companies: tokens, limits, stored answers, planned faults, records."""
