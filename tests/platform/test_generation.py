"""Databases and sandbox of a clone belong together, or both start afresh; and only one launcher runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.local import services
from ops.local.generation import PRACTICE_DATABASES, require_same_generation
from ops.local.migrated import is_migrated, is_ours_current
from ops.local.postgres import Database, PostgresServer, temporary_postgres

pytestmark = pytest.mark.postgres
REALM = "9130000000000001"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A cluster of this module's own: the names of the databases are fixed."""
    with temporary_postgres() as running:
        yield running


@pytest.fixture
def snapshot(server: PostgresServer, tmp_path: Path) -> Path:
    """A clone that has run before: databases made, sandbox state written with 40 documents."""
    for name in PRACTICE_DATABASES:
        server.drop_database(name)
    path = tmp_path / "sandbox" / "state.json"
    assert require_same_generation(server, path) is False, "there was nothing to throw away"
    for name in PRACTICE_DATABASES:
        server.ensure_database(name, f"pw-{name}")
    with server.database("caspen_qbo").connect() as connection:
        connection.execute("CREATE SCHEMA qbo_sync")
        connection.execute("CREATE TABLE qbo_sync.document_link (realm_id text, quickbooks_id text)")
    write_state(path, documents=40)
    return path


def write_state(path: Path, documents: int) -> None:
    company = {"realm": REALM, "sequences": {"transactions": documents}}
    path.write_text(json.dumps({"companies": [company]}))


def link(server: PostgresServer, quickbooks_id: str) -> None:
    with server.database("caspen_qbo").connect() as connection:
        connection.execute("INSERT INTO qbo_sync.document_link VALUES (%s, %s)", [REALM, quickbooks_id])


def databases(server: PostgresServer) -> set[str]:
    with server.admin() as connection:
        return {row[0] for row in connection.execute("SELECT datname FROM pg_database")}


def test_what_belongs_together_is_kept(server: PostgresServer, snapshot: Path):
    link(server, "40")
    assert require_same_generation(server, snapshot) is False
    assert snapshot.exists()
    assert "caspen_qbo" in databases(server)


def test_a_lost_sandbox_state_takes_the_databases_with_it(server: PostgresServer, snapshot: Path):
    snapshot.unlink()
    assert require_same_generation(server, snapshot) is True
    assert "caspen_qbo" not in databases(server)


def test_lost_databases_take_the_sandbox_state_with_them(server: PostgresServer, snapshot: Path):
    server.drop_database("caspen")
    assert require_same_generation(server, snapshot) is True
    assert not snapshot.exists()


def test_a_sandbox_that_forgot_its_last_documents_is_not_used(server: PostgresServer, snapshot: Path):
    link(server, "41")
    assert require_same_generation(server, snapshot) is True
    assert "caspen_qbo" not in databases(server) and not snapshot.exists()


def test_a_second_launcher_of_a_clone_is_told_of_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(services, "RUN", tmp_path)
    with services.launcher_lock():
        with pytest.raises(services.AlreadyRunning, match="already runs .process"), services.launcher_lock():
            pass
    with services.launcher_lock():
        assert (tmp_path / "launcher.lock").read_text().startswith("process ")


def test_our_schema_is_current_only_at_the_newest_migration(sync_db: Database):
    assert is_ours_current(sync_db)
    with sync_db.connect() as connection:
        connection.execute("UPDATE qbo_sync.migration SET version_num = '0001_first'")
    assert not is_ours_current(sync_db)


def test_an_empty_database_is_not_migrated(server: PostgresServer):
    empty = server.ensure_database("empty", "pw-empty")
    assert not is_ours_current(empty)
    assert not is_migrated(empty)
