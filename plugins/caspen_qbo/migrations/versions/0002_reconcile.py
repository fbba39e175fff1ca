"""
What reconciliation keeps beside the comparison: edits since posting, acceptances, a view per document kind.
"""

from __future__ import annotations

from caspen_qbo.migrations import apply_folder

revision = "0002_reconcile"
down_revision = "0001_first"


def upgrade() -> None:
    apply_folder("0002_reconcile")
