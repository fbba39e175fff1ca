"""Backfill by number: planned without a trace, carried out once, older invoices linked and never posted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from caspen_qbo import wiring
from caspen_qbo.core.backfill.verdict import Verdict
from caspen_qbo.usecases.backfill.run import BackfillReport, approve_and_backfill, plan_backfill
from tests.support.flow import Flow

pytestmark = [pytest.mark.postgres, pytest.mark.sandbox]


def _plan(flow: Flow, *numbers: str) -> BackfillReport:
    with wiring.open_session(flow.workspace_id, wiring.new_run_id("backfill")) as session:
        return plan_backfill(session, numbers)


def _send(flow: Flow, *numbers: str) -> BackfillReport:
    with wiring.open_session(flow.workspace_id, wiring.new_run_id("backfill")) as session:
        return approve_and_backfill(session, numbers, who="cli:test")


def _verdicts(report: BackfillReport) -> dict[str, Verdict]:
    return {item.number: item.verdict for item in report.items}


def _number(flow: Flow, invoice_id: int) -> str:
    return flow.caspen_rows("SELECT number FROM caspen.invoice WHERE id = %s", invoice_id)[0][0]


def _everything(flow: Flow) -> list[Any]:
    """Our own tables row by row, as far as a plan could touch them."""
    tables = (
        "document",
        "document_link",
        "customer_link",
        "request",
        "unsynced_invoice",
        "document_event",
        "cursor",
    )
    return [flow.sync_rows(f"SELECT t::text FROM qbo_sync.{table} t ORDER BY 1") for table in tables]


@pytest.fixture
def older(flow: Flow) -> tuple[Flow, int, str]:
    """An invoice from before the connection."""
    invoice_id = flow.invoice("100.00")
    flow.backdate_connection(datetime.now(UTC) + timedelta(seconds=1))
    return flow, invoice_id, _number(flow, invoice_id)


def _enter_by_hand(flow: Flow, invoice_id: int, number: str, **changes: Any) -> dict[str, Any]:
    """What a bookkeeper entered in QuickBooks at the time: the same customer, date, number and amounts."""
    (issued,) = flow.caspen_rows("SELECT issue_date, due_date FROM caspen.invoice WHERE id = %s", invoice_id)
    code = next(c for c in flow.books("TaxCode") if c["Name"] == "GST")
    item = next(r for r in flow.books("Item") if r["Type"] == "Service")
    name = f"Ann O'Neil (Caspen {str(flow.client_id)[-5:]})"
    known = [c for c in flow.books("Customer") if c["DisplayName"] == name]
    customer = known[0] if known else flow.person("create", entity="Customer", document={"DisplayName": name})
    document = {
        "DocNumber": number,
        "CustomerRef": {"value": customer["Id"]},
        "TxnDate": issued[0].isoformat(),
        "DueDate": issued[1].isoformat(),
        "GlobalTaxCalculation": "TaxExcluded",
        "Line": [
            {
                "DetailType": "SalesItemLineDetail",
                "Amount": "100.00",
                "SalesItemLineDetail": {
                    "ItemRef": {"value": item["Id"]},
                    "TaxCodeRef": {"value": code["Id"]},
                },
            }
        ],
        **changes,
    }
    return flow.person("create", entity="Invoice", document=document)


def test_the_plan_distinguishes_every_case_and_leaves_no_trace(flow: Flow) -> None:
    ready = _number(flow, flow.invoice("10.00"))
    synced_id = flow.invoice("20.00")
    flow.post()
    paid_id = flow.invoice("30.00")
    flow.pay(paid_id, "5.00")
    draft_id = flow.staff.draft_invoice(flow.client_id, [])
    void_id = flow.invoice("40.00")
    flow.staff.void_invoice(void_id)
    no_lines = flow.staff.draft_invoice(flow.client_id, [])
    flow.staff.finalise(no_lines)
    numbers = [
        ready,
        *(_number(flow, i) for i in (synced_id, paid_id, draft_id, void_id, no_lines)),
        "NO-SUCH",
    ]
    before, sent = _everything(flow), len(flow.books("Invoice"))

    report = _plan(flow, *numbers)

    assert list(_verdicts(report).values()) == [
        Verdict.SYNCED,
        Verdict.SYNCED,
        Verdict.POST,
        Verdict.DRAFT,
        Verdict.VOID,
        Verdict.LIST,
        Verdict.NOT_FOUND,
    ]
    assert "1 x post payment" in report.items[2].reason
    assert "no lines" in report.items[5].reason.lower() or "without any line" in report.items[5].reason
    assert _everything(flow) == before
    assert len(flow.books("Invoice")) == sent


def test_only_the_chosen_invoices_go_and_a_second_run_changes_nothing(flow: Flow) -> None:
    chosen_id, other_id = flow.invoice("10.00"), flow.invoice("20.00")
    flow.pay(chosen_id, "4.00")
    first = _send(flow, _number(flow, chosen_id))
    assert _verdicts(first) == {_number(flow, chosen_id): Verdict.POST}
    (invoice,) = flow.books("Invoice")
    assert (invoice["DocNumber"], invoice["TotalAmt"], invoice["Balance"]) == (
        _number(flow, chosen_id),
        11,
        7,
    )

    books = [flow.books(entity) for entity in ("Invoice", "Payment", "Customer")]
    again = _send(flow, _number(flow, chosen_id))
    assert _verdicts(again) == {_number(flow, chosen_id): Verdict.SYNCED}
    assert [flow.books(entity) for entity in ("Invoice", "Payment", "Customer")] == books

    flow.post()
    assert {row["DocNumber"] for row in flow.books("Invoice")} == {
        _number(flow, i) for i in (chosen_id, other_id)
    }


def test_an_interrupted_backfill_goes_on_where_it_ended(flow: Flow) -> None:
    ids = [flow.invoice(f"{price}.00") for price in (10, 20, 30)]
    numbers = [_number(flow, invoice_id) for invoice_id in ids]
    _send(flow, numbers[0])
    report = _send(flow, *numbers)
    assert list(_verdicts(report).values()) == [Verdict.SYNCED, Verdict.POST, Verdict.POST]
    assert len(flow.books("Invoice")) == 3


def test_an_older_invoice_is_never_posted(older: tuple[Flow, int, str]) -> None:
    flow, _, number = older
    for report in (_plan(flow, number), _send(flow, number)):
        assert _verdicts(report) == {number: Verdict.NOT_ELIGIBLE}
        assert "Historical" in report.items[0].reason
    assert flow.books("Invoice") == []


def test_an_older_invoice_with_its_identical_document_is_linked_and_kept_equal_from_then_on(
    older: tuple[Flow, int, str],
) -> None:
    flow, invoice_id, number = older
    document = _enter_by_hand(flow, invoice_id, number)
    before = _everything(flow)
    plan = _plan(flow, number)
    assert _verdicts(plan) == {number: Verdict.LINK}
    assert _everything(flow) == before

    _send(flow, number)
    assert [(r["Id"], r["SyncToken"]) for r in flow.books("Invoice")] == [
        (document["Id"], document["SyncToken"])
    ]
    assert flow.sync_rows("SELECT quickbooks_id, origin FROM qbo_sync.document_link") == [
        (document["Id"], "backfill")
    ]
    assert flow.caspen_rows("SELECT quickbooks_status FROM caspen.invoice WHERE id = %s", invoice_id) == [
        ("Synced",)
    ]
    assert _verdicts(_send(flow, number)) == {number: Verdict.SYNCED}

    flow.pay(invoice_id, "60.00")
    flow.post()
    (invoice,) = flow.books("Invoice")
    assert (invoice["TotalAmt"], invoice["Balance"]) == (110, 50)


def test_a_payment_on_both_sides_is_linked_with_its_invoice_and_not_doubled(
    older: tuple[Flow, int, str],
) -> None:
    flow, invoice_id, number = older
    flow.pay(invoice_id, "60.00")
    document = _enter_by_hand(flow, invoice_id, number)
    assert _verdicts(_plan(flow, number)) == {number: Verdict.CLASH}, "Caspen shows 50 due, QuickBooks 110"

    customer = document["CustomerRef"]["value"]
    applied = {"Amount": "60.00", "LinkedTxn": [{"TxnType": "Invoice", "TxnId": document["Id"]}]}
    payment = {"CustomerRef": {"value": customer}, "TotalAmt": "60.00", "Line": [applied]}
    flow.person("create", entity="Payment", document=payment)
    assert _verdicts(_send(flow, number)) == {number: Verdict.LINK}
    flow.post()
    (paid,) = flow.books("Payment")
    assert flow.books("Invoice")[0]["Balance"] == 50
    rows = flow.sync_rows(
        "SELECT quickbooks_id, origin FROM qbo_sync.document_link WHERE document_kind = 'payment'"
    )
    assert rows == [(paid["Id"], "backfill")]


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ({"TxnDate": "2020-01-31"}, "date: Caspen"),
        ({"CustomerRef": {"value": "58"}}, "customer"),
    ],
)
def test_a_document_that_only_shares_the_number_is_a_clash_shown_with_id_date_and_total(
    older: tuple[Flow, int, str], change: dict[str, Any], shown: str
) -> None:
    flow, invoice_id, number = older
    if "CustomerRef" in change:
        change = {"CustomerRef": {"value": flow.books("Customer")[0]["Id"]}}
    document = _enter_by_hand(flow, invoice_id, number, **change)
    report = _send(flow, number)
    (item,) = report.items
    assert item.verdict is Verdict.CLASH
    assert f"Invoice {document['Id']}" in item.reason and "110.00" in item.reason and shown in item.reason
    assert len(flow.books("Invoice")) == 1


def test_a_new_invoice_whose_document_was_entered_by_hand_is_linked_not_posted(flow: Flow) -> None:
    invoice_id = flow.invoice("100.00")
    number = _number(flow, invoice_id)
    _enter_by_hand(flow, invoice_id, number)
    flow.post()
    assert (number, "duplicate_document_number") in flow.listed()
    assert _verdicts(_send(flow, number)) == {number: Verdict.LINK}
    assert len(flow.books("Invoice")) == 1
    assert flow.listed() == {}


def test_a_listed_invoice_is_tried_again_when_it_is_asked_for(flow: Flow) -> None:
    invoice_id = flow.invoice("100.00")
    number = _number(flow, invoice_id)
    flow.post()
    other = flow.invoice("50.00")
    document = _enter_by_hand(flow, other, _number(flow, other), TxnDate="2020-01-31")
    flow.post()
    assert (_number(flow, other), "duplicate_document_number") in flow.listed()
    flow.person("edit", entity="Invoice", id=document["Id"], changes={"DocNumber": "OLD-1"})
    assert _verdicts(_plan(flow, _number(flow, other), number)) == {
        _number(flow, other): Verdict.POST,
        number: Verdict.SYNCED,
    }
    _send(flow, _number(flow, other))
    assert flow.listed() == {}


def test_the_history_of_a_number_names_every_request_and_answer(flow: Flow) -> None:
    invoice_id = flow.invoice("10.00")
    flow.post()
    with wiring.open_store() as store:
        events = store.for_workspace(flow.workspace_id).activity.fetch_history(_number(flow, invoice_id))
    history = [(event.document_kind, event.what) for event in events]
    assert history == [
        ("client", "sent: customer (create Customer)"),
        ("client", "answered: done"),
        ("invoice", "sent: post (create Invoice)"),
        ("invoice", "answered: done"),
        ("invoice", "posted"),
    ]
    answered = [event for event in events if event.what.startswith("answered")]
    assert all(event.request_id and event.intuit_tid for event in answered)


def test_the_bookkeeping_was_lost_and_everything_is_found_again(flow: Flow) -> None:
    """Connected again, all invoices look historical; our marks and equal figures bring the links back."""
    invoice_id = flow.invoice("100.00")
    flow.pay(invoice_id, "60.00")
    flow.post()
    books = [flow.books(entity) for entity in ("Invoice", "Payment")]
    with psycopg.connect(flow.sync.uri, autocommit=True) as connection:
        for table in ("document", "document_link", "customer_link", "request", "unsynced_invoice", "cursor"):
            connection.execute(f"DELETE FROM qbo_sync.{table}")
    flow.backdate_connection(datetime.now(UTC) + timedelta(seconds=1))
    assert _verdicts(_send(flow, _number(flow, invoice_id))) == {_number(flow, invoice_id): Verdict.LINK}
    flow.post()
    assert [flow.books(entity) for entity in ("Invoice", "Payment")] == books
