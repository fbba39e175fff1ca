"""Which changes in Caspen are our own writes."""

from caspen_qbo.migrations import run_file

revision = "0033_own_writes"
down_revision = "0032_matter_of"


def upgrade() -> None:
    run_file("0033_own_writes")
