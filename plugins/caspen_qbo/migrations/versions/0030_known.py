"""Which numbers are free in QuickBooks, and which customers there are, without asking."""

from caspen_qbo.migrations import run_file

revision = "0030_known"
down_revision = "0029_mail"


def upgrade() -> None:
    run_file("0030_known")
