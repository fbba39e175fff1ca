"""What the pages work out before a template shows it: states, groups, sentences. Values keep their types."""
