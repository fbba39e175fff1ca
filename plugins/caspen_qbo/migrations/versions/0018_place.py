"""Where the database was when a run last wrote to it."""

from caspen_qbo.migrations import run_file

revision = "0018_place"
down_revision = "0017_practice_overview"


def upgrade() -> None:
    run_file("0018_place")
