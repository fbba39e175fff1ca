"""A document that QuickBooks fails to show, or hides, holds only itself, wherever it is read.

It is named and listed, never posted a second time or taken for deleted, and leaves the list when it is shown.
"""

from __future__ import annotations

from decimal import Decimal

import httpx
import pytest

from caspen_seed import NewLine
from tests.support.command_line import run_command
from tests.support.flow import Flow

UNREADABLE = "unreadable_in_quickbooks"
HOW = pytest.mark.parametrize("how", ["500", "610", "hidden"])
FAILS = pytest.mark.parametrize("how", ["500", "610"])


def run(flow: Flow, job: str = "post", *options: str, code: int = 0) -> str:
    done = run_command(job, "--workspace", str(flow.workspace_id), *options)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def spoil(flow: Flow, entity: str, quickbooks_id: str, how: str) -> None:
    flow.door(f"{flow.realm}/unreadable", entity=entity, id=quickbooks_id, how=how)


def mend(flow: Flow) -> None:
    url = f"{flow.sandbox.url}/_sandbox/{flow.realm}/unreadable"
    httpx.request("DELETE", url, verify=False).raise_for_status()


def number(flow: Flow, invoice: int) -> str:
    return str(flow.staff.invoice(invoice).number)


def there(flow: Flow, invoice: int) -> dict:
    [row] = [row for row in flow.books("Invoice") if row["DocNumber"] == number(flow, invoice)]
    return row


def change(flow: Flow, invoice: int, price: str) -> None:
    flow.staff.revert_to_draft(invoice)
    line = NewLine("service", "Consultation", price, tax_rate_id=flow.rates["GST free"])
    flow.staff.edit_draft(invoice, lines=[line])
    flow.staff.finalise(invoice)


@HOW
def test_a_changed_invoice_waits_alone_and_goes_when_it_is_shown(flow: Flow, how: str) -> None:
    bad, good = (flow.invoice(price, rate="GST free") for price in ("10.00", "20.00"))
    run(flow)
    spoil(flow, "Invoice", there(flow, bad)["Id"], how)
    change(flow, bad, "11.00")
    change(flow, good, "21.00")
    new = flow.invoice("30.00", rate="GST free")
    assert "would wait invoice" in run(flow, "post", "--dry-run")
    for _ in range(2):
        run(flow)
        assert set(flow.listed()) == {(number(flow, bad), UNREADABLE)}
        assert there(flow, bad)["TotalAmt"] == Decimal("10.00")
        assert there(flow, good)["TotalAmt"] == Decimal("21.00")
        assert there(flow, new)["TotalAmt"] == Decimal("30.00")
    mend(flow)
    run(flow)
    assert flow.listed() == {} and there(flow, bad)["TotalAmt"] == Decimal("11.00")


@FAILS
def test_a_number_under_which_a_record_fails_is_not_posted_and_others_are(flow: Flow, how: str) -> None:
    first = flow.invoice("5.00", rate="GST free")
    run(flow)
    mine = there(flow, first)
    document = {
        "CustomerRef": mine["CustomerRef"],
        "DocNumber": "TAKEN-1",
        "Line": [{**line, "Amount": 9} for line in mine["Line"][:1]],
    }
    document["Line"][0]["Amount"] = 5
    foreign = flow.person("create", entity="Invoice", document=plain(document))
    spoil(flow, "Invoice", foreign["Id"], how)
    bad, good = (flow.invoice(price, rate="GST free") for price in ("10.00", "20.00"))
    flow.caspen_rows("UPDATE caspen.invoice SET number = 'TAKEN-1' WHERE id = %s RETURNING id", bad)
    run(flow)
    assert set(flow.listed()) == {("TAKEN-1", UNREADABLE)}
    assert there(flow, good)["TotalAmt"] == Decimal("20.00")
    assert len([row for row in flow.books("Invoice") if row["DocNumber"] == "TAKEN-1"]) == 1
    mend(flow)
    run(flow)
    assert set(flow.listed()) == {("TAKEN-1", "duplicate_document_number")}


@HOW
def test_payments_wait_for_an_invoice_that_is_not_shown_and_others_go(flow: Flow, how: str) -> None:
    bad, good = (flow.invoice("10.00", rate="GST free") for _ in range(2))
    run(flow)
    spoil(flow, "Invoice", there(flow, bad)["Id"], how)
    flow.pay(bad)
    flow.pay(good)
    run(flow)
    assert len(flow.books("Payment")) == 1
    assert {key for _, key in flow.listed()} == {UNREADABLE}
    mend(flow)
    run(flow)
    assert flow.listed() == {} and len(flow.books("Payment")) == 2


@HOW
def test_an_unlinked_payment_that_is_not_shown_is_removed_once(flow: Flow, how: str) -> None:
    bad, good = (flow.invoice("10.00", rate="GST free") for _ in range(2))
    flow.pay(bad)
    flow.pay(good)
    run(flow)
    first = min(flow.books("Payment"), key=lambda row: int(row["Id"]))
    spoil(flow, "Payment", first["Id"], how)
    for (allocation,) in flow.caspen_rows("SELECT id FROM caspen.payment_allocation"):
        flow.staff.unlink(allocation)
    run(flow)
    assert [row["Id"] for row in flow.books("Payment")] == ([first["Id"]] if how == "500" else [])
    mend(flow)
    run(flow)
    assert flow.books("Payment") == [] and flow.listed() == {}


@HOW
def test_a_credit_memo_that_is_not_shown_waits_alone(flow: Flow, how: str) -> None:
    bad, good = (flow.invoice("10.00", rate="GST free") for _ in range(2))
    flow.staff.credit(bad, {1: "0.5"}, reason="kept in Caspen")
    run(flow)
    [memo] = flow.books("CreditMemo")
    flow.person("delete", entity="Payment", id=flow.books("Payment")[0]["Id"])
    run(flow, "reconcile")
    spoil(flow, "CreditMemo", memo["Id"], how)
    flow.staff.credit(good, {1: "0.5"}, reason="kept in Caspen")
    run(flow)
    assert len(flow.books("CreditMemo")) == 2, "the other is posted, this one is not posted again"


@pytest.mark.parametrize("what", ["paid", "imported", "credited", "memo"])
def test_a_balance_that_moved_since_it_was_last_shown_is_no_difference(flow: Flow, what: str) -> None:
    invoice = flow.invoice("10.00", rate="GST free")
    run(flow)
    if what == "imported":
        run(flow, "reconcile")
        parts = [{"id": there(flow, invoice)["Id"], "amount": "4.00"}]
        flow.person("record-payment", invoices=parts)
        run(flow, "import")
    elif what == "paid":
        flow.pay(invoice, "4.00")
    else:
        flow.staff.credit(invoice, {1: "0.5"}, reason="kept in Caspen")
    run(flow)
    entity = "CreditMemo" if what == "memo" else "Invoice"
    spoil(flow, entity, flow.books(entity)[-1]["Id"], "500")
    run(flow, "reconcile", "--full")
    [(listed, key)] = flow.listed()
    assert key == UNREADABLE
    run(flow, "accept", "--number", listed)
    run(flow, "reconcile", "--full")
    assert flow.listed() == {}

    mend(flow)
    run(flow, "reconcile", "--full")
    assert flow.listed() == {}
    for payment in flow.books("Payment"):  # shown again, its balance counts
        flow.person("delete", entity="Payment", id=payment["Id"])
    run(flow, "reconcile", "--full")
    assert flow.listed() != {}


@HOW
def test_what_is_not_shown_is_never_called_deleted_nor_posted_again(flow: Flow, how: str) -> None:
    bad, good = (flow.invoice(price, rate="GST free") for price in ("10.00", "20.00"))
    run(flow)
    spoil(flow, "Invoice", there(flow, bad)["Id"], how)
    flow.person("edit", entity="Invoice", id=there(flow, good)["Id"], changes={"TxnDate": "2020-02-29"})
    for options in ((), ("--full",)):
        run(flow, "reconcile", *options)
        assert set(flow.listed()) == {
            (number(flow, bad), UNREADABLE),
            (number(flow, good), "changed_in_quickbooks"),
        }
        assert there(flow, bad)["Id"] in flow.listed()[number(flow, bad), UNREADABLE]
    run(flow, "resend", "--number", number(flow, bad), code=1)
    run(flow)
    assert len(flow.books("Invoice")) == 2
    mend(flow)
    run(flow, "reconcile")
    assert set(flow.listed()) == {(number(flow, good), "changed_in_quickbooks")}


def test_a_document_listed_as_gone_that_fails_by_now_is_not_posted_again(flow: Flow) -> None:
    invoice = flow.invoice("10.00", rate="GST free")
    run(flow)
    quickbooks_id = there(flow, invoice)["Id"]
    flow.person("void", entity="Invoice", id=quickbooks_id)
    run(flow, "reconcile")
    spoil(flow, "Invoice", quickbooks_id, "500")
    said = run(flow, "resend", "--number", number(flow, invoice), code=1)
    assert "fails to show it" in said
    mend(flow)
    run(flow, "resend", "--number", number(flow, invoice))
    run(flow)
    assert there(flow, invoice)["TotalAmt"] == Decimal("10.00")


def test_the_feed_calls_posted_documents_deleted_and_is_not_believed(flow: Flow) -> None:
    invoice = flow.invoice("10.00", rate="GST free")
    flow.pay(invoice)
    run(flow)
    stubs = [
        {"entity": entity, "id": row["Id"]} for entity in ("Invoice", "Payment") for row in flow.books(entity)
    ]
    flow.door(f"{flow.realm}/feed", false_deletions=stubs)
    run(flow, "reconcile")
    run(flow, "reconcile", "--full")
    assert flow.listed() == {}


@FAILS
def test_one_customer_that_fails_is_no_reason_to_stop(flow: Flow, how: str) -> None:
    first = flow.invoice("10.00", rate="GST free")
    run(flow)
    spoil(flow, "Customer", there(flow, first)["CustomerRef"]["value"], how)
    client = flow.staff.create_client("Bea", "Other", email="bea@example.com")
    other = flow.invoice("20.00", rate="GST free", client=client)
    run(flow)
    assert there(flow, other)["TotalAmt"] == Decimal("20.00")
    run(flow, "reconcile")
    mend(flow)
    run(flow)
    assert flow.listed() == {}


def plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value
