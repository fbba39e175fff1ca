"""What holds a document in real conditions, and how far the holding reaches."""

from __future__ import annotations

import json

import pytest

from caspen_qbo import wiring
from caspen_qbo.errors import QboAuthError
from caspen_qbo.usecases.connection.setup import link_tax
from caspen_qbo.usecases.decisions.retry import release
from caspen_seed import NewLine
from tests.support.flow import Flow


def retry(flow: Flow) -> None:
    with wiring.open_store() as store:
        release(store.for_workspace(flow.workspace_id), who="test")
    flow.post()


def test_a_held_invoice_holds_its_own_payments_and_credit_notes_only(flow: Flow) -> None:
    other = flow.staff.create_tax_rate("Unlinked", "10")
    held = flow.invoice(lines=[NewLine("service", "Held", "50.00", tax_rate_id=other)])
    free = flow.invoice("100.00")
    flow.staff.credit(held, {1: "0.1"})
    flow.staff.credit(free, {1: "0.1"})
    flow.staff.pay(flow.client_id, {held: "20.00", free: "30.00"})
    flow.post()
    number = flow.staff.invoice(held).number
    assert list(flow.listed()) == [(number, "business_validation_tax")]
    assert [row["DocNumber"] for row in flow.books("Invoice")] == [flow.staff.invoice(free).number]
    assert [row["TotalAmt"] for row in flow.books("CreditMemo")] == [11]
    assert sorted(row["TotalAmt"] for row in flow.books("Payment")) == [0, 30]

    code = flow.sync_rows("SELECT tax_code_id FROM qbo_sync.tax_link WHERE rate = 10")[0][0]
    with wiring.open_session(flow.workspace_id, "link") as session:
        link_tax(session, other, code, who="test")
    flow.post()
    assert flow.listed() == {}
    balances = {row["DocNumber"]: row["Balance"] for row in flow.books("Invoice")}
    assert balances == {flow.staff.invoice(one).number: flow.staff.balance(one) for one in (held, free)}


def test_what_can_be_seen_before_sending_is_not_sent(flow: Flow) -> None:
    """Number, currency and lines: each listed with its reason, the other posts, no write is refused."""
    line = [NewLine("service", "Consultation", "10.00", tax_rate_id=flow.rates["GST"])]
    wrong = {
        "number_too_long": flow.staff.draft_invoice(flow.client_id, line, number="INV-" + "9" * 18),
        "currency_mismatch": flow.staff.draft_invoice(flow.client_id, line, currency="NZD"),
        "required_param_missing": flow.staff.draft_invoice(flow.client_id, []),
    }
    for invoice in wrong.values():
        flow.staff.finalise(invoice)
    good = flow.invoice("10.00")
    flow.post()
    assert set(flow.listed()) == {(flow.staff.invoice(one).number, key) for key, one in wrong.items()}
    assert [row["DocNumber"] for row in flow.books("Invoice")] == [flow.staff.invoice(good).number]
    assert flow.sync_rows("SELECT count(*) FROM qbo_sync.request WHERE state = 'refused'") == [(0,)]


def test_an_inactive_customer_holds_its_own_invoices_until_it_is_active_again(flow: Flow) -> None:
    flow.pay(flow.invoice("10.00"))  # QuickBooks keeps customers who owe money
    other = flow.staff.create_client("Bo", "Ek")
    flow.post()
    [customer] = {row["CustomerRef"]["value"] for row in flow.books("Invoice")}
    flow.person("make-inactive", entity="Customer", id=customer)
    held, free = flow.invoice("20.00"), flow.invoice("30.00", client=other)
    flow.post()
    assert list(flow.listed()) == [(flow.staff.invoice(held).number, "inactive_reference")]
    assert flow.staff.invoice(free).number in {row["DocNumber"] for row in flow.books("Invoice")}
    flow.person("make-active", entity="Customer", id=customer)
    retry(flow)
    assert flow.listed() == {} and len(flow.books("Invoice")) == 3


def test_an_inactive_item_holds_the_lines_that_use_it_until_it_is_active_again(flow: Flow) -> None:
    """Made inactive while its lists are trusted: QuickBooks refuses. Later it is seen before sending."""
    flow.invoice("10.00")
    flow.post()
    product = next(row for row in flow.books("Item") if row["Type"] == "NonInventory")
    flow.person("make-inactive", entity="Item", id=product["Id"])
    held = flow.invoice(lines=[NewLine("product", "Band", "9.90", tax_rate_id=flow.rates["GST"])])
    free = flow.invoice("30.00")
    flow.post()
    number = flow.staff.invoice(held).number
    assert list(flow.listed()) == [(number, "inactive_reference")]
    assert flow.staff.invoice(free).number in {row["DocNumber"] for row in flow.books("Invoice")}
    retry(flow)
    assert list(flow.listed()) == [(number, "setup_incomplete")]
    flow.person("make-active", entity="Item", id=product["Id"])
    retry(flow)
    assert flow.listed() == {} and len(flow.books("Invoice")) == 3


def test_what_a_lost_connection_listed_leaves_when_nothing_of_it_is_left_to_send(flow: Flow) -> None:
    """A person accepted the document while something that had been sent for it was unanswered; then the
    connection was lost. Looked up once it is there again, that comes to nothing, and the document is equal.
    """
    invoice_id = flow.invoice("100.00")
    flow.pay(invoice_id)
    flow.post()
    [payment] = flow.books("Payment")
    stale = json.dumps({"Id": payment["Id"], "SyncToken": "77"})
    flow.sync_rows(
        "INSERT INTO qbo_sync.request (workspace_id, realm_id, run_id, batch_id, bid, document_kind,"
        " document_id, step, entity, operation, generation, version, payload, payload_hash)"
        " SELECT workspace_id, realm_id, run_id, 'lost', 'i01', document_kind, document_id,"
        " 'unapply', 'Payment', 'delete', 1, version, %s, 'lost' FROM qbo_sync.request"
        " WHERE document_kind = 'invoice' RETURNING 1",
        stale,
    )
    flow.person("disconnect")
    with pytest.raises(QboAuthError):
        flow.post()
    assert [key for _, key in flow.listed()] == ["invalid_refresh_token"]
    flow.person("reconnect")
    flow.connect()
    for _ in range(2):
        flow.post()
    assert flow.listed() == {}
    assert len(flow.books("Payment")) == 1
