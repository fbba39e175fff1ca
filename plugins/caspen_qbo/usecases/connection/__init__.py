"""Connecting a company and setting it up."""
