"""Who read what, whose data were taken out, and the functions that take data out."""

from caspen_qbo.migrations import run_file

revision = "0017_keeping"
down_revision = "0016_backfill_plan"


def upgrade() -> None:
    run_file("0017_keeping")
