"""Finding work: the same practices as one by one, by a constant number of statements, each by index."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from caspen_qbo import queries, wiring
from caspen_qbo.hooks.database import Database as Session
from caspen_qbo.hooks.store.monitoring.practices import COUNTED_MOST
from caspen_qbo.usecases.connection.find_workspaces import Found, find_workspaces
from ops.local.environment import connection_json
from ops.local.postgres import Database
from tests.support.statements import sent_statements

pytestmark = pytest.mark.postgres

STATEMENTS_MOST = 6
NOW = datetime.now(UTC)


@pytest.fixture
def caspen(caspen_db: Database) -> Iterator[Connection]:
    with psycopg.connect(caspen_db.uri, autocommit=True) as connection:
        connection.execute("ALTER TABLE caspen.invoice DISABLE TRIGGER USER")  # updated_at is ours
        yield connection


@pytest.fixture
def sync(caspen_db: Database, sync_db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    monkeypatch.setenv("AIRFLOW_CONN_CASPEN_DB", connection_json("postgres", caspen_db))
    monkeypatch.setenv("AIRFLOW_CONN_SYNC_DB", connection_json("postgres", sync_db))
    with psycopg.connect(sync_db.uri, autocommit=True) as connection:
        yield connection


def connect(caspen: Connection, sync: Connection, first: int, last: int) -> None:
    """Practices where nothing has happened since a post run half an hour ago."""
    ids = {"first": first, "last": last}
    caspen.execute(
        "INSERT INTO caspen.workspace (id, name) OVERRIDING SYSTEM VALUE"
        " SELECT i, 'Practice ' || i FROM generate_series(%(first)s::bigint, %(last)s) i",
        ids,
    )
    for table, columns, values in (
        ("connection", "workspace_id, realm_id", "i, '9130' || i"),
        ("cursor", "workspace_id, name, position", "i, 'caspen', now() - interval '30 minutes'"),
        (
            "sync_run",
            "workspace_id, run_id, job, started_at, finished_at, success",
            "i, 'run', 'post', now() - interval '30 minutes', now() - interval '30 minutes', true",
        ),
    ):
        sync.execute(
            f"INSERT INTO qbo_sync.{table} ({columns})"
            f" SELECT {values} FROM generate_series(%(first)s::bigint, %(last)s) i",
            ids,
        )


def find(**wanted: Any) -> Found:
    with wiring.open_store() as store, wiring.open_billing() as billing:
        return find_workspaces(store, billing, only_with_work=True, **wanted)


def due(found: Found) -> list[int]:
    return [one.workspace_id for one in found.due]


def insert_invoice(caspen: Connection, workspace_id: int, updated_at: datetime) -> None:
    caspen.execute(
        "INSERT INTO caspen.client (id, workspace_id, first_name) OVERRIDING SYSTEM VALUE"
        " VALUES (%s, %s, 'A') ON CONFLICT DO NOTHING",
        [workspace_id, workspace_id],
    )
    caspen.execute(
        "INSERT INTO caspen.invoice (id, workspace_id, client_id, number, issue_date, due_date, tax_mode,"
        " updated_at)"
        " SELECT count(*) + 1, %s, %s, 'INV-' || count(*), now(), now(), 'exclusive', %s FROM caspen.invoice",
        [workspace_id, workspace_id, updated_at],
    )


def insert_document(sync: Connection, workspace_id: int, document_id: int) -> None:
    sync.execute(
        "INSERT INTO qbo_sync.document (workspace_id, document_kind, document_id, document_number,"
        " invoice_id, total, caspen_status, finalised, wanted, version, updated_at)"
        " VALUES (%s, 'invoice', %s, 'INV', %s, 1, 'open', true, 'present', 'v', now())",
        [workspace_id, document_id, document_id],
    )


def list_document(sync: Connection, workspace_id: int, cause: str) -> None:
    sync.execute(
        "INSERT INTO qbo_sync.unsynced_invoice (workspace_id, document_kind, document_id, document_number,"
        " invoice_id, error_key, title, detail, fix, cause_ref)"
        " VALUES (%s, 'invoice', 1, 'INV', 1, 'other', '', '', '', %s)",
        [workspace_id, cause],
    )


def test_each_reason_to_run_is_seen_and_a_practice_without_one_is_idle(
    caspen: Connection, sync: Connection
) -> None:
    connect(caspen, sync, 1, 16)
    assert due(find()) == []
    insert_invoice(caspen, 2, NOW)
    insert_invoice(caspen, 3, NOW - timedelta(hours=2))  # read long ago
    insert_document(sync, 4, 1)
    insert_document(sync, 5, 1)
    list_document(sync, 5, "")  # held, until a person acts
    list_document(sync, 6, "tax_rate:1")  # held by what a run looks up
    sync.execute(
        "UPDATE qbo_sync.sync_run SET started_at = now() - interval '4 hours' WHERE workspace_id = 7"
    )
    sync.execute("UPDATE qbo_sync.sync_run SET success = false WHERE workspace_id = 8")
    sync.execute("DELETE FROM qbo_sync.cursor WHERE workspace_id = 9")
    sync.execute("UPDATE qbo_sync.connection SET status = 'needs_reconnect' WHERE workspace_id = 10")
    sync.execute("UPDATE qbo_sync.connection SET status = 'disconnected' WHERE workspace_id = 11")
    sync.execute(
        "INSERT INTO qbo_sync.request (workspace_id, realm_id, run_id, batch_id, bid, document_kind,"
        " document_id, step, entity, operation, generation, version, payload, payload_hash)"
        " VALUES (12, '1', 'r', 'b', '', 'invoice', 1, 'post', 'Invoice', 'create', 1, 'v', '{}', '')"
    )
    for workspace_id, touched in ((15, "10 minutes"), (16, "40 minutes")):  # after and before the last run
        sync.execute(
            "INSERT INTO qbo_sync.import_rhythm (workspace_id, realm_id, touched_at)"
            " SELECT workspace_id, realm_id, now() - %s::interval FROM qbo_sync.connection"
            " WHERE workspace_id = %s",
            [touched, workspace_id],
        )
    caspen.execute("DELETE FROM caspen.workspace WHERE id = 13")
    insert_document(sync, 13, 1)
    found = find()
    assert due(found) == [2, 4, 6, 7, 8, 9, 12, 13, 15]
    assert found.idle == (1, 3, 5, 14, 16)
    assert found.waiting == ((10, "Practice 10"),)
    assert {one.workspace_id: one.name for one in found.due}[13] == "workspace 13"
    assert [one.workspace_id for one in found.due if one.troubled] == [8]


def test_a_practice_is_as_large_as_what_waits_in_it(caspen: Connection, sync: Connection) -> None:
    connect(caspen, sync, 1, 2)
    for _ in range(3):
        insert_invoice(caspen, 1, NOW)
    insert_document(sync, 1, 1)
    insert_document(sync, 2, 1)
    large, small = find().due
    assert large.seconds == pytest.approx(0.2 + 0.1 * 4) and small.seconds == pytest.approx(0.2 + 0.1)


def test_a_job_that_reads_is_estimated_by_its_last_run(caspen: Connection, sync: Connection) -> None:
    connect(caspen, sync, 1, 2)
    sync.execute(
        "INSERT INTO qbo_sync.sync_run (run_id, workspace_id, job, started_at, finished_at, success)"
        " VALUES ('a', 1, 'import', now() - interval '80 s', now() - interval '40 s', true),"
        " ('b', 1, 'import', now(), NULL, NULL)"  # under way
    )
    with wiring.open_store() as store, wiring.open_billing() as billing:
        known, unknown = find_workspaces(store, billing, job="import").due
    assert (known.seconds, unknown.seconds) == (pytest.approx(40), 1.0)


def test_the_number_of_statements_does_not_grow_with_the_practices(
    caspen: Connection, sync: Connection
) -> None:
    numbers = []
    for first, last in ((1, 10), (11, 1_000)):
        connect(caspen, sync, first, last)
        with sent_statements() as sent:
            found = find()
        numbers.append(len(sent))
        assert due(found) == [] and len(found.idle) == last
    assert numbers[0] == numbers[1] <= STATEMENTS_MOST, sent


HISTORY_RUNS = 40
PRACTICES = 1_000


def plan_of(conn_id: str, name: str, params: dict[str, Any]) -> list[str]:
    session = Session(conn_id)
    try:
        rows = session.connection.execute(f"EXPLAIN {queries.load(name)}", params).fetchall()
    finally:
        session.close()
    return [str(next(iter(row.values() if isinstance(row, dict) else row))) for row in rows]


def read_whole(plan: list[str], *allowed: str) -> set[str]:
    """Tables that a plan reads from end to end."""
    return {
        table
        for line in plan
        if (found := re.search(r"Seq Scan on (\w+)", line)) and (table := found[1]) not in allowed
    }


def test_history_is_not_read_on_either_side(caspen: Connection, sync: Connection) -> None:
    """On generated data: a thousand practices, each with runs, documents and invoices of long ago."""
    connect(caspen, sync, 1, PRACTICES)
    many = {"practices": PRACTICES, "each": HISTORY_RUNS}
    series = "generate_series(1, %(practices)s) w, generate_series(1, %(each)s) i"
    sync.execute(
        "INSERT INTO qbo_sync.sync_run (run_id, workspace_id, job, started_at, finished_at, success)"
        f" SELECT 'old' || i, w, 'post', now() - i * interval '1 day', now(), true FROM {series}",
        many,
    )
    sync.execute(
        "INSERT INTO qbo_sync.document (workspace_id, document_kind, document_id, document_number,"
        " invoice_id, total, caspen_status, finalised, wanted, version, synced_version, updated_at)"
        f" SELECT w, 'invoice', i, 'INV', i, 1, 'open', true, 'present', 'v', 'v', now() FROM {series}",
        many,
    )
    caspen.execute(
        "INSERT INTO caspen.client (id, workspace_id, first_name) OVERRIDING SYSTEM VALUE"
        " SELECT i, i, 'A' FROM generate_series(1, %(practices)s) i",
        many,
    )
    caspen.execute(
        "INSERT INTO caspen.invoice (id, workspace_id, client_id, number, issue_date, due_date, tax_mode,"
        " updated_at)"
        " SELECT w * 1000 + i, w, w, 'INV-' || i, now(), now(), 'exclusive', now() - i * interval '1 day'"
        f" FROM {series}",
        many,
    )
    for side in (caspen, sync):
        side.execute("ANALYZE")
    ids = list(range(1, PRACTICES + 1))
    moved = plan_of(
        "caspen_db",
        "caspen/count_changes",
        {"workspace_ids": ids, "since": [NOW] * PRACTICES, "most": COUNTED_MOST},
    )
    assert read_whole(moved, "credit_note", "payment_allocation") == set(), moved  # these two are empty
    assert any("invoice_workspace_id_updated_at_id_idx" in line for line in moved), moved
    standing = plan_of(
        "sync_db",
        "monitoring/practices/select_standing",
        {"job": "post", "max_age": timedelta(hours=1), "only": None, "most": COUNTED_MOST},
    )
    # One row a practice is what is asked for; requests and listed rows are empty here.
    assert (
        read_whole(standing, "connection", "cursor", "request", "unsynced_invoice", "import_rhythm") == set()
    ), standing
    for index in ("sync_run_latest", "document_work"):
        assert any(index in line for line in standing), standing
