"""Links of clients to customers: shared ones, and their history."""

from caspen_qbo.migrations import run_file

revision = "0011_customer_links"
down_revision = "0010_currency"


def upgrade() -> None:
    run_file("0011_customer_links")
