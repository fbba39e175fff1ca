"""The sums a bookkeeper signs, and that what explains a difference adds up to it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from caspen_qbo import settings, wiring
from caspen_qbo.core.reconciling.stored import TieOut
from caspen_qbo.usecases.reconciling.run import reconcile
from caspen_seed import NewLine
from tests.integration.reconciling.runs import run
from tests.support.bookkeeper import (
    edit,
    edit_credit_line,
    edit_line,
    free_of_tax,
    invoice_of,
    other_account,
    payment_of,
    plain,
    remove,
    unapply_credit,
)
from tests.support.flow import Flow
from tests.support.importing import in_books, receive, run_import


def tie_outs(flow: Flow) -> dict[str, TieOut]:
    """Of the latest run. In each of them, documents account for every difference, to the cent."""
    with wiring.open_store() as store:
        stored = store.for_workspace(flow.workspace_id).reconciliation.fetch_run()
    found = {item.key: item for item in stored.report.tie_outs}
    for item in found.values():
        assert [row.label for row in item.rows if row.unexplained != 0] == []
        for row in item.rows:
            own = [shown for shown in item.items if shown.of == row.label]
            assert row.total or row.delta == sum((shown.delta for shown in own), Decimal(0))
        if item.leads_to:
            steps = sum((step.amount for step in item.steps), Decimal(0))
            assert item.leads_to.amount == item.rows[-1].quickbooks + steps
    return found


def sums(item: TieOut) -> list[tuple[str, str, str]]:
    return [(str(row.caspen), str(row.quickbooks), str(row.delta)) for row in item.rows]


def steps(item: TieOut) -> list[str]:
    return [str(step.amount) for step in item.steps]


def line(flow: Flow, price: str, rate: str = "GST") -> NewLine:
    return NewLine("service", "Consultation", price, tax_rate_id=flow.rates[rate])


def customer_balance(flow: Flow, *invoices: int) -> Decimal:
    """What QuickBooks says the customers of these invoices owe."""
    ids = {invoice_of(flow, invoice)["CustomerRef"]["value"] for invoice in invoices}
    return sum((row["Balance"] for row in flow.books("Customer") if row["Id"] in ids), Decimal(0))


@pytest.mark.parametrize("thrifty", [False, True])
def test_a_night_that_reads_changes_alone_compares_what_customers_owe(
    flow: Flow, monkeypatch: pytest.MonkeyPatch, thrifty: bool
) -> None:
    """Unless reading is thrifty: then once a week, with everything."""
    monkeypatch.setattr(settings, "READS", "thrifty" if thrifty else "careful")
    owed = flow.invoice("80.00")
    flow.post()
    run(flow)
    with wiring.open_session(flow.workspace_id, "scheduled__2026-11-29T16:00:00+00:00") as session:
        reconcile(session)
    with wiring.open_store() as store:
        assert not store.for_workspace(flow.workspace_id).reconciliation.fetch_run().full_compare
    found = tie_outs(flow)["receivables"].leads_to
    assert (found.amount if found else None) == (None if thrifty else customer_balance(flow, owed))


def test_every_difference_is_explained_by_items_that_add_up_to_it(flow: Flow):
    taxed, freed, paid = (
        flow.invoice(lines=[line(flow, "80.00"), line(flow, "20.00", "GST free")]),
        flow.invoice("80.00", "20.00"),
        flow.invoice("80.00", "20.00"),
    )
    flow.pay(paid, "50.00")
    flow.staff.credit(taxed, {1: 1})
    flow.post()
    run(flow)
    before = tie_outs(flow)
    assert all(item.equal and not item.items for item in before.values())
    names = [row.label for row in before["tax"].rows if " at " in row.label]
    assert len(names) == 3, "two codes, one of them without tax"
    assert before["receivables"].leads_to.amount == customer_balance(flow, paid) == Decimal("190.00")

    edit_line(flow, taxed, amount="90.00")
    free_of_tax(flow, freed)
    remove("Payment", "delete", payment_of)(flow, paid)
    run(flow, full=True)
    after = tie_outs(flow)
    assert [key for key, item in after.items() if not item.equal] == ["receivables", "payment_account", "tax"]
    assert after["receivables"].rows[0].delta == Decimal("53.00")
    assert sums(after["payment_account"])[-1] == ("50.00", "0.00", "-50.00")
    by_label = {row.label.split(" [")[0].split(",")[0]: row for row in after["tax"].rows}
    deltas = {"Net sales at GST": "-70.00", "Tax at GST": "-7.00", "Net sales at GST free": "80.00"}
    deltas |= {"Net sales together": "10.00", "Tax together": "-7.00"}
    assert {label: str(row.delta) for label, row in by_label.items() if row.delta} == deltas
    number = flow.staff.invoice(freed).number
    moved = [("Net sales at GST", "-80.00"), ("Net sales at GST free", "80.00"), ("Tax at GST", "-8.00")]
    items = [item for item in after["tax"].items if item.number == number]
    assert sorted((item.of.split(" [")[0], str(item.delta)) for item in items) == moved


def test_credit_notes_are_explained_sum_by_sum(flow: Flow):
    edited, unapplied, gone, kept = (flow.invoice("80.00", "20.00") for _ in range(4))
    for invoice in (edited, unapplied, gone, kept):
        flow.staff.credit(invoice, {2: 1})
    flow.post()
    edit_credit_line(flow, edited, "25.00")
    unapply_credit(flow, unapplied)
    unapply_credit(flow, gone)
    [(memo,)] = flow.sync_rows(
        "SELECT l.quickbooks_id FROM qbo_sync.document_link l JOIN qbo_sync.document d"
        " USING (workspace_id, document_kind, document_id) WHERE l.document_kind = 'credit_note'"
        " AND d.invoice_id = %s",
        gone,
    )
    flow.person("delete", entity="CreditMemo", id=memo)
    run(flow)
    found = tie_outs(flow)["credit_notes"]
    assert sums(found) == [("88.00", "71.50", "-16.50"), ("0.00", "27.50", "27.50")]
    assert sorted((item.of, item.number, str(item.delta), item.reason) for item in found.items) == [
        ("Credit notes issued", "CN-0001", "5.50", "Changed in QuickBooks"),
        ("Credit notes issued", "CN-0003", "-22.00", "Voided or deleted in QuickBooks"),
        ("Not yet used on their invoice", "CN-0001", "5.50", "Changed in QuickBooks"),
        ("Not yet used on their invoice", "CN-0002", "22.00", "Totals differ"),
    ]
    # What was issued too much or is not used is money the customer has with QuickBooks.
    receivables = tie_outs(flow)["receivables"]
    assert steps(receivables) == ["-27.50"]
    assert receivables.leads_to.amount == customer_balance(flow, kept)


def test_receivables_lead_to_what_quickbooks_says_the_clients_owe(flow: Flow):
    first, second, moved = (flow.invoice("80.00", "20.00") for _ in range(3))
    flow.post()
    run(flow)
    customer = invoice_of(flow, first)["CustomerRef"]
    foreign_customer = flow.person("create", entity="Customer", document={"DisplayName": "Nobody's client"})
    edit(flow, moved, CustomerRef={"value": foreign_customer["Id"]})
    own = plain(invoice_of(flow, first))["Line"][:1]
    own[0].pop("Id")
    for owner in (
        customer,
        {"value": foreign_customer["Id"]},
    ):  # a foreign customer's is no concern of Caspen's
        flow.person("create", entity="Invoice", document={"CustomerRef": owner, "Line": own})
    flow.person("create", entity="CreditMemo", document={"CustomerRef": customer, "Line": own})
    flow.person("record-payment", customer=customer["value"], amount="11.00")
    edit(flow, second, DueDate="2031-01-31")  # someone edits it, and Caspen has a newer version
    flow.staff.revert_to_draft(second)
    flow.staff.edit_draft(second, lines=[line(flow, "70.00")])
    flow.staff.finalise(second)
    waiting = flow.invoice("30.00")
    run(flow, full=True)
    found = tie_outs(flow)["receivables"]
    assert sums(found) == [("220.00", "220.00", "0.00")]
    assert steps(found) == ["-110.00", "110.00", "88.00", "-88.00", "-11.00"]
    assert found.leads_to.amount == customer_balance(flow, first) == Decimal("209.00")
    due = flow.staff.balance(second) + flow.staff.balance(waiting)
    assert any(f"2 finalised invoices that wait or are listed, with {due:,.2f} due" in n for n in found.notes)
    assert tie_outs(flow)["tax"].notes == (
        (
            "Not in these sums: QuickBooks dates 3 documents not of Caspen's into this period: "
            "net 80.00, tax 8.00."
        ),
        (
            "Not in these sums: QuickBooks dates 1 document of which Caspen has a newer version that waits "
            "or is listed into this period: net 100.00, tax 10.00."
        ),
    )


def test_the_payment_account_leads_to_what_quickbooks_has_on_it(flow: Flow):
    paid, elsewhere, imported = (flow.invoice("80.00", "20.00") for _ in range(3))
    flow.pay(paid, "50.00")
    flow.pay(elsewhere, "40.00")
    flow.post()
    [(account,)] = flow.sync_rows("SELECT payment_account_id FROM qbo_sync.settings")
    other_account(flow, elsewhere)
    receive(flow, {imported: "15.00"}, amount="28.00", deposit_to=account)  # 13.00 of it pays nothing
    customer = invoice_of(flow, paid)["CustomerRef"]["value"]
    flow.person("record-payment", customer=customer, amount="11.00", deposit_to=account)
    run_import(flow)
    run(flow)
    found = tie_outs(flow)["payment_account"]
    assert sums(found) == [
        ("90.00", "90.00", "0.00"),
        ("15.00", "15.00", "0.00"),
        ("105.00", "105.00", "0.00"),
    ]
    assert steps(found) == ["-40.00", "13.00", "11.00"]
    on_it = [p["TotalAmt"] for p in flow.books("Payment") if p["DepositToAccountRef"]["value"] == account]
    assert found.leads_to.amount == sum(on_it) == Decimal("89.00")


def test_tax_counts_in_the_month_of_each_sides_own_date(flow: Flow):
    invoice = flow.invoice("80.00", "20.00")
    flow.post()
    edit(flow, invoice, TxnDate="2020-02-29")
    run(flow)
    found = tie_outs(flow)["tax"]
    assert sums(found) == [("100.00", "0.00", "-100.00"), ("10.00", "0.00", "-10.00")] * 2
    assert {(item.caspen, item.quickbooks) for item in found.items} == {(100, None), (10, None)}
    # and the other way round: what Caspen dates before the period is QuickBooks' alone
    older = flow.staff.draft_invoice(flow.client_id, [line(flow, "50.00")], issue_date=date(2026, 1, 15))
    flow.staff.finalise(older)
    flow.post()
    edit(flow, older, TxnDate=str(flow.staff.invoice(invoice).issue_date))
    run(flow, full=True)
    assert ("100.00", "50.00", "-50.00") in sums(tie_outs(flow)["tax"])


def test_a_payment_moved_to_another_invoice_explains_both_balances(flow: Flow):
    paid, other = flow.invoice("80.00", "20.00"), flow.invoice("80.00", "20.00")
    flow.pay(paid, "40.00")
    flow.post()
    to_other = [{"Amount": 40, "LinkedTxn": [{"TxnId": in_books(flow, other), "TxnType": "Invoice"}]}]
    flow.person(
        "edit", entity="Payment", id=payment_of(flow, paid)["Id"], changes={"TotalAmt": 40, "Line": to_other}
    )
    result = run(flow)
    assert list(flow.listed()) == [("PAY-0001", "changed_in_quickbooks")]
    assert result.counts["differences"] - result.counts["unexplained"] == 2
    found = tie_outs(flow)["receivables"]
    assert {(str(item.delta), item.reason) for item in found.items} == {
        ("40.00", "Changed in QuickBooks (payment PAY-0001)"),
        ("-40.00", "Changed in QuickBooks (payment PAY-0001)"),
    }
