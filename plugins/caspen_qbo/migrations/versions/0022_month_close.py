"""Months that persons closed, with their packs."""

from caspen_qbo.migrations import run_file

revision = "0022_month_close"
down_revision = "0021_own_rows"


def upgrade() -> None:
    run_file("0022_month_close")
