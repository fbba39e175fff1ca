"""What is due, in one view; and an index for the progress of a run."""

from __future__ import annotations

from caspen_qbo.migrations import apply_folder

revision = "0004_due"
down_revision = "0003_inactive_customer"


def upgrade() -> None:
    apply_folder("0004_due")
