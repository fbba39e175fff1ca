"""What the system does: read both sides, ask the core, apply step by step, record what happened."""
