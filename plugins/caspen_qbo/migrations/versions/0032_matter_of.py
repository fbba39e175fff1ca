"""What is listed about a document, said once for Caspen's card, the pages and the search."""

from caspen_qbo.migrations import run_file

revision = "0032_matter_of"
down_revision = "0031_known"


def upgrade() -> None:
    run_file("0032_matter_of")
