"""Customers made inactive in QuickBooks under documents that stand there, and a person's acceptance of it."""

from __future__ import annotations

from caspen_qbo.migrations import apply_folder

revision = "0003_inactive_customer"
down_revision = "0002_reconcile"


def upgrade() -> None:
    apply_folder("0003_inactive_customer")
