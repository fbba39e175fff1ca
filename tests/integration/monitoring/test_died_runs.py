"""Whatever a run dies of, its record is closed: by the run, by the next one, or by the heartbeat."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from caspen_qbo import wiring
from caspen_qbo.quality.suites import import_gx
from caspen_qbo.usecases.shared.jobs import DIED
from tests.support.command_line import Started, run_command, started_command
from tests.support.flow import Flow

pytestmark = pytest.mark.postgres

JOBS = {
    "post": ("post", "--workspace", "1"),
    "import": ("import", "--workspace", "1"),
    "reconcile": ("reconcile", "--workspace", "1", "--full"),
    "backfill": ("backfill", "--workspace", "1", "--number", "INV-0002", "--send"),
}
LOCKS = """
SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
WHERE l.locktype = 'advisory' AND l.granted
"""
OPEN = "SELECT count(*) FROM qbo_sync.sync_run WHERE finished_at IS NULL AND job = %s"


@pytest.fixture(scope="module", autouse=True)
def _loaded_once() -> None:
    """Seconds that each command need not take."""
    import_gx()


@pytest.fixture
def busy(flow: Flow, job: str) -> Flow:
    """A practice with something to do, whose QuickBooks takes ten seconds for each answer; a second where the
    command plans first, by many answers, before its record is open.
    """
    flow.invoice("10.00")
    flow.post()
    flow.invoice("20.00")
    flow.sync_rows("DELETE FROM qbo_sync.sync_run RETURNING 1")
    flow.sync_rows("DELETE FROM qbo_sync.reference_cache RETURNING 1")
    slow(flow, 1 if job == "backfill" else 10)
    return flow


def slow(flow: Flow, seconds: float) -> None:
    flow.door("faults", seed=1, rules=[{"kind": "delay", "seconds": seconds}])


def at_work(flow: Flow, job: str) -> None:
    """Return once its record is open."""
    deadline = time.monotonic() + 60
    while flow.sync_rows(OPEN, job) == [(0,)]:
        assert time.monotonic() < deadline, f"{job} did not begin"
        time.sleep(0.05)
    time.sleep(0.5)


def locks_are_gone(flow: Flow) -> None:
    """Return once the server has noticed that a killed process's sessions have nobody."""
    deadline = time.monotonic() + 20
    while flow.sync_rows(LOCKS) != [(0,)]:
        assert time.monotonic() < deadline, "a killed process still holds its lock"
        time.sleep(0.02)


def records(flow: Flow) -> list[tuple]:
    return flow.sync_rows(
        "SELECT job, finished_at IS NOT NULL, success, message FROM qbo_sync.sync_run"
        " WHERE job <> 'heartbeat' ORDER BY started_at, job"
    )


def open_reconciliations(flow: Flow) -> int:
    statement = "SELECT count(*) FROM qbo_sync.reconciliation_run WHERE finished_at IS NULL"
    return int(flow.sync_rows(statement)[0][0])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
@pytest.mark.parametrize("job", JOBS)
def test_who_is_asked_to_stop_closes_the_record(job: str, number: signal.Signals, busy: Flow) -> None:
    with started_command(*JOBS[job]) as command:
        at_work(busy, job)
        os.kill(command.pid, number)
        done = command.wait()
    assert done.returncode not in (0, -number), done.stderr
    [(_, finished, success, message)] = records(busy)
    assert (finished, success) == (True, False)
    assert message.startswith("The run was stopped (")
    assert open_reconciliations(busy) == 0


def by_the_next_run(flow: Flow) -> None:
    flow.door("faults", seed=1, rules=[])
    assert run_command("post").returncode == 0


def by_the_heartbeat(flow: Flow) -> None:
    assert run_command("heartbeat").returncode in (0, 1)


@pytest.mark.parametrize("close", [by_the_next_run, by_the_heartbeat], ids=lambda way: way.__name__)
@pytest.mark.parametrize("job", JOBS)
def test_who_is_killed_is_closed(job: str, close: Callable[[Flow], None], busy: Flow) -> None:
    with started_command(*JOBS[job]) as command:
        at_work(busy, job)
        by_the_heartbeat(busy)
        assert records(busy)[0][1] is False  # under way, and left alone
        os.kill(command.pid, signal.SIGKILL)
        command.wait()
    locks_are_gone(busy)
    close(busy)
    assert records(busy)[0] == (job, True, False, DIED)
    assert open_reconciliations(busy) == 0


def lose_sync_db(flow: Flow, command: Started) -> None:
    flow.sync_rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


@pytest.mark.parametrize("job", JOBS)
def test_who_loses_our_database_closes_the_record_in_another_session(job: str, busy: Flow) -> None:
    # Short: the answer under way is waited for.
    slow(busy, 1 if job == "backfill" else 4)
    with started_command(*JOBS[job]) as command:
        at_work(busy, job)
        lose_sync_db(busy, command)
        busy.door("faults", seed=1, rules=[])
        done = command.wait()
    assert done.returncode == 75, done.stderr
    assert "Traceback" not in done.stderr
    [(_, finished, success, message)] = records(busy)
    assert (finished, success) == (True, False)
    assert "'sync_db': the database cannot be reached or gave up" in message
    assert open_reconciliations(busy) == 0


def test_an_error_nobody_thought_of_closes_the_record(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    from caspen_qbo.usecases.reconciling import run

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(run, "read_back", lambda *_, **__: broken())
    with wiring.open_session(1, "reconcile__1") as session, pytest.raises(ZeroDivisionError):
        run.reconcile(session)
    [(_, finished, success, message)] = records(flow)
    assert (finished, success, message) == (True, False, "ZeroDivisionError; see the log of the run.")
    assert open_reconciliations(flow) == 0
