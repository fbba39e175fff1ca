"""QuickBooks carries a write out and then says that it refused: the next run looks first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from caspen_qbo.errors import QboAuthError, QboThrottledError, SubscriptionEndedError
from caspen_qbo.usecases.posting.run import post
from tests.support.flow import WORKSPACE, Flow
from tests.support.hasty import hasty_session
from tests.support.interrupt import Instant, interrupt

Rules = list[dict[str, Any]]

DEAD_TOKEN = {"kind": "invalid_grant", "endpoint": "oauth"}
WAYS: dict[str, tuple[str, Rules, type[Exception]]] = {
    "429 until the run gives up": ("throttled", [], QboThrottledError),
    "429 as XML": ("throttled_xml", [], QboThrottledError),
    "401 with a fresh token too": ("token_expired", [], QboAuthError),
    "401, and the refresh token is dead": ("token_expired", [DEAD_TOKEN], QboAuthError),
    "403, not authorised for this company": ("not_authorised", [], QboAuthError),
}
"""What the batch is refused with, what goes wrong besides, and how the run ends."""


def post_refused(flow: Flow, rules: Rules, error: type[Exception]) -> None:
    """A run to whose first batch these things happen."""
    with hasty_session(WORKSPACE) as session:
        watched = interrupt(
            session, Instant("send_batch"), lambda: flow.door("faults", seed=1, rules=rules) and None
        )
        with pytest.raises(error):
            post(session)
    assert watched.acted
    flow.door("faults", seed=1, rules=[])


def states(flow: Flow) -> list[str]:
    """Of all requests, in their order."""
    return [row[0] for row in flow.sync_rows("SELECT state FROM qbo_sync.request ORDER BY id")]


@pytest.mark.parametrize("done", [True, False], ids=["done", "not done"])
@pytest.mark.parametrize(("kind", "besides", "error"), WAYS.values(), ids=WAYS)
def test_a_partial_payment_is_there_once_whether_it_was_done_or_not(
    flow: Flow, kind: str, besides: Rules, error: type[Exception], done: bool
) -> None:
    invoice = flow.invoice("100.00")
    flow.post()
    flow.pay(invoice, "50.00")

    first = {"kind": kind, "commit": done, "endpoint": "batch", "nth": 1}
    post_refused(flow, [*besides, first, {"kind": kind}], error)  # looking is refused as well
    assert len(flow.books("Payment")) == done
    assert states(flow)[-1] == "prepared"  # in doubt, whatever QuickBooks said
    if error is QboAuthError:
        assert {key for _, key in flow.listed()} == {"invalid_refresh_token"}
        flow.connect()
    for _ in range(2):
        flow.post()

    assert [(row["TotalAmt"], row["UnappliedAmt"]) for row in flow.books("Payment")] == [(Decimal(50), 0)]
    assert flow.books("Invoice")[0]["Balance"] == Decimal(60)
    assert flow.listed() == {}
    assert set(states(flow)) == {"done"}


def test_what_certainly_was_not_carried_out_is_decided_anew(flow: Flow) -> None:
    """The subscription's end is the application's own word on the whole request: nothing to look for."""
    invoice = flow.invoice("100.00")
    flow.post()
    flow.pay(invoice, "50.00")
    with hasty_session(WORKSPACE) as session:
        interrupt(session, Instant("send_batch"), lambda: flow.person("end-subscription") and None)
        with pytest.raises(SubscriptionEndedError):
            post(session)
    assert states(flow)[-1] == "dropped"
    flow.person("restart-subscription")
    flow.post()
    assert len(flow.books("Payment")) == 1


@pytest.mark.parametrize("kind", ["throttled", "token_expired", "not_authorised"])
def test_what_was_done_and_refused_is_found_before_it_goes_again(flow: Flow, kind: str) -> None:
    """QuickBooks has forgotten the request ids: only the look within the run keeps it from doubling."""
    invoice = flow.invoice("100.00")
    flow.post()
    flow.pay(invoice, "50.00")
    flow.invoice("20.00")
    flow.switch(requestid_ttl_seconds=0)
    with hasty_session(WORKSPACE) as session:
        rules = [{"kind": kind, "commit": True, "endpoint": "batch"}]
        watched = interrupt(
            session, Instant("send_batch"), lambda: flow.door("faults", seed=1, rules=rules) and None
        )
        post(session)
    assert watched.acted
    assert sorted(row["TotalAmt"] for row in flow.books("Invoice")) == [22, 110]
    assert [row["TotalAmt"] for row in flow.books("Payment")] == [50]
    assert (set(states(flow)), flow.listed()) == ({"done"}, {})
