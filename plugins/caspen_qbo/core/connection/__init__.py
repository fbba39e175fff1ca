"""Connecting a company."""
