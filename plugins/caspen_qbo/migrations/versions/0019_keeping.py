"""Who read what, whose data were taken out, and the functions that take data out."""

from caspen_qbo.migrations import run_file

revision = "0019_keeping"
down_revision = "0018_place"


def upgrade() -> None:
    run_file("0019_keeping")
