"""The view that says which open rows are about their document itself."""

from caspen_qbo.migrations import run_file

revision = "0014_open_matter"
down_revision = "0013_left"


def upgrade() -> None:
    run_file("0014_open_matter")
