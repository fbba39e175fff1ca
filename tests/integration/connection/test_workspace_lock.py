"""One run per workspace: waiting runs are served in order of arrival, or give up in good order."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from caspen_qbo.errors import RetryError, WorkspaceBusyError
from caspen_qbo.hooks.database import Database as Session
from caspen_qbo.hooks.postgres.limits import SYNC
from caspen_qbo.hooks.store import Store
from caspen_qbo.hooks.store.subject import workspace_lock_key
from ops.local.environment import connection_json
from ops.local.postgres import Database


@pytest.fixture
def stores(sync_db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Store]]:
    monkeypatch.setenv("AIRFLOW_CONN_SYNC_DB", connection_json("postgres", sync_db))
    stores = [Store() for _ in range(3)]
    yield stores
    for store in stores:
        store.close()


def test_a_workspace_that_stays_busy_is_given_up_and_can_be_locked_later(stores: list[Store]) -> None:
    first, second, _ = (store.for_workspace(1) for store in stores)
    with first.lock():
        started = time.monotonic()
        with pytest.raises(WorkspaceBusyError, match="another run"), second.lock(wait_seconds=0.3):
            pass
        assert 0.3 <= time.monotonic() - started < 5
        with stores[2].for_workspace(2).lock(wait_seconds=0):
            pass  # another workspace is another lock
    with second.lock(wait_seconds=0):
        assert second.setup.fetch_connection() is None


def test_the_first_to_wait_is_the_first_to_be_served(stores: list[Store], sync_db: Database) -> None:
    served: list[int] = []

    def wait(number: int) -> None:
        with stores[number].for_workspace(1).lock(wait_seconds=20):
            served.append(number)

    threads = [threading.Thread(target=wait, args=(number,)) for number in (1, 2)]
    with sync_db.connect(autocommit=True) as watching, stores[0].for_workspace(1).lock():
        for waiting, thread in enumerate(threads, start=1):
            thread.start()
            await_ticket(watching, count=waiting)
    for thread in threads:
        thread.join(20)
    assert served == [1, 2]


def await_ticket(watching: psycopg.Connection, *, count: int) -> None:
    """Until so many wait, each with a ticket; the next one comes a tick later."""
    statement = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
    deadline = time.monotonic() + 20
    while watching.execute(statement).fetchone() != (count,):
        assert time.monotonic() < deadline, "nobody waits for the lock"
        time.sleep(0.02)
    time.sleep(0.15)


def test_who_waits_keeps_no_snapshot(stores: list[Store], sync_db: Database) -> None:
    """A snapshot kept for ten minutes keeps VACUUM from every row that died in them."""
    waiter = threading.Thread(target=lambda: lock_and_leave(stores[1], seconds=20))
    with sync_db.connect(autocommit=True) as watching, stores[0].for_workspace(1).lock():
        waiter.start()
        await_ticket(watching, count=1)
        for _ in range(20):
            oldest = watching.execute(
                "SELECT max(extract(epoch FROM clock_timestamp() - xact_start))::float8 FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            ).fetchone()
            assert (oldest[0] or 0.0) < 0.5
            time.sleep(0.05)
    waiter.join(20)


def lock_and_leave(store: Store, *, seconds: float) -> None:
    with store.for_workspace(1).lock(wait_seconds=seconds):
        pass


def lose_the_session(store: Store) -> None:
    with pytest.raises(RetryError):
        lock_and_leave(store, seconds=20)


def test_who_dies_while_waiting_leaves_the_queue(stores: list[Store], sync_db: Database) -> None:
    waiter = threading.Thread(target=lose_the_session, args=(stores[1],))
    with sync_db.connect(autocommit=True) as watching:
        with stores[0].for_workspace(1).lock():
            waiter.start()
            await_ticket(watching, count=1)
            watching.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2"
            )
            waiter.join(20)
        with stores[2].for_workspace(1).lock(wait_seconds=0):
            pass


def test_waiting_for_a_lock_is_no_statement_that_takes_too_long(stores: list[Store]) -> None:
    impatient = Session("sync_db", replace(SYNC, statement=1, lock=1))
    with stores[0].for_workspace(1).lock():
        assert not impatient.try_lock(workspace_lock_key(1), wait_seconds=1.5)
    assert impatient.try_lock(workspace_lock_key(1), wait_seconds=1.5)
    impatient.close()
