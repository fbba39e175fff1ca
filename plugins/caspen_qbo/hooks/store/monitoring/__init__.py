"""Runs, activity and what the pages read."""
