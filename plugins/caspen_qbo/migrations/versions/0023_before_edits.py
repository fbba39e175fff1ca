"""What an accepted document was before it was edited."""

from caspen_qbo.migrations import run_file

revision = "0023_before_edits"
down_revision = "0022_month_close"


def upgrade() -> None:
    run_file("0023_before_edits")
