"""No ordinary run reads a practice's past: of tables with thousands of old rows, its statements read few."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal

import psycopg
import pytest

from caspen_qbo import wiring
from caspen_qbo.hooks.caspen import reads
from caspen_qbo.usecases.connection.find_workspaces import find_workspaces
from caspen_qbo.usecases.monitoring.watch import look_for_work
from ops.local.postgres import Database
from tests.support.flow import Flow
from tests.support.importing import receive, run_import
from tests.support.old_rows import CASPEN, SYNC, add_old, tidy

pytestmark = [pytest.mark.postgres, pytest.mark.sandbox, pytest.mark.own_sessions]

OLD_ROWS = 3_000
"""Of each kind; some tables have several kinds."""
READ_MOST = 1_000
"""Rows of one table, or entries of one of its indexes, that all statements of a run together may read."""
SNAPSHOT = """INSERT INTO qbo_sync.snapshot
  (realm_id, quickbooks_type, quickbooks_id, sync_token, total, balance, facts)
SELECT realm_id, quickbooks_type, quickbooks_id, sync_token, 1, 0, as_posted FROM qbo_sync.document_link"""
NIGHT = (
    "INSERT INTO qbo_sync.reconciliation_run (run_id, workspace_id, finished_at) VALUES ('night', 1, now())"
)
"""What a reconciliation leaves for the import, without its checks, which take seconds to load."""
RUNS_SESSIONS = "backend_type = 'client backend' AND datname = current_database() AND pid <> ALL (%s)"


@pytest.fixture
def past(flow: Flow, caspen_db: Database, monkeypatch: pytest.MonkeyPatch) -> Flow:
    """One document of each kind, as the practice and QuickBooks made them, and thousands of old ones."""
    monkeypatch.setattr(reads, "RECENT_MOST", 100)  # of a thousand
    paid, credited = flow.invoice("100.00"), flow.invoice("50.00")
    flow.staff.finalise(flow.staff.draft_invoice(flow.client_id, []))  # listed: it has no lines
    flow.pay(paid, "30.00")
    flow.post()
    receive(flow, {credited: "20.00"})
    run_import(flow)
    flow.staff.credit(credited, {1: Decimal("0.2")})
    flow.post()
    for statement in (SNAPSHOT, NIGHT):
        flow.sync_rows(f"{statement} RETURNING 1")
    for database in (caspen_db, flow.sync):  # choose indexes for thousands of rows as for millions
        with database.connect(autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {database.name} SET random_page_cost = 1.1")
    add_old(caspen_db, CASPEN, 1, OLD_ROWS)
    add_old(flow.sync, SYNC, 1, OLD_ROWS)
    flow.post()
    run_import(flow)
    tidy(flow.sync, SYNC)
    return flow


def test_runs_of_all_kinds_finding_work_and_the_watcher(past: Flow, caspen_db: Database) -> None:
    new = past.invoice("77.00")
    past.post()
    for name, prepare, act in (
        ("a run that finds nothing", lambda: None, past.post),
        ("a run that posts", lambda: [past.invoice("10.00") for _ in range(3)], past.post),
        ("an import that finds nothing", lambda: None, lambda: run_import(past)),
        ("an import of a payment", lambda: receive(past, {new: "20.00"}), lambda: run_import(past)),
        ("a run that posts a payment", lambda: past.pay(new, "5.00"), past.post),
        ("a run that removes", lambda: past.staff.void_invoice(past.invoice("9.00")), past.post),
        ("finding work", lambda: None, find),
        ("the watcher", lambda: None, watch),
    ):
        prepare()
        read = rows_read(past, caspen_db, act)
        assert read and {table: rows for table, rows in read.items() if rows > READ_MOST} == {}, name


def find() -> None:
    with wiring.open_store() as store, wiring.open_billing() as billing:
        find_workspaces(store, billing, only_with_work=True)


def watch() -> None:
    with wiring.open_store() as store, wiring.open_billing() as billing:
        look_for_work(store, billing, {})


def rows_read(flow: Flow, caspen_db: Database, act: Callable[[], object]) -> dict[str, int]:
    """By table and by index, what it read of them, in both databases."""
    before = {**counters(caspen_db, flow), **counters(flow.sync, flow)}
    act()
    after = {**counters(caspen_db, flow), **counters(flow.sync, flow)}
    return {name: after[name] - before.get(name, 0) for name in after if after[name] > before.get(name, 0)}


def counters(database: Database, flow: Flow) -> dict[str, int]:
    """PostgreSQL's own, which a session hands over when it ends: those of the run have ended then."""
    standing = [one.info.backend_pid for one in (flow.caspen, flow._looking) if one is not None]
    with psycopg.connect(database.uri, autocommit=True) as connection:
        ours = [*standing, connection.info.backend_pid]
        until = time.monotonic() + 10
        while connection.execute(f"SELECT FROM pg_stat_activity WHERE {RUNS_SESSIONS}", [ours]).rowcount:
            assert time.monotonic() < until, "a session of the run stays open"
            time.sleep(0.01)
        return dict(
            connection.execute(
                "SELECT relname, seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables"
                " UNION ALL SELECT relname || '.' || indexrelname, idx_tup_read FROM pg_stat_user_indexes"
            ).fetchall()
        )
