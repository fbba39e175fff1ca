"""Who gets the morning mail, and what became of each."""

from caspen_qbo.migrations import run_file

revision = "0029_mail"
down_revision = "0028_report_file"


def upgrade() -> None:
    run_file("0029_mail")
