"""Rows that a person left as they are."""

from caspen_qbo.migrations import run_file

revision = "0013_left"
down_revision = "0012_accepted_lines"


def upgrade() -> None:
    run_file("0013_left")
