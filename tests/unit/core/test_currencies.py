"""Currency is compared wherever two documents are held against each other: a table of all the places, and any
pair of currencies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspen_qbo.core.backfill.verdict import Subject, Verdict, decide_number, pair_payments
from caspen_qbo.core.documents import DocumentFacts, LinkFacts, in_home_currency, read_facts
from caspen_qbo.core.importing.plan import BooksPayment, ClinicInvoice, ImportSnapshot, plan_imports
from caspen_qbo.core.importing.problems import find_problems
from caspen_qbo.core.posting.customers import Candidate, match_client
from caspen_qbo.core.posting.decide.decisions import compare_sale, other_currency
from caspen_qbo.core.posting.display_names import display_name
from caspen_qbo.core.posting.document import stage_invoice
from caspen_qbo.core.posting.eligibility import classify_invoice
from caspen_qbo.core.posting.readiness import check_invoice, check_setup
from caspen_qbo.core.reconciling.matching import Expected, compare, drift
from caspen_qbo.core.reference import ListEntry
from tests.support.records import a_client, a_context, an_allocation, an_invoice, facts

CODES = st.sampled_from(["AUD", "USD", "NZD", "EUR", "GBP"])
DAY = date(2026, 11, 3)
LINE_AT = datetime(2020, 1, 1, tzinfo=UTC)


def _compare(ours: str, theirs: str) -> bool:
    expected = Expected(
        "INV-0501", "58", DAY, Decimal("100.00"), Decimal("10.00"), Decimal("110.00"), currency=ours
    )
    return "currency" not in {one.field for one in compare(expected, facts(currency=theirs))}


def _drift(ours: str, theirs: str) -> bool:
    return "currency" not in {one.field for one in drift(facts(currency=ours), facts(currency=theirs))}


def _sale(ours: str, theirs: str) -> bool:
    return "currency" not in {
        one.field for one in compare_sale(_document(ours), "58", facts(currency=theirs))
    }


def _stands_for(ours: str, theirs: str) -> bool:
    problem = other_currency(_document(ours), facts(currency=theirs), "Put it right.")
    if problem is not None:
        assert problem.error_key == "currency_mismatch" and problem.cause is not None
        assert f"110.00 {theirs}" in problem.detail and ours in problem.detail and "131" in problem.detail
    return problem is None


def _document(currency: str):
    from caspen_qbo.core.posting.document import restaged

    invoice = an_invoice(currency=currency)
    return restaged(
        None, stage_invoice(invoice, classify_invoice(invoice, line_at=LINE_AT, linked=False)), LINE_AT
    )


def _backfill(ours: str, theirs: str) -> bool:
    invoice = an_invoice(currency=ours)
    there = facts(currency=theirs, doc_number=invoice.number, customer_id="58")
    subject = Subject(invoice.number, invoice, there=(there,), customer_id="58")
    item = decide_number(subject, LINE_AT, ours)
    assert item is not None
    if ours != theirs:
        assert item.verdict is Verdict.CLASH and theirs in item.reason and ours in item.reason
    return "currency" not in item.reason.casefold()


def _pairing(ours: str, theirs: str) -> bool:
    invoice = facts(currency=ours, balance=Decimal(0), links=(LinkFacts("Payment", "140", None),))
    links = (LinkFacts("Invoice", "131", Decimal("110.00")),)
    payment = facts("Payment", currency=theirs, quickbooks_id="140", balance=Decimal(0), links=links)
    allocation = an_allocation(amount=Decimal("110.00"))
    return not pair_payments(invoice, Decimal(0), [allocation], [payment], 0).obstacle


def _import(ours: str, theirs: str) -> bool:
    payment = BooksPayment("77", DAY, {1: Decimal("110.00")}, currency=theirs)
    snapshot = ImportSnapshot(
        {"77": payment}, {1: ClinicInvoice(1, "INV-1", "open", Decimal("110.00"), currency=ours)}, ()
    )
    imported = bool(plan_imports(snapshot))
    problems = find_problems(snapshot)
    if not imported:
        [problem] = problems
        assert problem.error_key == "currency_mismatch" and "77" in problem.detail
        assert f"110.00 {ours}" in problem.detail and f"110.00 {theirs}" in problem.detail
    return imported


def _customer(ours: str, theirs: str) -> bool:
    client = a_client()
    match = match_client(client, [Candidate("58", display_name(client), "", "", "", True, theirs)], [], ours)
    assert (match.customer_id is None) == (match.foreign is not None)
    return match.customer_id is not None


def _invoice_at_home(ours: str, theirs: str) -> bool:
    found = check_invoice(an_invoice(currency=ours), a_context(home_currency=theirs))
    return "currency_mismatch" not in {problem.error_key for problem in found}


def _payment_account(ours: str, theirs: str) -> bool:
    account = ListEntry("35", "Bank", "Bank", True, currency=theirs)
    return check_setup(a_context(accounts=(account,), home_currency=ours)) == []


SAME: dict[str, Callable[[str, str], bool]] = {
    "what an answer or a lookup brings": _compare,
    "an edit": _drift,
    "a document of the same mark": _sale,
    "what a document waits on": _stands_for,
    "an older invoice": _backfill,
    "its payments": _pairing,
    "a payment made there": _import,
    "a customer": _customer,
    "an invoice and the company": _invoice_at_home,
    "the payment account": _payment_account,
}
"""Every place where two are held against each other: whether they count as the same, by their currencies."""


@pytest.mark.parametrize("place", SAME)
@given(ours=CODES, theirs=CODES)
def test_two_are_the_same_only_in_one_currency(place: str, ours: str, theirs: str) -> None:
    assert SAME[place](ours, theirs) == (ours == theirs)


@pytest.mark.parametrize(
    "place", ["what an answer or a lookup brings", "an edit", "a document of the same mark"]
)
@given(known=CODES)
def test_a_currency_that_was_not_kept_is_no_difference(place: str, known: str) -> None:
    assert SAME[place]("", known) and SAME[place](known, "")


@given(rate=st.decimals("0.01", "100", places=4), currency=CODES)
def test_home_amounts_are_quickbooks_own_or_at_the_documents_rate(rate: Decimal, currency: str) -> None:
    there = facts(currency=currency, exchange_rate=rate)
    home = in_home_currency(there, "AUD")
    if currency == "AUD":
        assert home is there
        return
    assert home.total == (Decimal("110.00") * rate).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    assert home.subtotal + home.tax == home.total and not home.is_foreign("AUD")
    stated = replace(there, home_total=Decimal("7.00"), home_balance=Decimal("3.00"))
    assert (in_home_currency(stated, "AUD").total, in_home_currency(stated, "AUD").balance) == (7, 3)
    assert in_home_currency(replace(there, exchange_rate=None), "AUD").total == 0


def test_the_facts_keep_what_quickbooks_says_of_currency() -> None:
    body = {
        "Id": "1",
        "TotalAmt": Decimal("110.00"),
        "CurrencyRef": {"value": "USD"},
        "ExchangeRate": Decimal("1.5"),
        "HomeTotalAmt": Decimal("165.00"),
        "HomeBalance": Decimal("165.00"),
    }
    read: DocumentFacts = read_facts("Invoice", body)
    assert (read.currency, read.exchange_rate, read.home_total, read.money) == (
        "USD",
        Decimal("1.5"),
        165,
        "110.00 USD",
    )
    assert read_facts("Invoice", {"Id": "1"}).currency == "" and not read_facts(
        "Invoice", {"Id": "1"}
    ).is_foreign("AUD")
