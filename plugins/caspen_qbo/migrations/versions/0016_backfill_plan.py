"""The plans of backfills and their approvals."""

from caspen_qbo.migrations import run_file

revision = "0016_backfill_plan"
down_revision = "0015_metered_reads"


def upgrade() -> None:
    run_file("0016_backfill_plan")
