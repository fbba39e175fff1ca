"""A session kept from one practice to the next brings nothing along; one in doubt is closed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest

from caspen_qbo.errors import ConfigurationError, StoreUnavailableError
from caspen_qbo.hooks.database import Database as Session
from caspen_qbo.hooks.deadline import begin
from caspen_qbo.hooks.postgres import keeping
from caspen_qbo.hooks.postgres.keeping import keeping_sessions
from caspen_qbo.hooks.postgres.limits import SYNC
from caspen_qbo.hooks.quickbooks.rate_limit import limiter_session
from caspen_qbo.hooks.store import Store
from ops.local.environment import connection_json
from ops.local.postgres import Database, PostgresServer
from tests.support.forwarder import forwarding

pytestmark = pytest.mark.postgres

SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'caspen_qbo' AND datname = %s"


@pytest.fixture
def sync(sync_db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[psycopg.Connection]:
    """A session of another's, to look from."""
    monkeypatch.setenv("AIRFLOW_CONN_SYNC_DB", connection_json("postgres", sync_db))
    with sync_db.connect(autocommit=True) as looking:
        yield looking


def use(session: Session) -> int:
    """Which server process serves it."""
    with session.transaction() as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
    assert row
    return int(row[0])


def work(do: Callable[[Session], object] = use) -> int:
    """One practice's session; its server process."""
    with closing(Session("sync_db")) as session:
        pid = use(session)
        do(session)
    return pid


def show(session: Session, setting: str) -> str:
    row = session.connection.execute(f"SHOW {setting}").fetchone()
    assert row
    return str(row[0])


def await_sessions(sync: psycopg.Connection, number: int) -> None:
    """Until so many are open: the server ends one a moment after it was closed."""
    deadline = time.monotonic() + 20
    while (found := sync.execute(SESSIONS, [sync.info.dbname]).fetchone()) != (number,):
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


def test_the_next_practice_has_the_session_of_the_last_and_the_end_of_the_task_ends_it(sync) -> None:
    with keeping_sessions():
        assert len({work() for _ in range(8)}) == 1
        await_sessions(sync, 1)
    await_sessions(sync, 0)
    assert work() != work()
    await_sessions(sync, 0)


def leave_everything(session: Session) -> None:
    for statement in (
        "SET timezone = 'Australia/Perth'",
        "SET search_path = pg_catalog",
        "SET statement_timeout = '1ms'",
        "SET lock_timeout = 0",
        "SET default_transaction_read_only = on",
        "SET plan_cache_mode = force_generic_plan",
        "SET work_mem = '64kB'",
        "SELECT pg_advisory_lock(7), pg_advisory_lock_shared(7, 7)",
        "LISTEN somebody",
        "DECLARE somewhere CURSOR WITH HOLD FOR SELECT 1",
    ):
        session.connection.execute("SET statement_timeout = 0")
        session.connection.execute(statement)


def test_nothing_that_was_set_locked_or_made_is_found_by_the_next(sync) -> None:
    wanted = ["TimeZone", "search_path", "statement_timeout", "lock_timeout", "work_mem", "plan_cache_mode"]
    wanted += ["default_transaction_read_only", "role", "idle_in_transaction_session_timeout"]
    with closing(Session("sync_db")) as fresh:
        as_new = {name: show(fresh, name) for name in wanted}
    locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"

    def leave_a_table(session: Session) -> None:
        session.connection.execute("CREATE TEMPORARY TABLE left_over ()")

    def look(session: Session) -> None:
        assert {name: show(session, name) for name in wanted} == as_new
        for left in ("pg_listening_channels()", "pg_cursors", "pg_class WHERE relname = 'left_over'"):
            assert session.connection.execute(f"SELECT count(*) FROM {left}").fetchone() == (0,), left

    with keeping_sessions():
        first = work(leave_a_table)
        assert work(leave_everything) == first
        assert sync.execute(locks).fetchone() == (0,), "free as soon as the practice has ended"
        assert work(look) == first
        with closing(Session("sync_db", replace(SYNC, statement=9, lock=3, idle=2))) as other:
            assert use(other) == first
            limits = [show(other, name) for name in ("statement_timeout", "lock_timeout")]
            assert [*limits, other.connection.silence_seconds] == ["9s", "3s", 14.0]


def test_each_kind_has_its_own(sync) -> None:
    """The limiter names its tables without a schema: its search path is nobody else's."""
    with keeping_sessions():
        for _ in range(2):
            with closing(limiter_session("sync_db")) as limiter, closing(Session("sync_db")) as other:
                assert use(limiter) != use(other)
                assert show(limiter, "search_path") == "qbo_sync"
                assert show(other, "search_path") != "qbo_sync"
        await_sessions(sync, 2)


def test_a_statement_that_is_used_again_is_planned_once(sync) -> None:
    with keeping_sessions():
        for _ in range(8):
            with closing(Store()) as store:
                store.practices.fetch_connected()
        with closing(Store()) as store:
            prepared = store.database.connection.execute("SELECT statement FROM pg_prepared_statements")
            assert any("qbo_sync.connection" in statement for (statement,) in prepared.fetchall())


def kill(session: Session, how: str) -> None:
    with Session("sync_db").connection as other:
        other.execute(f"SELECT pg_{how}_backend(%s)", [session.connection.info.backend_pid])


def be_killed(session: Session) -> None:
    """The session is ended by another in the middle of its transaction."""
    with session.transaction():
        kill(session, "terminate")
        session.fetch_all("monitoring/practices/select_now")


def be_cancelled(session: Session) -> None:
    threading.Timer(0.3, kill, (session, "cancel")).start()
    with session.transaction() as connection:
        connection.execute("SELECT pg_sleep(20)")


def take_too_long(session: Session) -> None:
    with session.transaction() as connection:
        connection.execute("SET LOCAL statement_timeout = 10")
        connection.execute("SELECT pg_sleep(20)")


def fail(session: Session) -> None:
    with session.transaction():
        raise ValueError


def be_ended(session: Session) -> None:
    with session.transaction():
        raise KeyboardInterrupt


def be_refused(session: Session) -> None:
    session.fetch_all("monitoring/practices/select_planned", {"plan_run_id": "\x00"})


@pytest.mark.parametrize("trouble", [be_killed, be_cancelled, take_too_long, fail, be_ended, be_refused])
def test_after_trouble_of_any_kind_the_next_has_a_new_session(
    sync, trouble: Callable[[Session], None]
) -> None:
    with keeping_sessions():
        troubled = work()

        def meet(session: Session) -> None:
            with pytest.raises(BaseException):  # noqa: B017 - of each kind its own
                trouble(session)

        assert work(meet) == troubled
        assert work() != troubled
        await_sessions(sync, 1)


def test_a_session_left_with_a_lock_or_in_a_transaction_is_closed(sync) -> None:
    with keeping_sessions():
        for leave in (
            lambda session: session.try_lock(5, wait_seconds=0),
            lambda session: session.connection.execute("BEGIN"),
        ):
            left = work(leave)
            assert work() != left
        with closing(Session("sync_db")) as other:
            assert other.try_lock(5, wait_seconds=0)
            other.unlock(5)
        assert work() == work()


def test_a_kept_session_that_died_meanwhile_is_replaced_without_a_word(
    sync, postgres_server: PostgresServer
) -> None:
    with keeping_sessions():
        dead = work()
        with postgres_server.admin() as admin:
            admin.execute("SELECT pg_terminate_backend(%s)", [dead])
        await_sessions(sync, 0)
        assert work() != dead


@pytest.mark.parametrize("when", ["given back", "taken"])
def test_a_server_that_is_silent_is_not_waited_for(
    when: str, sync_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "CLEAN_SECONDS", 0.5)
    with forwarding(sync_db.port) as way, keeping_sessions():
        value = json.loads(connection_json("postgres", replace(sync_db, port=way.port)))
        monkeypatch.setenv("AIRFLOW_CONN_SYNC_DB", json.dumps({**value, "extra": {"connect_timeout": 2}}))
        first = work(lambda _: way.silence() if when == "given back" else None)
        started = time.monotonic()
        with way.silent(), pytest.raises(StoreUnavailableError):
            work()
        assert time.monotonic() - started < 12
        assert work() != first


def test_a_schema_that_another_version_changed_is_refused_in_a_kept_session_too(sync) -> None:
    def read() -> None:
        with closing(Store()) as store:
            store.practices.fetch_connected()

    with keeping_sessions():
        read()
        sync.execute("UPDATE qbo_sync.migration SET version_num = '9999_later'")
        with pytest.raises(ConfigurationError, match="9999_later"):
            read()
        sync.execute("ALTER TABLE qbo_sync.migration RENAME TO elsewhere")
        with pytest.raises(ConfigurationError, match="no schema"):
            read()
        await_sessions(sync, 0)


def test_two_at_work_at_a_time_have_their_own_and_one_is_kept(sync) -> None:
    with keeping_sessions():
        slow = Session("sync_db")
        slows = use(slow)
        others = {work() for _ in range(3)}
        assert len(others) == 1 and slows not in others
        await_sessions(sync, 2)
        slow.close()
        await_sessions(sync, 1)
        assert work() in others


def test_who_is_still_at_work_when_the_task_ends_closes_its_own(sync) -> None:
    with keeping_sessions():
        late = Session("sync_db")
        use(late)

        def end() -> None:
            ended.wait(20)
            late.close()

        ended = threading.Event()
        done = begin(end, name="late")
    ended.set()
    done.result(20)
    await_sessions(sync, 0)
