"""The files of each practice where reports are kept."""

from caspen_qbo.migrations import run_file

revision = "0028_report_file"
down_revision = "0027_touched"


def upgrade() -> None:
    run_file("0028_report_file")
