"""QuickBooks does something, its answer is lost, and for some seconds no query shows it.

The request ids are forgotten as well, so that nothing but waiting keeps the repetition from doubling it.
"""

from __future__ import annotations

import json
import os

import pytest

from caspen_qbo.usecases.posting.run import post
from caspen_qbo.usecases.reconciling.run import reconcile
from caspen_qbo.wiring import open_session
from caspen_seed import NewLine
from tests.support.flow import WORKSPACE, Flow
from tests.support.interrupt import Instant, interrupt

LAG_SECONDS = 1.0
LOST = [{"kind": "drop", "commit": True, "endpoint": "batch", "nth": 1}]


def look_again_after(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = json.loads(os.environ["AIRFLOW_CONN_QUICKBOOKS"])
    connection["extra"]["look_again_seconds"] = seconds
    monkeypatch.setenv("AIRFLOW_CONN_QUICKBOOKS", json.dumps(connection))


@pytest.fixture
def patient(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> Flow:
    """We wait long enough."""
    look_again_after(1.5 * LAG_SECONDS, monkeypatch)
    return flow


def switch_lag_on(flow: Flow, *, warn: bool = False) -> None:
    """From here on what is new is shown late, request ids are forgotten, and doubles not warned of."""
    flow.switch(lag_seconds=LAG_SECONDS, requestid_ttl_seconds=0, warn_duplicate_numbers=warn)


def lose_batch(flow: Flow, number: int) -> None:
    """A run that loses the answer to its n-th batch."""
    with open_session(WORKSPACE, "post__lost") as session:
        watched = interrupt(
            session, Instant("send_batch", number), lambda: flow.door("faults", seed=1, rules=LOST) and None
        )
        post(session)
    assert watched.acted


@pytest.mark.parametrize("number", [1, 2, 3], ids=["customers", "invoices", "payments"])
def test_it_is_there_once(patient: Flow, number: int) -> None:
    before = len(patient.books("Customer"))
    invoice = patient.invoice("100.00")
    patient.pay(invoice, "50.00")
    switch_lag_on(patient)
    lose_batch(patient, number)
    patient.post()

    assert len(patient.books("Customer")) == before + 1
    assert [(row["TotalAmt"], row["Balance"]) for row in patient.books("Invoice")] == [(110, 60)]
    assert [row["TotalAmt"] for row in patient.books("Payment")] == [50]
    assert patient.listed() == {}


def test_without_waiting_it_would_be_doubled(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the wait is for; should this fail, QuickBooks' stand-in no longer shows the danger."""
    look_again_after(0, monkeypatch)
    flow.invoice("100.00")
    switch_lag_on(flow)
    lose_batch(flow, 2)
    assert len(flow.books("Invoice")) == 2


def test_a_number_taken_by_our_own_first_try_is_adopted(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    """The document shows after the second look only; QuickBooks warns that its number is taken."""
    look_again_after(0.6 * LAG_SECONDS, monkeypatch)
    flow.invoice("100.00")
    switch_lag_on(flow, warn=True)
    lose_batch(flow, 2)

    assert [row["TotalAmt"] for row in flow.books("Invoice")] == [110]
    assert flow.listed() == {}
    assert flow.sync_rows("SELECT state, adopted FROM qbo_sync.request WHERE entity = 'Invoice'") == [
        ("done", True)
    ]


def test_what_is_not_shown_is_not_taken_for_deleted(patient: Flow) -> None:
    """A delete that never arrived; the document changed a moment before, and is not shown for that."""
    invoice = patient.invoice("100.00")
    patient.pay(invoice, "50.00")
    patient.post()
    [(allocation,)] = patient.caspen.execute("SELECT id FROM caspen.payment_allocation").fetchall()
    patient.staff.unlink(allocation)
    [payment] = patient.books("Payment")
    switch_lag_on(patient)

    def strike() -> None:
        patient.person("edit", entity="Payment", id=payment["Id"], changes={"PaymentRefNum": "7"})
        patient.door("faults", seed=1, rules=[{"kind": "drop", "endpoint": "batch", "nth": 1}])

    with open_session(WORKSPACE, "post__lost") as session:
        watched = interrupt(session, Instant("send_batch"), strike)
        post(session)
    assert watched.acted
    patient.post()
    assert len(patient.books("Payment")) == 1
    assert [key for _, key in patient.listed()] == ["changed_in_quickbooks"]


def test_what_is_not_shown_is_removed_all_the_same(flow: Flow) -> None:
    """Posted a moment ago and taken back in Caspen: no query shows it, and it must not stay for that."""
    switch_lag_on(flow)
    invoice, other = flow.invoice("100.00"), flow.invoice("20.00")
    note = flow.staff.credit(invoice, {1: "1"}, reason="kept in Caspen")
    flow.pay(other, "5.00")
    flow.post()
    assert [len(flow.books(entity)) for entity in ("CreditMemo", "Invoice")] == [1, 2]

    flow.staff.void_credit_note(note.id)
    [(allocation,)] = flow.caspen.execute("SELECT id FROM caspen.payment_allocation").fetchall()
    flow.staff.unlink(allocation)
    for _ in range(2):
        flow.post()
    assert flow.books("CreditMemo") == []
    assert [row for row in flow.books("Payment") if row["TotalAmt"]] == []
    assert flow.listed() == {}


def test_what_is_not_shown_to_a_reconciliation_is_not_listed_as_deleted(patient: Flow) -> None:
    switch_lag_on(patient)
    patient.pay(patient.invoice("100.00"), "50.00")
    patient.post()
    with open_session(WORKSPACE, "reconcile__late") as session:
        reconcile(session)
    assert patient.listed() == {}


def test_our_own_void_gives_its_number_up_although_queries_are_late(flow: Flow) -> None:
    """And QuickBooks warns of no number that is taken."""
    invoice = flow.invoice("100.00", rate="GST free")
    flow.post()
    number = flow.staff.invoice(invoice).number
    flow.switch(lag_seconds=3600)
    flow.staff.revert_to_draft(invoice)
    flow.staff.delete_draft(invoice)
    line = NewLine("service", "Consultation", "50.00", tax_rate_id=flow.rates["GST free"])
    flow.staff.finalise(flow.staff.draft_invoice(flow.client_id, [line], number=number))
    flow.post()
    assert {row["DocNumber"]: row["TotalAmt"] for row in flow.books("Invoice")} == {
        number: 50,
        f"{number} void 1": 0,
    }


def test_a_credit_memo_that_queries_never_show_is_applied_after_a_while(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    flow.post()
    flow.switch(lag_seconds=86400)
    flow.staff.credit(invoice, {1: "0.5"})
    flow.post()
    assert flow.books("CreditMemo")[0]["RemainingCredit"] == 55, (
        "it waits: what it is used on is not shown yet"
    )
    flow.sync_rows("UPDATE qbo_sync.document_link SET posted_at = posted_at - interval '2 hours' RETURNING 1")
    for _ in range(2):
        flow.post()
        assert flow.books("CreditMemo")[0]["RemainingCredit"] == 0
        assert flow.books("Invoice")[0]["Balance"] == 55 and flow.listed() == {}
    assert len(flow.books("Payment")) == 1


def test_auto_apply_that_shows_while_another_is_taken_back_is_not_taken_for_a_person(flow: Flow) -> None:
    """Both credit memos stand on an older invoice. Only one is shown when the run looks where they are used;
    the other appears while it takes the first one's application away.
    """
    flow.invoice("500.00")
    first, second = flow.invoice("100.00"), flow.invoice("100.00")
    flow.post()
    flow.switch(auto_apply_credit=True, lag_seconds=3600)
    flow.staff.credit(first, {1: "0.1"})
    flow.post()
    flow.door("clock", advance_seconds=3700)
    flow.staff.credit(second, {1: "0.2"})
    try:
        with open_session(WORKSPACE, "post__late") as session:
            watched = interrupt(
                session, Instant("send_batch", 2), lambda: flow.door("clock", advance_seconds=3700) and None
            )
            post(session)
        assert watched.acted
        flow.door("clock", advance_seconds=3700)
        flow.post()
        assert flow.listed() == {}
        assert [row["Balance"] for row in flow.books("Invoice")] == [550, 99, 88]
    finally:
        flow.door("clock", reset=True)
