"""The schema of version 1.0.0."""

from caspen_qbo.migrations import run_file

revision = "0008_drifted"
down_revision = None


def upgrade() -> None:
    run_file("0001_baseline")
