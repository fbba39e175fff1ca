"""Who read what, whose data were taken out, and the functions that take data out."""

from caspen_qbo.migrations import run_file

revision = "0018_keeping"
down_revision = "0017_practice_overview"


def upgrade() -> None:
    run_file("0018_keeping")
