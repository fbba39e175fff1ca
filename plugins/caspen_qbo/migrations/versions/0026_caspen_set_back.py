"""Which document and client of Caspen a link stands for, also after Caspen was set back to an earlier day."""

from caspen_qbo.migrations import run_file

revision = "0026_caspen_set_back"
down_revision = "0025_checks"


def upgrade() -> None:
    run_file("0026_caspen_set_back")
