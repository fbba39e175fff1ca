"""What all practices look like on one page."""

from caspen_qbo.migrations import run_file

revision = "0017_practice_overview"
down_revision = "0016_backfill_plan"


def upgrade() -> None:
    run_file("0017_practice_overview")
