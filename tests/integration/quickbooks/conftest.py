"""A workspace connected to a scripted QuickBooks, on a real database of ours."""

from __future__ import annotations

from tests.support.desk import books, desk, fernet_key, hook, qbo_db, shared_db, web

__all__ = ["books", "desk", "fernet_key", "hook", "qbo_db", "shared_db", "web"]

TIME = "2026-11-01T10:00:00.250-07:00"
"""What QuickBooks' scripted answers say of the time."""
