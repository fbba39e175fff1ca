"""Who connected and disconnected a workspace, and the history of both."""

from caspen_qbo.migrations import run_file

revision = "0020_connected_by"
down_revision = "0019_keeping"


def upgrade() -> None:
    run_file("0020_connected_by")
