"""The currency of documents, and the home amounts of those that QuickBooks has in another one."""

from caspen_qbo.migrations import run_file

revision = "0010_currency"
down_revision = "0009_resent"


def upgrade() -> None:
    run_file("0010_currency")
