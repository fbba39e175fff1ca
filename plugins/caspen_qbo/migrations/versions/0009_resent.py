"""Which version a person wants sent over what is in QuickBooks."""

from caspen_qbo.migrations import run_file

revision = "0009_resent"
down_revision = "0008_drifted"


def upgrade() -> None:
    run_file("0009_resent")
