"""Several at once on one company; a lock lost in the middle, Caspen going away, staff at work meanwhile."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from caspen_qbo import wiring
from caspen_qbo.errors import RetryError
from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook
from caspen_qbo.usecases.decisions.retry import release
from caspen_qbo.usecases.importing.run import import_payments
from caspen_qbo.usecases.posting.run import post
from caspen_qbo.usecases.reconciling.run import reconcile
from caspen_seed import NewLine
from ops.local.postgres import Database
from tests.support.crash_sweep import build_scenario, faults_of
from tests.support.flow import REALM, WORKSPACE, Flow
from tests.support.interrupt import Instant, interrupt
from tests.support.services import Sandbox, keep_pace

PROCESSES = 10


def at_once(*actions: Callable[[], None]) -> list[int]:
    """Run each action in a process of its own, all started together; their exit codes."""
    gate_read, gate_write = os.pipe()
    children = []
    for action in actions:
        child = os.fork()
        if child == 0:
            os.close(gate_write)
            os.read(gate_read, 1)  # ends for all when the parent lets go
            status = 1
            try:
                action()
                status = 0
            except BaseException as error:  # noqa: BLE001 - the child's only way to tell
                print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
            os._exit(status)
        children.append(child)
    os.close(gate_read)
    os.close(gate_write)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def run(job: Callable[..., object]) -> None:
    with wiring.open_session(WORKSPACE, wiring.new_run_id(job.__name__)) as session:
        job(session)


def refreshes(flow: Flow) -> int:
    return sum(
        r["endpoint"].endswith("oauth tokens") or "/tokens/bearer" in r["path"] for r in flow.requests()
    )


def test_ten_processes_refresh_once_and_provoke_no_throttle(flow: Flow) -> None:
    keep_pace()
    flow.switch(limits=True)
    flow.door("expire-tokens", realm=REALM)
    before, throttled = refreshes(flow), _throttled(flow)

    def read() -> None:
        with QuickBooksHook().accounting(WORKSPACE) as accounting:
            for _ in range(3):
                list(accounting.query("Item"))

    assert at_once(*[read] * PROCESSES) == [0] * PROCESSES
    assert refreshes(flow) - before == 1
    assert _throttled(flow) == throttled
    assert _queries_of(flow, "Item") >= 3 * PROCESSES


def test_ten_processes_post_at_once_and_each_document_is_there_once(
    flow: Flow, caspen_db: Database, sync_db: Database, sandbox: Sandbox
) -> None:
    keep_pace()
    flow.switch(limits=True)
    build_scenario(flow)
    flow.door("expire-tokens", realm=REALM)
    before = refreshes(flow)

    assert at_once(*[lambda: run(post)] * PROCESSES) == [0] * PROCESSES

    assert faults_of(caspen_db, sync_db, sandbox) == []
    assert _throttled(flow) == 0
    assert refreshes(flow) - before == 1


def test_post_import_reconcile_and_retry_at_once(
    flow: Flow, caspen_db: Database, sync_db: Database, sandbox: Sandbox
) -> None:
    build_scenario(flow)

    def press_retry() -> None:
        for _ in range(5):
            with wiring.open_store() as store:
                release(store.for_workspace(WORKSPACE), who="test")
            time.sleep(0.1)

    jobs = [
        lambda: run(post),
        lambda: run(import_payments),
        lambda: run(post),
        lambda: run(reconcile),
        press_retry,
    ]
    assert at_once(*jobs) == [0] * len(jobs)
    flow.post()
    assert faults_of(caspen_db, sync_db, sandbox) == []


@pytest.mark.parametrize(("number", "after"), [(1, False), (2, True), (3, False), (4, True)])
def test_who_loses_the_lock_sends_nothing_more(
    flow: Flow, caspen_db: Database, sync_db: Database, sandbox: Sandbox, number: int, after: bool
) -> None:
    build_scenario(flow)
    sent_before: list[int] = []

    def kill_store_sessions() -> None:
        flow.sync_rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        sent_before.append(_writes(flow))

    with wiring.open_session(WORKSPACE, "post__interrupted") as session:
        watched = interrupt(session, Instant("send_batch", number, after), kill_store_sessions)
        with pytest.raises(RetryError):
            post(session)
    assert watched.acted
    # The batch in the air arrives, under the request id that was recorded before; no other is begun.
    assert _writes(flow) - sent_before[0] <= (0 if after else 1)

    flow.post()
    assert faults_of(caspen_db, sync_db, sandbox) == []


@pytest.mark.parametrize("number", [1, 3])
def test_caspens_database_going_away_in_the_middle(
    flow: Flow, caspen_db: Database, sync_db: Database, sandbox: Sandbox, number: int
) -> None:
    build_scenario(flow)

    def kill_caspen_sessions() -> None:
        mine = flow.caspen.info.backend_pid
        flow.caspen_rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)",
            mine,
        )

    with wiring.open_session(WORKSPACE, "post__interrupted") as session:
        watched = interrupt(session, Instant("send_batch", number), kill_caspen_sessions)
        try:
            post(session)
        except RetryError:
            pass  # as it should be where a statement was under way or the session is found broken
    assert watched.acted
    flow.post()
    assert faults_of(caspen_db, sync_db, sandbox) == []


def _revert(flow: Flow, invoice: int) -> None:
    flow.staff.revert_to_draft(invoice)


def _edit(flow: Flow, invoice: int) -> None:
    flow.staff.revert_to_draft(invoice)
    flow.staff.edit_draft(
        invoice, lines=[NewLine("service", "Longer", "133.35", tax_rate_id=flow.rates["GST"])]
    )
    flow.staff.finalise(invoice)


def _pay(flow: Flow, invoice: int) -> None:
    flow.pay(invoice, "10.00")


def _void(flow: Flow, invoice: int) -> None:
    flow.staff.void_invoice(invoice)


def _credit(flow: Flow, invoice: int) -> None:
    flow.staff.credit(invoice)


ACTIONS = (_revert, _edit, _pay, _void, _credit)


@pytest.mark.parametrize(
    "instant",
    [
        Instant("query", 1),
        Instant("send_batch", 1),
        Instant("send_batch", 2),
        Instant("send_batch", 2, after=True),
    ],
    ids=str,
)
def test_staff_changes_invoices_while_they_are_being_posted(flow: Flow, instant: Instant) -> None:
    """Before the customer is made, before and after the invoices go out: the next run follows."""
    untouched = flow.invoice("50.00")
    invoices = {act: flow.invoice("96.50", "12.35") for act in ACTIONS}

    def everybody_acts() -> None:
        for act, invoice in invoices.items():
            act(flow, invoice)

    with wiring.open_session(WORKSPACE, "post__watched") as session:
        watched = interrupt(session, instant, everybody_acts)
        post(session)
    assert watched.acted
    for _ in range(2):
        flow.post()

    assert flow.listed() == {}
    by_number: dict[str, list[dict[str, Any]]] = {}
    for row in flow.books("Invoice"):
        by_number.setdefault(row["DocNumber"], []).append(row)
    for act, invoice in {None: untouched, **invoices}.items():
        mine = flow.staff.invoice(invoice)
        found = by_number.get(mine.number, [])
        assert len(found) <= 1
        if act is _void:
            assert all(row["TotalAmt"] == 0 for row in found)
        elif act is _revert:
            # Left as a draft: what was posted before stays as it is, and nothing is posted after.
            assert all(row["TotalAmt"] == mine.total for row in found)
        else:
            assert (found[0]["TotalAmt"], found[0]["Balance"]) == (mine.total, mine.balance)
    paid, applied = sorted(flow.books("Payment"), key=lambda row: row["TotalAmt"], reverse=True)
    assert (paid["TotalAmt"], applied["TotalAmt"]) == (10, 0)


def _throttled(flow: Flow) -> int:
    return sum(request["status"] == 429 for request in flow.requests())


def _writes(flow: Flow) -> int:
    return sum(request["operation"] in ("batch", "void") for request in flow.requests())


def _queries_of(flow: Flow, entity: str) -> int:
    return sum(
        request["operation"] == "query" and entity.casefold() in str(request["body"]).casefold()
        for request in flow.requests()
    )
