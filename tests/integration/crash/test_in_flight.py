"""Several batches under way at once: killed, answers lost, refused by the gateway, the lock lost."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from caspen_qbo import wiring
from caspen_qbo.errors import QboAuthError, RetryError
from caspen_qbo.usecases.posting.run import post
from ops.local.postgres import Database
from tests.support.crash_sweep import faults_of
from tests.support.flow import WORKSPACE, Flow
from tests.support.interrupt import Instant, interrupt
from tests.support.services import Sandbox

INVOICES = 65
"""Three batches, and as many of payments."""


@pytest.fixture
def backlog(flow: Flow) -> Flow:
    for number in range(INVOICES):
        flow.pay(flow.invoice(f"{20 + number}.50"), "15.00")
    flow.door("latency", seconds=0.2)
    return flow


def interrupted(instant: Instant, action: Callable[[], None]) -> None:
    with wiring.open_session(WORKSPACE, "post__interrupted") as session:
        interrupt(session, instant, action)
        post(session)


def unanswered_batches(flow: Flow) -> int:
    ((count,),) = flow.sync_rows(
        "SELECT count(DISTINCT batch_id) FROM qbo_sync.request WHERE state = 'prepared'"
    )
    return int(count)


def finish(flow: Flow, caspen: Database, sync: Database, sandbox: Sandbox) -> None:
    """Run to the end: each document is there once and equal."""
    flow.door("latency", seconds=0)
    for _ in range(2):
        flow.post()
    assert len(flow.books("Invoice")) == len(flow.books("Payment")) == INVOICES
    assert faults_of(caspen, sync, sandbox) == []


@pytest.mark.parametrize(("number", "after"), [(3, True), (6, True)])
def test_killed_with_batches_under_way(
    backlog: Flow, caspen_db: Database, sync_db: Database, sandbox: Sandbox, number: int, after: bool
) -> None:
    """The first call is the customer's; two to four are invoices, the others payments."""
    if (child := os.fork()) == 0:
        interrupted(Instant("send_batch", number, after), lambda: os._exit(9))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert unanswered_batches(backlog) >= 2
    finish(backlog, caspen_db, sync_db, sandbox)


def test_the_answers_of_two_batches_under_way_are_lost(
    backlog: Flow, caspen_db: Database, sync_db: Database, sandbox: Sandbox
) -> None:
    """Two were done and one was not."""
    rules = [
        {"kind": "drop", "commit": nth != 3, "operation": "batch", "nth": nth, "times": 1}
        for nth in (2, 3, 4)
    ]
    backlog.door("faults", seed=1, rules=rules)
    backlog.post()
    finish(backlog, caspen_db, sync_db, sandbox)


def test_the_gateway_refuses_two_batches_under_way(
    backlog: Flow, caspen_db: Database, sync_db: Database, sandbox: Sandbox
) -> None:
    """An access token ends, after the work was done and before: each is looked up before it is repeated."""
    rules = [
        {"kind": "token_expired", "commit": True, "operation": "batch", "nth": 2, "times": 1},
        {"kind": "token_expired", "operation": "batch", "nth": 3, "times": 1},
    ]
    backlog.door("faults", seed=1, rules=rules)
    backlog.post()
    finish(backlog, caspen_db, sync_db, sandbox)


def test_access_ends_with_batches_under_way(
    backlog: Flow, caspen_db: Database, sync_db: Database, sandbox: Sandbox
) -> None:
    """No other is begun, those under way are recorded, and the run says why it stopped."""
    with pytest.raises(QboAuthError):
        interrupted(Instant("send_batch", 3), lambda: backlog.person("disconnect"))
    assert backlog.books("Payment") == []
    backlog.person("reconnect")
    backlog.connect()
    finish(backlog, caspen_db, sync_db, sandbox)


def test_who_loses_the_lock_with_batches_under_way_sends_nothing_more(
    backlog: Flow, caspen_db: Database, sync_db: Database, sandbox: Sandbox
) -> None:
    def kill_store_sessions() -> None:
        backlog.sync_rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    with pytest.raises(RetryError):
        interrupted(Instant("send_batch", 3, after=True), kill_store_sessions)
    assert backlog.books("Payment") == []
    finish(backlog, caspen_db, sync_db, sandbox)
