"""When QuickBooks last reported a change of anything but a payment."""

from caspen_qbo.migrations import run_file

revision = "0026_touched"
down_revision = "0025_checks"


def upgrade() -> None:
    run_file("0026_touched")
