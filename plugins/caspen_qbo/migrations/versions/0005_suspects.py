"""The frozen comparison is written in bulk; only what differs has an index."""

from __future__ import annotations

from caspen_qbo.migrations import apply_folder

revision = "0005_suspects"
down_revision = "0004_due"


def upgrade() -> None:
    apply_folder("0005_suspects")
