"""What the checks of each run found, and what a practice's own expectations may look at."""

from caspen_qbo.migrations import run_file

revision = "0025_checks"
down_revision = "0024_run_note"


def upgrade() -> None:
    run_file("0025_checks")
