"""Documents that may have been edited are found by an index of their own."""

from __future__ import annotations

from caspen_qbo.migrations import apply_folder

revision = "0008_drifted"
down_revision = "0007_looked_at"


def upgrade() -> None:
    apply_folder("0008_drifted")
