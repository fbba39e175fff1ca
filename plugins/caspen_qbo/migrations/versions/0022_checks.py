"""What the checks of each run found, and what a practice's own expectations may look at."""

from caspen_qbo.migrations import run_file

revision = "0022_checks"
down_revision = "0021_own_rows"


def upgrade() -> None:
    run_file("0022_checks")
