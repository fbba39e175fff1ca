"""Signed periods: the figures as signed, and what stands otherwise since."""

from __future__ import annotations

from caspen_qbo.migrations import apply_folder

revision = "0006_sign_off"
down_revision = "0005_suspects"


def upgrade() -> None:
    apply_folder("0006_sign_off")
