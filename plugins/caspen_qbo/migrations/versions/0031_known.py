"""Which numbers are free in QuickBooks, and which customers there are, without asking."""

from caspen_qbo.migrations import run_file

revision = "0031_known"
down_revision = "0030_finding"


def upgrade() -> None:
    run_file("0031_known")
