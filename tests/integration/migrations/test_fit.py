"""Code and schema of two versions refuse each other in a sentence, command by command."""

from __future__ import annotations

import psycopg
import pytest

from caspen_qbo.errors import ConfigurationError
from caspen_qbo.migrations import FIRST_RELEASED, find_head, head_revision, migrate
from tests.support.command_line import run_command
from tests.support.flow import Flow

pytestmark = [pytest.mark.postgres, pytest.mark.airflow]

COMMANDS = (
    ["post"], ["import"], ["reconcile"], ["backfill", "--number", "INV-1"], ["status"], ["unsynced"],
    ["doctor"], ["retry", "--all"], ["history", "--number", "INV-1"], ["report", "--html", "/dev/null"],
)  # fmt: skip
"""Each with its workspace."""


@pytest.fixture(params=[FIRST_RELEASED, "9999_later"])
def revision(flow: Flow, request: pytest.FixtureRequest) -> str:
    flow.invoice("100.00")
    set_revision(flow, request.param)
    return str(request.param)


def set_revision(flow: Flow, revision: str) -> None:
    with psycopg.connect(flow.sync.uri, autocommit=True) as connection:
        connection.execute("UPDATE qbo_sync.migration SET version_num = %s", [revision])


def advice(revision: str) -> str:
    return "caspen-qbo migrate" if revision == FIRST_RELEASED else "A newer version"


def test_the_head_is_known_without_alembic() -> None:
    assert find_head() == head_revision()


def test_every_command_refuses_a_schema_of_another_version(flow: Flow, revision: str) -> None:
    for command in COMMANDS:
        done = run_command(*command, "--workspace", "1")
        said = done.stdout + done.stderr
        assert done.returncode == 1, f"{command}: {said}"
        assert f"'{revision}'" in said and f"'{find_head()}'" in said and advice(revision) in said, said
        assert "Traceback" not in said
    assert flow.books("Invoice") == []
    set_revision(flow, find_head())
    assert run_command("post", "--workspace", "1").returncode == 0
    assert len(flow.books("Invoice")) == 1


def test_an_empty_database_says_so(flow: Flow) -> None:
    with psycopg.connect(flow.sync.uri, autocommit=True) as connection:
        connection.execute("DROP SCHEMA qbo_sync CASCADE")
    done = run_command("post", "--workspace", "1")
    assert done.returncode == 1
    assert "There is no schema qbo_sync" in done.stderr and "caspen-qbo migrate" in done.stderr


def test_migrate_itself_is_refused_by_neither(flow: Flow) -> None:
    set_revision(flow, "9999_later")
    with pytest.raises(ConfigurationError, match="A newer version"):
        migrate()
