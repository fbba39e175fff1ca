"""What events start: posting and importing as soon as something is new."""
