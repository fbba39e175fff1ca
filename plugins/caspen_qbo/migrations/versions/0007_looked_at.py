"""When a request in doubt was last looked for, so that the next look knows how long QuickBooks has had."""

from __future__ import annotations

from caspen_qbo.migrations import apply_folder

revision = "0007_looked_at"
down_revision = "0006_sign_off"


def upgrade() -> None:
    apply_folder("0007_looked_at")
