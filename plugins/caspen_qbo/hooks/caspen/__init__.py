"""Caspen's billing database."""
