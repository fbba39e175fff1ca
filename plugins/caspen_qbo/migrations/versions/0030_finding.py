"""Documents found across all practices by index."""

from caspen_qbo.migrations import run_file

revision = "0030_finding"
down_revision = "0029_mail"


def upgrade() -> None:
    run_file("0030_finding")
