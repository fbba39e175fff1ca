"""QuickBooks' query language."""

from __future__ import annotations

from qbo_emulator.query.run import run_query

__all__ = ["run_query"]
