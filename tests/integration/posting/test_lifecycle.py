"""Posted documents when Caspen changes what stands around them: allocations, payments, clients."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from caspen_qbo import settings, wiring
from caspen_qbo.usecases.decisions.retry import release
from caspen_seed import NewLine
from tests.integration.reconciling.runs import run
from tests.support.bookkeeper import invoice_of
from tests.support.flow import Flow


def allocation_of(flow: Flow, invoice_id: int) -> int:
    [(allocation,)] = flow.caspen_rows(
        "SELECT id FROM caspen.payment_allocation WHERE invoice_id = %s AND deleted_at IS NULL", invoice_id
    )
    return allocation


def move(flow: Flow, allocation: int, to: int, amount: str) -> None:
    """Caspen moves an allocation as it is: the row names another invoice, both balances follow."""
    [(invoice, before)] = flow.caspen_rows(
        "SELECT invoice_id, amount FROM caspen.payment_allocation WHERE id = %s", allocation
    )
    with flow.caspen.transaction():
        change = "UPDATE caspen.invoice SET balance = balance + %s WHERE id = %s"
        flow.caspen.execute(change, [before, invoice])
        flow.caspen.execute(change, [-Decimal(amount), to])
        flow.caspen.execute(
            "UPDATE caspen.payment_allocation SET invoice_id = %s, amount = %s WHERE id = %s",
            [to, amount, allocation],
        )


def balances(flow: Flow, *invoices: int) -> list[Decimal]:
    return [invoice_of(flow, invoice)["Balance"] for invoice in invoices]


def payments(flow: Flow) -> list[dict[str, Any]]:
    return sorted(flow.books("Payment"), key=lambda row: int(row["Id"]))


def test_an_allocation_moved_to_another_invoice_or_changed_updates_the_same_payment(flow: Flow) -> None:
    first, second = flow.invoice("100.00"), flow.invoice("100.00")
    flow.pay(first, "40.00")
    flow.post()
    [payment] = payments(flow)
    allocation = allocation_of(flow, first)

    move(flow, allocation, second, "40.00")
    assert flow.post().counts["payments_updated"] == 1
    assert balances(flow, first, second) == [110, 70]
    move(flow, allocation, second, "25.00")
    flow.post()
    assert balances(flow, first, second) == [110, 85]
    [now] = payments(flow)
    assert (now["Id"], now["TotalAmt"], now["UnappliedAmt"]) == (payment["Id"], 25, 0)
    run(flow)
    assert flow.listed() == {}
    assert flow.post().calls == {}


def test_an_allocation_moved_to_an_invoice_that_is_not_posted_leaves_and_comes_back(
    flow: Flow,
) -> None:
    first = flow.invoice("100.00")
    unlinked = flow.staff.create_tax_rate("GST, second name", "10")
    held = flow.invoice(lines=[NewLine("service", "Held", "50.00", tax_rate_id=unlinked)])
    flow.pay(first, "40.00")
    flow.post()
    move(flow, allocation_of(flow, first), held, "40.00")
    flow.post()
    assert payments(flow) == []
    assert balances(flow, first) == [110]
    flow.caspen_rows(
        "UPDATE caspen.invoice_line SET tax_rate_id = %s WHERE invoice_id = %s RETURNING id",
        flow.rates["GST"], held,
    )  # fmt: skip
    with wiring.open_store() as store:
        release(store.for_workspace(flow.workspace_id), who="test")
    flow.post()
    assert [row["TotalAmt"] for row in payments(flow)] == [40]
    assert balances(flow, first, held) == [110, 15]
    assert flow.listed() == {}


def test_a_moved_allocation_whose_payment_was_edited_in_quickbooks_is_listed_and_not_overwritten(
    flow: Flow,
) -> None:
    first, second = flow.invoice("100.00"), flow.invoice("100.00")
    flow.pay(first, "40.00")
    flow.post()
    [payment] = payments(flow)
    flow.person("edit", entity="Payment", id=payment["Id"], changes={"TxnDate": "2020-02-29"})
    move(flow, allocation_of(flow, first), second, "40.00")
    flow.post()
    [((_, key), detail)] = flow.listed().items()
    assert key == "changed_in_quickbooks" and "2020-02-29" in detail
    assert balances(flow, first, second) == [70, 110]


def test_a_payment_voided_without_unlinking_it_leaves_quickbooks(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "CASPEN_CURSOR_OVERLAP_SECONDS", 0)  # nothing is read again by chance
    invoice, other = flow.invoice("100.00"), flow.invoice("30.00")
    flow.pay(invoice, "40.00")
    flow.pay(other, "10.00")
    for _ in range(4):
        last = flow.post()
    assert last.counts["staged"] == 0
    flow.caspen.execute(
        "UPDATE caspen.payment SET status = 'void', voided_at = now()"
        " WHERE id = (SELECT payment_id FROM caspen.payment_allocation WHERE invoice_id = %s)",
        [invoice],
    )
    flow.post()
    assert [row["TotalAmt"] for row in payments(flow)] == [10]
    assert balances(flow, invoice) == [110]
    assert flow.post().calls == {}


def test_a_refund_in_caspen_leaves_the_posted_payment_alone(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    flow.pay(invoice)
    flow.post()
    flow.caspen.execute("UPDATE caspen.payment SET status = 'refunded'")
    flow.post()
    run(flow)
    assert [row["TotalAmt"] for row in payments(flow)] == [110]
    assert flow.listed() == {}
    flow.staff.unlink(allocation_of(flow, invoice))  # only that says that the invoice is owed again
    flow.post()
    assert payments(flow) == []
    assert balances(flow, invoice) == [110]


def test_voiding_an_invoice_waits_while_a_payment_of_others_stands_on_it(flow: Flow) -> None:
    invoice, other = flow.invoice("100.00"), flow.invoice("10.00")
    flow.post()
    document = invoice_of(flow, invoice)
    payment = flow.person("record-payment", invoices=[{"id": document["Id"], "amount": 30}])
    flow.staff.void_invoice(invoice)
    flow.staff.void_invoice(other)
    flow.post()
    assert invoice_of(flow, invoice)["TotalAmt"] == 110
    assert invoice_of(flow, other)["TotalAmt"] == 0  # it holds nothing but its own document
    [((number, key), detail)] = flow.listed().items()
    assert (number, key) == (document["DocNumber"], "changed_in_quickbooks")
    assert f"payment {payment['Id']} stands on it" in detail

    flow.person("delete", entity="Payment", id=payment["Id"])
    with wiring.open_store() as store:
        release(store.for_workspace(flow.workspace_id), numbers=[number], who="test")
    flow.post()
    assert invoice_of(flow, invoice)["TotalAmt"] == 0
    assert flow.listed() == {}


def edited(flow: Flow, invoice: int, price: str) -> None:
    flow.staff.revert_to_draft(invoice)
    flow.staff.edit_draft(
        invoice, lines=[NewLine("service", "Shorter", price, tax_rate_id=flow.rates["GST"])]
    )
    flow.staff.finalise(invoice)


def test_an_update_that_would_strand_what_is_paid_there_is_listed_with_that_reason(flow: Flow) -> None:
    invoice, deposited = flow.invoice("100.00"), flow.invoice("100.00")
    flow.post()
    document = invoice_of(flow, invoice)
    payment = flow.person("record-payment", invoices=[{"id": document["Id"], "amount": 80}])
    flow.person("edit", entity="Invoice", id=invoice_of(flow, deposited)["Id"], changes={"Deposit": 30})
    for one in (invoice, deposited):
        edited(flow, one, "20.00")
    flow.post()
    told = {number: detail for (number, _), detail in flow.listed().items()}
    assert {key for _, key in flow.listed()} == {"changed_in_quickbooks"}
    assert (
        f"80.00 is paid on QuickBooks Invoice {document['Id']} (Payment {payment['Id']})"
        in (told[document["DocNumber"]])
    )
    assert "30.00 is paid" in told[invoice_of(flow, deposited)["DocNumber"]]
    assert invoice_of(flow, invoice)["TotalAmt"] == invoice_of(flow, deposited)["TotalAmt"] == 110

    flow.person("delete", entity="Payment", id=payment["Id"])
    edited(flow, deposited, "50.00")  # a new version is tried by itself
    with wiring.open_store() as store:
        release(store.for_workspace(flow.workspace_id), numbers=[document["DocNumber"]], who="test")
    flow.post()
    assert invoice_of(flow, invoice)["TotalAmt"] == 22
    kept = invoice_of(flow, deposited)
    assert (kept["TotalAmt"], kept["Deposit"], kept["Balance"]) == (55, 30, 25)
    assert flow.listed() == {}


def test_a_client_renamed_changes_nothing_and_a_merged_one_posts_to_the_survivor(flow: Flow) -> None:
    secondary = flow.staff.create_client("Anne", "ONeil")
    posted = flow.invoice("100.00", client=secondary)
    first = flow.invoice("10.00")
    flow.post()
    before = {row["Id"]: row["DisplayName"] for row in flow.books("Customer")}
    survivor_customer = invoice_of(flow, first)["CustomerRef"]["value"]
    own_customer = invoice_of(flow, posted)["CustomerRef"]["value"]

    flow.caspen.execute("UPDATE caspen.client SET first_name = 'Anna' WHERE id = %s", [secondary])
    flow.post()
    assert {row["Id"]: row["DisplayName"] for row in flow.books("Customer")} == before

    draft = flow.staff.draft_invoice(
        secondary, [NewLine("service", "Visit", "20.00", tax_rate_id=flow.rates["GST"])]
    )
    flow.staff.merge_clients(secondary, flow.client_id)
    flow.staff.finalise(draft)
    flow.pay(posted, "50.00")
    flow.post()
    assert invoice_of(flow, draft)["CustomerRef"]["value"] == survivor_customer
    assert invoice_of(flow, posted)["CustomerRef"]["value"] == own_customer
    [payment] = payments(flow)
    assert payment["CustomerRef"]["value"] == own_customer  # a payment goes where its invoice is
    assert balances(flow, posted) == [60]
    run(flow)
    assert flow.listed() == {}


def test_a_draft_given_to_another_client_takes_its_quickbooks_invoice_along(flow: Flow) -> None:
    other = flow.staff.create_client("Bea", "Kerr")
    stays, moved = flow.invoice("10.00"), flow.invoice("100.00")
    flow.post()
    before = invoice_of(flow, moved)

    flow.staff.revert_to_draft(moved)
    flow.caspen.execute("UPDATE caspen.invoice SET client_id = %s WHERE id = %s", [other, moved])
    flow.staff.finalise(moved)
    flow.pay(flow.invoice("5.00"))
    flow.post()

    after = invoice_of(flow, moved)
    names = {row["Id"]: row["DisplayName"] for row in flow.books("Customer")}
    assert after["Id"] == before["Id"]
    assert names[after["CustomerRef"]["value"]].startswith("Bea Kerr (Caspen ")
    assert invoice_of(flow, stays)["CustomerRef"] == before["CustomerRef"]
    run(flow)
    assert flow.listed() == {}
