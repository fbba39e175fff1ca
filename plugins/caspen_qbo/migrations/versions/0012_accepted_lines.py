"""Which lines of an accepted document are a person's own."""

from caspen_qbo.migrations import run_file

revision = "0012_accepted_lines"
down_revision = "0011_customer_links"


def upgrade() -> None:
    run_file("0012_accepted_lines")
