"""What everything else is made of: time, amounts, properties, refusals, and the envelopes they travel in."""
