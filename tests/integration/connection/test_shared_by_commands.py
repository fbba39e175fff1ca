"""The sessions that tests keep: what one user of a session did is not seen by the next."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import psycopg
import pytest

from caspen_qbo.hooks.database import Database as Hook
from caspen_qbo.hooks.postgres.bounded import BoundedConnection
from caspen_qbo.hooks.postgres.limits import SYNC
from caspen_qbo.hooks.postgres.opening import open_session
from caspen_qbo.settings import SYNC_CONN_ID
from ops.local.environment import connection_json
from ops.local.postgres import Database
from tests.support.kept_sessions import kept_sessions

pytestmark = pytest.mark.postgres


@pytest.fixture(autouse=True)
def kept(sync_db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AIRFLOW_CONN_SYNC_DB", connection_json("postgres", sync_db))
    with kept_sessions():
        yield


def opened(settings: Mapping[str, str] | None = None) -> BoundedConnection:
    return open_session(SYNC_CONN_ID, SYNC, settings or {})


def process_of(session: psycopg.Connection[Any]) -> int:
    return session.execute("SELECT pg_backend_pid()").fetchone()[0]


def test_nothing_of_the_last_user_is_left():
    with closing(opened({"application_name": "the first"})) as first:
        process = process_of(first)
        first.execute("CREATE TEMPORARY TABLE mine (id int)")
        first.execute("SELECT pg_advisory_lock(7)")
        for _ in range(7):  # prepared by then
            first.execute("SELECT %s::int", [1])
        assert first.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (1,)
        first.row_factory = psycopg.rows.dict_row  # type: ignore[assignment]
    assert first.closed
    with closing(opened()) as second:
        assert process_of(second) == process
        assert second.autocommit
        for nothing in (
            "SELECT count(*) FROM pg_prepared_statements",
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
            "SELECT count(*) FROM pg_class WHERE relname = 'mine'",
            "SELECT count(*) FROM pg_settings WHERE name = 'application_name' AND setting = 'the first'",
        ):
            assert second.execute(nothing).fetchone() == (0,), nothing
        for _ in range(7):
            assert second.execute("SELECT %s::int", [1]).fetchone() == (1,)


def test_two_at_a_time_have_one_each_and_a_lock_excludes():
    first, second = Hook(SYNC_CONN_ID), Hook(SYNC_CONN_ID)
    with closing(first), closing(second):
        assert first.try_lock(7, wait_seconds=0)
        assert not second.try_lock(7, wait_seconds=0)
        first.close()
        assert second.try_lock(7, wait_seconds=0)


def test_a_session_in_the_midst_of_something_is_not_kept(sync_db: Database):
    session = opened()
    process = process_of(session)
    session.autocommit = False
    session.execute("CREATE TABLE public.half_done ()")
    session.close()
    with closing(opened()) as other:
        assert process_of(other) != process
        assert other.execute("SELECT to_regclass('public.half_done')").fetchone() == (None,)


def test_a_session_that_the_server_ended_is_not_handed_out(sync_db: Database):
    with closing(opened()) as session:
        process = process_of(session)
    with sync_db.connect(autocommit=True) as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 5000)", [process]).fetchone() == (True,)
    with closing(opened()) as session:
        assert process_of(session) != process


def test_a_fork_has_sessions_of_its_own():
    with closing(opened()) as session:
        process = process_of(session)
    if (child := os.fork()) == 0:
        os._exit(int(process_of(opened()) == process))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    with closing(opened()) as session:
        assert process_of(session) == process


def test_at_the_end_of_the_block_none_is_left(sync_db: Database):
    with kept_sessions():
        with closing(opened()) as session:
            process = process_of(session)
    with sync_db.connect(autocommit=True) as other:
        alive = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
        for _ in range(100):
            if other.execute(alive, [process]).fetchone() == (0,):
                return
            other.execute("SELECT pg_sleep(0.05)")
    raise AssertionError("it is still there")
