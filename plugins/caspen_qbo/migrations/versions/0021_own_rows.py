"""What is wrong in Caspen's own rows of a document."""

from caspen_qbo.migrations import run_file

revision = "0021_own_rows"
down_revision = "0020_connected_by"


def upgrade() -> None:
    run_file("0021_own_rows")
