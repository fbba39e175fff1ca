"""Metered calls by practice, day and kind; and what decides when the import asks."""

from caspen_qbo.migrations import run_file

revision = "0015_metered_reads"
down_revision = "0014_open_matter"


def upgrade() -> None:
    run_file("0015_metered_reads")
