"""Emptying the frozen table for a new comparison, next to other workspaces, readers and signers."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from caspen_qbo.hooks.store import Store, WorkspaceStore
from ops.local.environment import connection_json
from ops.local.postgres import Database
from tests.support.flow import REALM, WORKSPACE, Flow
from tests.support.lives.world import run_job
from tests.support.locks import await_lock_waiter

OTHER = 2


@pytest.fixture
def store(sync_db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkspaceStore]:
    monkeypatch.setenv("AIRFLOW_CONN_SYNC_DB", connection_json("postgres", sync_db))
    opened = Store()
    yield opened.for_workspace(WORKSPACE)
    opened.close()


def put(database: Database, workspace_id: int) -> None:
    """A workspace with one frozen document that is in neither system any more."""
    with psycopg.connect(database.uri, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO qbo_sync.comparison"
            " (workspace_id, document_kind, document_id, document_number, in_caspen, in_quickbooks,"
            " balance_settled) VALUES (%s, 'invoice', 1, 'INV-1', true, true, true)",
            [workspace_id],
        )
        connection.execute(
            "INSERT INTO qbo_sync.frozen_run (workspace_id, run_id, realm_id) VALUES (%s, 'run', %s)",
            [workspace_id, REALM],
        )


def frozen(database: Database) -> tuple[list[int], int]:
    """Workspaces with rows in the table, and the size of its file in bytes."""
    with psycopg.connect(database.uri) as connection:
        rows = connection.execute("SELECT workspace_id FROM qbo_sync.comparison ORDER BY 1").fetchall()
        size = connection.execute("SELECT pg_relation_size('qbo_sync.comparison')").fetchone()
    return [workspace_id for (workspace_id,) in rows], size[0]


def freeze(store: WorkspaceStore) -> None:
    with store.transaction():
        store.comparison.freeze(REALM, None, "AUD")


def test_the_only_workspace_leaves_no_dead_rows_behind(store: WorkspaceStore, sync_db: Database) -> None:
    put(sync_db, WORKSPACE)
    freeze(store)
    assert frozen(sync_db) == ([], 0)


def test_it_comes_back_when_the_freeze_fails(store: WorkspaceStore, sync_db: Database) -> None:
    put(sync_db, WORKSPACE)
    with pytest.raises(RuntimeError), store.transaction():
        store.comparison.freeze(REALM, None, "AUD")
        raise RuntimeError("the process failed")
    assert frozen(sync_db)[0] == [WORKSPACE]


def test_another_workspaces_comparison_stays(store: WorkspaceStore, sync_db: Database) -> None:
    put(sync_db, WORKSPACE)
    put(sync_db, OTHER)
    freeze(store)
    assert frozen(sync_db)[0] == [OTHER]


def test_whoever_reads_the_table_is_not_waited_for(store: WorkspaceStore, sync_db: Database) -> None:
    put(sync_db, WORKSPACE)
    with psycopg.connect(sync_db.uri) as reader:
        before = reader.execute("SELECT workspace_id FROM qbo_sync.comparison").fetchall()
        freeze(store)
        assert before == [(WORKSPACE,)]
    workspaces, size = frozen(sync_db)
    assert workspaces == [] and size > 0


def test_whoever_signs_is_waited_for(flow: Flow) -> None:
    """Emptied under their eyes, the period would be signed with no document in it."""
    flow.invoice("100.00")
    flow.post()
    run_job("reconcile")
    with (
        psycopg.connect(flow.sync.uri) as signer,
        psycopg.connect(flow.sync.uri, autocommit=True) as watcher,
        ThreadPoolExecutor(1) as pool,
    ):
        signer.execute("SELECT 1 FROM qbo_sync.frozen_run WHERE workspace_id = %s FOR UPDATE", [WORKSPACE])
        later = pool.submit(run_job, "reconcile")
        await_lock_waiter(watcher, timeout_seconds=60)
        assert signer.execute("SELECT count(*) FROM qbo_sync.comparison").fetchone() == (1,)
        signer.commit()
        later.result(timeout=60)
