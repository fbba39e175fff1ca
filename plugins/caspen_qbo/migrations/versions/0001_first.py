"""Connection, links, write-ahead requests, unsynced list, runs, snapshot."""

from __future__ import annotations

from caspen_qbo.migrations import apply_folder

revision = "0001_first"
down_revision = None


def upgrade() -> None:
    apply_folder("0001_first")
