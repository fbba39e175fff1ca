"""QuickBooks' query language."""

from __future__ import annotations

from .run import run_query

__all__ = ["run_query"]
