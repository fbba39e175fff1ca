"""The plans of backfills and their approvals."""

from caspen_qbo.migrations import run_file

revision = "0015_backfill_plan"
down_revision = "0014_open_matter"


def upgrade() -> None:
    run_file("0015_backfill_plan")
