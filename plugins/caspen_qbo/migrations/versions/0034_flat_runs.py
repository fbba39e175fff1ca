"""What a run has to look at, found whatever a practice's past is, and the ledger's counters."""

from caspen_qbo.migrations import run_file

revision = "0034_flat_runs"
down_revision = "0033_own_writes"


def upgrade() -> None:
    run_file("0034_flat_runs")
