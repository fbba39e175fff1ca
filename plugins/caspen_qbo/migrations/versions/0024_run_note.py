"""What a run did, for its note."""

from caspen_qbo.migrations import run_file

revision = "0024_run_note"
down_revision = "0023_before_edits"


def upgrade() -> None:
    run_file("0024_run_note")
