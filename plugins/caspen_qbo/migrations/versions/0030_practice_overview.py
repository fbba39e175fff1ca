"""What all practices look like on one page."""

from caspen_qbo.migrations import run_file

revision = "0030_practice_overview"
down_revision = "0015_metered_reads"


def upgrade() -> None:
    run_file("0030_practice_overview")
