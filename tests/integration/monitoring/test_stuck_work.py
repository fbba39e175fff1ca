"""Stuck work is reported in the run's message; work with a reason to wait is not."""

from __future__ import annotations

from datetime import timedelta

from caspen_qbo.errors import RetryError
from caspen_qbo.usecases.monitoring.stuck_work import describe_stuck
from caspen_qbo.usecases.posting.run import post
from tests.support.flow import WORKSPACE, Flow
from tests.support.hasty import hasty_session


def _age(flow: Flow, table: str, column: str, by: timedelta) -> None:
    flow.sync_rows(f"UPDATE qbo_sync.{table} SET {column} = {column} - %s RETURNING 1", by)


def _post(flow: Flow) -> str:
    with hasty_session(WORKSPACE) as session:
        return post(session).message


def test_an_answer_that_is_not_found_is_reported_after_an_hour(flow: Flow) -> None:
    flow.invoice("10.00")
    flow.door("faults", seed=1, rules=[{"kind": "server_error", "endpoint": "batch"}])
    assert _post(flow) == ""
    _age(flow, "request", "prepared_at", timedelta(hours=2))
    assert "1 request to QuickBooks has been without an answer since" in _post(flow)
    flow.door("faults", seed=1, rules=[])
    assert _post(flow) == ""
    assert len(flow.books("Invoice")) == 1


def test_a_day_of_failing_runs_is_reported_and_what_is_listed_or_waits_for_it_is_not(flow: Flow) -> None:
    flow.invoice("10.00")
    listed = flow.staff.draft_invoice(flow.client_id, [])
    flow.staff.finalise(listed)
    _post(flow)
    waiting = flow.invoice("20.00")
    flow.pay(waiting, "5.00")
    flow.door("faults", seed=1, rules=[{"kind": "unavailable", "endpoint": "query"}])
    for _ in range(2):
        try:
            _post(flow)
        except RetryError:
            pass  # QuickBooks is away: that is the day of failing runs
    _age(flow, "document", "staged_at", timedelta(hours=25))
    with hasty_session(WORKSPACE) as session:
        text = describe_stuck(session)
    payment = flow.caspen_rows("SELECT number FROM caspen.payment")[0][0]
    assert text.startswith("2 documents have been waiting since ")
    assert flow.staff.invoice(waiting).number in text and payment in text
    assert flow.staff.invoice(listed).number not in text

    flow.door("faults", seed=1, rules=[])
    assert _post(flow) == ""
