"""When QuickBooks last reported a change of anything but a payment."""

from caspen_qbo.migrations import run_file

revision = "0027_touched"
down_revision = "0026_caspen_set_back"


def upgrade() -> None:
    run_file("0027_touched")
