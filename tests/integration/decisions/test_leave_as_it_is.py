"""Every row about what QuickBooks does not have, or about payments made there, can be left as it is, with
who and when; `retry` takes it back, a new version or other figures bring it back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from caspen_seed import NewLine
from tests.integration.reconciling.runs import run as reconcile
from tests.support.bookkeeper import edit
from tests.support.command_line import run_command
from tests.support.flow import Flow
from tests.support.importing import posted, receive, run_import


def a_long_number(flow: Flow) -> int:
    return drafted(flow, number="A-NUMBER-OF-MORE-THAN-21-CHARACTERS")


def without_lines(flow: Flow) -> int:
    invoice = flow.staff.draft_invoice(flow.client_id, [])
    flow.staff.finalise(invoice)
    return invoice


def a_number_that_is_taken(flow: Flow) -> int:
    item = next(r["Id"] for r in flow.books("Item") if r["Type"] == "Service")
    code = flow.sync_rows("SELECT tax_code_id FROM qbo_sync.tax_link")[0][0]
    detail = {"ItemRef": {"value": item}, "TaxCodeRef": {"value": code}}
    line = {"Amount": 5, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    customer = flow.person("create", entity="Customer", document={"DisplayName": "Somebody"})["Id"]
    body = {"CustomerRef": {"value": customer}, "DocNumber": "TAKEN-1", "Line": [line]}
    flow.person("create", entity="Invoice", document=body)
    return drafted(flow, number="TAKEN-1")


def in_dollars(flow: Flow) -> int:
    return drafted(flow, currency="USD")


def drafted(flow: Flow, *, number: str | None = None, currency: str | None = None) -> int:
    line = NewLine("service", "Consultation", "100.00", tax_rate_id=flow.rates["GST"])
    invoice = flow.staff.draft_invoice(flow.client_id, [line], number=number, currency=currency)
    flow.staff.finalise(invoice)
    return invoice


def accept(flow: Flow, number: str) -> str:
    done = run_command("accept", "--workspace", "1", "--number", number)
    assert done.returncode == 0, done.stderr
    return done.stdout


def ledger(flow: Flow) -> tuple[int, ...]:
    return flow.sync_rows(
        "SELECT finalised, synced, waiting, listed, excluded FROM qbo_sync.sync_run"
        " ORDER BY started_at DESC LIMIT 1"
    )[0]


@pytest.mark.parametrize("make", [a_long_number, without_lines, a_number_that_is_taken, in_dollars])
def test_what_is_not_in_quickbooks_is_left_out_and_taken_back(
    flow: Flow, make: Callable[[Flow], int]
) -> None:
    invoice = make(flow)
    number = flow.staff.invoice(invoice).number
    if flow.staff.balance(invoice):
        flow.pay(invoice)
    flow.post()
    [(_, key)] = flow.listed()
    before = len(flow.books("Invoice"))
    accept(flow, number)
    assert flow.listed() == {}
    for _ in range(2):
        flow.post()
        run_import(flow)
        reconcile(flow)
    assert flow.listed() == {} and len(flow.books("Invoice")) == before and flow.books("Payment") == []
    finalised, synced, waiting, listed, excluded = ledger(flow)
    assert (synced, waiting, listed, excluded) == (0, 0, 0, finalised)
    assert flow.sync_rows("SELECT count(*) FROM qbo_sync.document_event WHERE what = 'left as it is'") == [
        (1,)
    ]
    assert run_command("retry", "--workspace", "1", "--number", number).returncode == 0
    flow.post()
    assert list(flow.listed()) == [(number, key)]


def test_a_new_version_in_caspen_ends_it(flow: Flow) -> None:
    invoice = a_long_number(flow)
    flow.post()
    accept(flow, flow.staff.invoice(invoice).number)
    flow.staff.revert_to_draft(invoice)
    flow.staff.edit_draft(invoice, number="SHORT")
    flow.staff.finalise(invoice)
    flow.post()
    assert flow.listed() == {} and flow.books("Invoice")[-1]["DocNumber"] == "SHORT"


def test_a_payment_on_an_older_invoice_is_left(flow: Flow) -> None:
    then = datetime.now(UTC) - timedelta(days=400)
    line = NewLine("service", "Consultation", "100.00", tax_rate_id=flow.rates["GST"])
    invoice = flow.staff.draft_invoice(flow.client_id, [line], at=then)
    flow.staff.finalise(invoice, at=then)
    flow.pay(invoice, "20.00")
    flow.post()
    [(number, key)] = flow.listed()
    assert key == "historical_invoice"
    accept(flow, number)
    flow.post()
    assert flow.listed() == {}


@pytest.mark.parametrize("amounts", [("30.00", "20.00"), ("100.00", None)], ids=["split", "more than is due"])
def test_payments_made_in_quickbooks_are_left_until_there_is_another(
    flow: Flow, amounts: tuple[str, str | None]
) -> None:
    invoice = posted(flow, "100.00")
    first, second = amounts
    receive(flow, {invoice: first}, **({} if second else {"amount": "130.00"}))
    if second:
        receive(flow, {invoice: second})
    run_import(flow)
    [(number, key)] = flow.listed()
    assert key in ("split_payment", "overpayment")
    accept(flow, number)
    for _ in range(2):
        flow.post()
        run_import(flow)
        reconcile(flow)
    assert flow.listed() == {}
    assert flow.sync_rows("SELECT count(*) FROM qbo_sync.reconciliation_difference WHERE NOT explained") == [
        (0,)
    ]
    if second:
        receive(flow, {invoice: "10.00"})
        run_import(flow)
        assert (number, key) in flow.listed()
        assert flow.staff.balance(invoice) == Decimal("100.00")


def test_sending_an_invoice_again_ends_that_its_payments_were_left(flow: Flow) -> None:
    """What was agreed of its balance goes with the version it was agreed on: it is raised again."""
    invoice = posted(flow, "100.00")
    receive(flow, {invoice: "30.00"})
    receive(flow, {invoice: "20.00"})
    run_import(flow)
    number = str(flow.staff.invoice(invoice).number)
    accept(flow, number)
    edit(flow, invoice, DocNumber="X-1")
    reconcile(flow)
    assert set(flow.listed()) == {(number, "changed_in_quickbooks")}
    done = run_command("resend", "--workspace", "1", "--number", number)
    assert done.returncode == 0, done.stderr
    flow.post()
    run_import(flow)
    reconcile(flow)
    assert set(flow.listed()) == {(number, "split_payment")}
    accept(flow, number)
    for _ in range(2):
        flow.post()
        run_import(flow)
        reconcile(flow)
    assert flow.listed() == {}


def test_payments_on_an_invoice_whose_edit_was_accepted_are_left_too(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    other = flow.person("create", entity="Customer", document={"DisplayName": "Family account"})["Id"]
    edit(flow, invoice, CustomerRef={"value": other})
    reconcile(flow)
    number = str(flow.staff.invoice(invoice).number)
    accept(flow, number)
    for amount in ("30.00", "20.00"):
        receive(flow, {invoice: amount}, CustomerRef={"value": other})
    run_import(flow)
    assert set(flow.listed()) == {(number, "split_payment")}
    accept(flow, number)
    for _ in range(2):
        flow.post()
        run_import(flow)
        reconcile(flow)
    assert flow.listed() == {}


def test_payments_in_another_currency_are_left_after_the_edit_of_their_invoice(flow: Flow) -> None:
    flow.person("enable-multi-currency", currencies=["USD"])
    flow.person("set-exchange-rate", currency="USD", rate="1.5", date="2020-01-01")
    assert run_command("retry", "--workspace", "1", "--all").returncode == 0
    invoice = posted(flow, "100.00")
    dollars = {"value": "USD"}
    made = {"DisplayName": "Abroad", "CurrencyRef": dollars}
    abroad = {"value": flow.person("create", entity="Customer", document=made)["Id"]}
    edit(flow, invoice, CustomerRef=abroad, CurrencyRef=dollars, ExchangeRate=1.5)
    receive(flow, {invoice: "30.00"}, CustomerRef=abroad, CurrencyRef=dollars, ExchangeRate=1.5)
    run_import(flow)
    reconcile(flow)
    number = str(flow.staff.invoice(invoice).number)
    assert set(flow.listed()) == {(number, "changed_in_quickbooks"), (number, "currency_mismatch")}
    accept(flow, number)
    accept(flow, number)
    for _ in range(2):
        flow.post()
        run_import(flow)
        reconcile(flow)
    assert flow.listed() == {}
    assert flow.staff.balance(invoice) == Decimal("100.00")


def test_what_held_a_version_that_is_not_sent_any_more_goes_with_the_accepted_edit(flow: Flow) -> None:
    """Held for its tax, then found edited too: accepting the edit leaves no row that nothing can close."""
    invoice = drafted(flow)
    flow.post()
    [there] = flow.books("Invoice")
    flow.person("edit", entity="Invoice", id=there["Id"], changes={"DueDate": "2031-01-31"})
    flow.switch(using_sales_tax=False)
    flow.staff.revert_to_draft(invoice)
    line = NewLine("service", "Longer", "120.00", tax_rate_id=flow.rates["GST"])
    flow.staff.edit_draft(invoice, lines=[line])
    flow.staff.finalise(invoice)
    number = flow.staff.invoice(invoice).number
    assert run_command("retry", "--workspace", "1", "--number", number).returncode == 0
    flow.post()
    assert list(flow.listed()) == [(number, "business_validation_tax")]
    flow.switch(using_sales_tax=True)
    assert run_command("retry", "--workspace", "1", "--number", number).returncode == 0
    flow.post()
    assert (number, "changed_in_quickbooks") in flow.listed()
    reconcile(flow)
    accept(flow, number)
    flow.post()
    reconcile(flow)
    assert flow.listed() == {}
    assert flow.books("Invoice")[-1]["DueDate"] == "2031-01-31"


@pytest.mark.parametrize("entity", ["Invoice", "CreditMemo", "Payment", "imported"])
@pytest.mark.parametrize("how", ["500", "hidden"])
def test_what_quickbooks_does_not_show_is_left_and_nothing_is_written(
    flow: Flow, entity: str, how: str
) -> None:
    """Gone for good in other words than "deleted": no run can tell, and nothing else would end the row."""
    invoice = posted(flow, "100.00")
    if entity == "CreditMemo":
        flow.staff.credit(invoice, {1: "0.5"}, reason="kept in Caspen")
    elif entity == "Payment":
        flow.pay(invoice, "40.00")
    flow.post()
    if entity == "imported":
        receive(flow, {invoice: "40.00"})
        run_import(flow)
        entity = "Payment"
    reconcile(flow)
    spoilt = flow.books(entity)[-1]["Id"]
    flow.door(f"{flow.realm}/unreadable", entity=entity, id=spoilt, how=how)
    reconcile(flow, full=True)
    [(number, key)] = flow.listed()
    assert key == "unreadable_in_quickbooks"
    before = (flow.books("Invoice"), flow.books("Payment"), flow.books("CreditMemo"), balances(flow))
    accept(flow, number)
    for _ in range(2):
        flow.post()
        run_import(flow)
        reconcile(flow, full=True)
        assert flow.listed() == {}
    assert before == (flow.books("Invoice"), flow.books("Payment"), flow.books("CreditMemo"), balances(flow))
    assert run_command("retry", "--workspace", "1", "--number", number).returncode == 0
    reconcile(flow, full=True)
    assert list(flow.listed()) == [(number, key)]


def balances(flow: Flow) -> list[object]:
    return flow.caspen_rows("SELECT number, balance FROM caspen.invoice ORDER BY id")
