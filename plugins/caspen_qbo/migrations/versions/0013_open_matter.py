"""The view that says which open rows are about their document itself."""

from caspen_qbo.migrations import run_file

revision = "0013_open_matter"
down_revision = "0012_accepted_lines"


def upgrade() -> None:
    run_file("0013_open_matter")
