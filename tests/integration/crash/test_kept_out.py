"""QuickBooks keeps the app out of the company (403, code 3100) for good: one cause, one state, one cure."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from caspen_qbo.errors import QboAuthError
from caspen_qbo.usecases.importing.run import import_payments
from caspen_qbo.usecases.posting.run import post
from caspen_qbo.usecases.shared.session import Session
from tests.support.flow import WORKSPACE, Flow
from tests.support.hasty import hasty_session

KEPT_OUT = {"kind": "not_authorised"}


def refused(flow: Flow, job: Callable[[Session], object]) -> None:
    with hasty_session(WORKSPACE) as session, pytest.raises(QboAuthError):
        job(session)


def status(flow: Flow) -> str:
    return flow.sync_rows("SELECT status FROM qbo_sync.connection")[0][0]


def test_it_waits_for_a_person_lists_what_waits_and_asks_no_more(flow: Flow) -> None:
    invoice = flow.invoice("10.00")
    flow.post()
    flow.pay(invoice, "4.00")
    flow.invoice("20.00")
    flow.door("faults", seed=1, rules=[KEPT_OUT])

    refused(flow, post)
    assert status(flow) == "needs_reconnect"  # what the banner of every page reads
    numbers = {number for number, _ in flow.listed()}
    assert len(numbers) == 2 and {key for _, key in flow.listed()} == {"invalid_refresh_token"}
    assert flow.caspen_rows(
        "SELECT quickbooks_status, quickbooks_status_detail FROM caspen.invoice ORDER BY id"
    ) == [
        ("Synced", "Invalid refresh token"),
        ("Not synced", "Invalid refresh token"),
    ]  # a payment waits on the first

    flow.door("faults", seed=1, rules=[])  # QuickBooks would let us in again: only a person knows
    flow.invoice("30.00")
    asked = len(flow.requests())
    with pytest.raises(QboAuthError):
        flow.post()
    assert len(flow.requests()) == asked
    assert len(flow.listed()) == 3

    flow.connect()
    flow.post()
    assert (status(flow), flow.listed()) == ("connected", {})
    assert len(flow.books("Invoice")) == 3 and len(flow.books("Payment")) == 1


def test_one_refusal_that_a_fresh_token_cures_is_not_noticed(flow: Flow) -> None:
    flow.invoice("10.00")
    flow.door("faults", seed=1, rules=[{**KEPT_OUT, "nth": 1}])
    flow.post()
    assert (status(flow), flow.listed()) == ("connected", {})
    assert len(flow.books("Invoice")) == 1


def test_the_import_meets_it_too(flow: Flow) -> None:
    flow.door("faults", seed=1, rules=[KEPT_OUT])
    refused(flow, import_payments)
    assert status(flow) == "needs_reconnect"
