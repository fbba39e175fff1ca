"""What is no payment to import: ours, applied credits, other people's invoices; and what a crash leaves
behind.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from caspen_qbo import wiring
from caspen_qbo.errors import StoreUnavailableError
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.hooks.store.posting.links import LinkStore
from caspen_qbo.usecases.importing.run import import_payments
from tests.support.flow import Flow
from tests.support.importing import imported, in_books, open_rows, posted, receive, run_import


def cursor(flow: Flow) -> list[tuple[object]]:
    return flow.sync_rows("SELECT position FROM qbo_sync.cursor WHERE name = 'quickbooks_payments'")


def test_our_own_payments_and_applications_are_left(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    flow.pay(invoice, "30.00")
    flow.staff.credit(invoice, {1: "0.2"})
    flow.post()
    assert sorted(row["TotalAmt"] for row in flow.books("Payment")) == [Decimal("0"), Decimal("30")]
    assert run_import(flow).counts.get("payments_imported") is None
    assert imported(flow) == []
    assert open_rows(flow) == []


def test_a_payment_of_ours_that_we_do_not_know_arrived_is_known_by_its_mark(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    flow.pay(invoice, "30.00")
    flow.post()
    flow.sync_rows("DELETE FROM qbo_sync.document_link WHERE document_kind = 'payment' RETURNING 1")
    flow.sync_rows(
        "UPDATE qbo_sync.document SET synced_version = NULL WHERE document_kind = 'payment' RETURNING 1"
    )
    run_import(flow)
    assert imported(flow) == []
    assert open_rows(flow) == []


def test_a_payment_on_an_invoice_that_is_not_ours_is_left(flow: Flow) -> None:
    posted(flow, "100.00")
    [ours] = flow.books("Invoice")
    line = {key: ours["Line"][0][key] for key in ("Amount", "DetailType", "SalesItemLineDetail")}
    detail = line["SalesItemLineDetail"]
    strange = flow.person(
        "create",
        entity="Invoice",
        document={
            "CustomerRef": ours["CustomerRef"],
            "GlobalTaxCalculation": "TaxExcluded",
            "Line": [
                {
                    "Amount": "100.00",
                    "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": {"ItemRef": detail["ItemRef"], "TaxCodeRef": detail["TaxCodeRef"]},
                }
            ],
        },
    )
    flow.person("record-payment", invoices=[strange["Id"]])
    assert run_import(flow).calls == {"cdc": 1}
    assert imported(flow) == []


def test_money_that_came_with_a_credit_of_ours_is_imported_without_the_credit(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    flow.staff.credit(invoice, {1: "0.2"})
    flow.post()
    [application] = flow.books("Payment")
    flow.person("delete", entity="Payment", id=application["Id"])  # a person applies it again, with the money
    [memo] = flow.books("CreditMemo")
    payment = flow.person(
        "record-payment",
        invoices=[{"id": in_books(flow, invoice), "amount": "100.00"}],
        credits=[{"id": memo["Id"], "amount": "20.00"}],
    )
    assert payment["TotalAmt"] == 80
    run_import(flow)
    assert imported(flow) == [(str(payment["Id"]), Decimal("80.00"), invoice, Decimal("80.00"))]
    assert flow.staff.invoice(invoice).status == "paid"
    assert open_rows(flow) == []


def test_a_deposited_payment_is_a_payment_and_its_deposit_is_not(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "40.00"})
    flow.person("make-deposit", payments=[payment])
    run_import(flow)
    assert imported(flow) == [(payment, Decimal("40.00"), invoice, Decimal("40.00"))]


def test_a_listed_invoice_still_receives_its_payment(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    flow.person("edit", entity="Invoice", id=in_books(flow, invoice), changes={"PrivateNote": "looked at"})
    flow.sync_rows(
        "INSERT INTO qbo_sync.unsynced_invoice (workspace_id, document_kind, document_id, document_number, "
        "invoice_id,"
        " error_key, title, detail, fix) VALUES (1, 'invoice', %s, 'x', %s, 'totals_mismatch', 't', 'd', "
        "'f') RETURNING id",
        invoice,
        invoice,
    )
    payment = receive(flow, {invoice: "40.00"})
    run_import(flow)
    assert imported(flow) == [(payment, Decimal("40.00"), invoice, Decimal("40.00"))]


def test_a_split_that_posting_the_invoice_again_closed_is_listed_again(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    receive(flow, {invoice: "40.00"})
    receive(flow, {invoice: "35.00"})
    run_import(flow)
    flow.sync_rows(
        "UPDATE qbo_sync.unsynced_invoice SET resolved_at = now(), resolution = 'synced' RETURNING id"
    )
    run_import(flow)
    assert [row[1] for row in open_rows(flow)] == ["split_payment"]


def test_stopped_after_caspens_commit_the_next_run_links_and_counts_nothing_twice(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "40.00"})
    with monkeypatch.context() as broken:
        broken.setattr(LinkStore, "record", _lose_our_database)
        with pytest.raises(StoreUnavailableError):
            run_import(flow)
    assert imported(flow) == [(payment, Decimal("40.00"), invoice, Decimal("40.00"))]
    assert cursor(flow) == []

    flow.post()
    run_import(flow)
    assert imported(flow) == [(payment, Decimal("40.00"), invoice, Decimal("40.00"))]
    assert open_rows(flow) == []
    assert [row["Id"] for row in flow.books("Payment")] == [payment]
    assert flow.sync_rows("SELECT origin FROM qbo_sync.document_link WHERE document_kind = 'payment'") == [
        ("quickbooks",)
    ]
    assert len(cursor(flow)) == 1


@pytest.mark.parametrize("action", ["delete", "void"])
def test_stopped_after_caspens_commit_and_gone_by_the_next_run_it_is_listed(
    flow: Flow, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "40.00"})
    with monkeypatch.context() as broken:
        broken.setattr(LinkStore, "record", _lose_our_database)
        with pytest.raises(StoreUnavailableError):
            run_import(flow)
    flow.person(action, entity="Payment", id=payment)
    run_import(flow)
    assert open_rows(flow) == [(f"QB-{payment}", "missing_in_quickbooks", False, Decimal("-40.00"))]


def test_stopped_after_taking_a_payment_back_the_next_run_knows_it_was_not_the_staff(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "40.00"})
    run_import(flow)
    before = cursor(flow)
    flow.person("delete", entity="Payment", id=payment)
    with monkeypatch.context() as broken:
        broken.setattr(LinkStore, "mark_removed", _lose_our_database)
        with pytest.raises(StoreUnavailableError):
            run_import(flow)
    assert flow.staff.balance(invoice) == Decimal("100.00")
    assert cursor(flow) == before
    run_import(flow)
    assert open_rows(flow) == []
    assert run_import(flow).calls == {"cdc": 1}


def _lose_our_database(*_: object, **__: object) -> None:
    raise StoreUnavailableError("the session was lost here, by the test")


def test_two_imports_at_once_record_it_once(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one read before the first one's commit: Caspen's own key decides."""
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "40.00"})
    record = CaspenBilling.record_payment

    def twice(billing: CaspenBilling, asked: Any) -> object:
        with wiring.open_billing() as other:
            record(other, asked)
        return record(billing, asked)

    monkeypatch.setattr(CaspenBilling, "record_payment", twice)
    with wiring.open_session(flow.workspace_id, "import__twice") as session:
        import_payments(session)
    assert imported(flow) == [(payment, Decimal("40.00"), invoice, Decimal("40.00"))]
    assert flow.staff.balance(invoice) == Decimal("60.00")
