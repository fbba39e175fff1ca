"""The frozen comparison of several practices is checked at once, and costs less to write."""

from caspen_qbo.migrations import run_file

revision = "0035_one_check_a_shard"
down_revision = "0034_flat_runs"


def upgrade() -> None:
    run_file("0035_one_check_a_shard")
