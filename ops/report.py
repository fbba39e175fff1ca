"""Where the reconciliation's report lies."""

from __future__ import annotations

from pathlib import Path

from ops.paths import REPORTS


def latest_report(workspace_id: int) -> Path | None:
    """The newest HTML report of a workspace, or None."""
    found = (REPORTS / str(workspace_id)).glob("*.html")
    return max(found, key=lambda path: path.stat().st_mtime, default=None)
