"""What a person decides: accept, re-send, retry."""
