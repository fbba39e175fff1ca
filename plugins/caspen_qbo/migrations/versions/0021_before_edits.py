"""What an accepted document was before it was edited."""

from caspen_qbo.migrations import run_file

revision = "0021_before_edits"
down_revision = "0020_connected_by"


def upgrade() -> None:
    run_file("0021_before_edits")
