"""Which numbers are free in QuickBooks, and which customers there are, without asking."""

from caspen_qbo.migrations import run_file

revision = "0028_known"
down_revision = "0027_touched"


def upgrade() -> None:
    run_file("0028_known")
