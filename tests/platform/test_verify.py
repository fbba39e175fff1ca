"""The demo's own check must see every kind of deviation it exists for."""

from __future__ import annotations

import copy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from caspen_seed.facts import InvoiceFacts, PracticeFacts, Standing
from ops.demo.books import Books
from ops.demo.verify import CaspenSide, Shown, compare

CENT = Decimal("0.01")


def an_invoice(key: int = 1, **other: Any) -> InvoiceFacts:
    plain = InvoiceFacts(
        id=key, number=f"INV-{key}", client_id=9, standing=Standing.ELIGIBLE, status="open", currency="AUD",
        subtotal=Decimal("100.00"), tax_total=Decimal("10.00"), total=Decimal("110.00"),
        balance=Decimal("60.00"), line_count=1, tax_rate_ids=(1,), allocations=1, allocated=Decimal("40.00"),
        credit_notes=1, credited=Decimal("10.00"), paid_since_connected=True,
    )  # fmt: skip
    return replace(plain, **other)


def caspen(*invoices: InvoiceFacts, status: str = "Synced", detail: str | None = None) -> CaspenSide:
    return CaspenSide(
        facts=PracticeFacts(1, "AUD", invoices, ()),
        shown={invoice.id: Shown(status, detail) for invoice in invoices},
        payments={1: [("2026-11-02", Decimal("40.00"))]},
        imported=0,
        credit_notes={1: [("CN-1", Decimal("9.09"), Decimal("0.91"), Decimal("10.00"))]},
    )


def link(kind: str, target: str, amount: str) -> dict[str, Any]:
    return {"Amount": Decimal(amount), "LinkedTxn": [{"TxnType": kind, "TxnId": target}]}


def books() -> Books:
    """What QuickBooks holds when all is well: an invoice, its payment, its applied credit memo."""
    invoice = {
        "Id": "51", "DocNumber": "INV-1", "TotalAmt": Decimal("110.00"), "Balance": Decimal("60.00"),
        "TxnTaxDetail": {"TotalTax": Decimal("10.00")},
    }  # fmt: skip
    memo = {
        "Id": "52", "DocNumber": "CN-1", "TotalAmt": Decimal("10.00"),
        "TxnTaxDetail": {"TotalTax": Decimal("0.91")},
    }  # fmt: skip
    paid = {"Id": "53", "TxnDate": "2026-11-02", "Line": [link("Invoice", "51", "40.00")]}
    applied = {
        "Id": "54", "TxnDate": "2026-11-03",
        "Line": [link("Invoice", "51", "10.00"), link("CreditMemo", "52", "10.00")],
    }  # fmt: skip
    return Books((invoice,), (memo,), (paid, applied))


def test_equal_sides_pass_and_are_counted():
    verdict = compare(caspen(an_invoice()), books())
    assert verdict.problems == ()
    assert (verdict.invoices, verdict.payments, verdict.credit_notes) == (1, 1, 1)


@pytest.mark.parametrize("field", ["subtotal", "tax_total", "total", "balance"])
def test_a_cent_in_any_amount_is_seen(field: str):
    invoice = an_invoice()
    off = replace(invoice, **{field: getattr(invoice, field) + CENT})
    problems = compare(caspen(off), books()).problems
    assert len(problems) == 1
    assert field.removesuffix("_total") in problems[0]


def test_an_invoice_shown_as_synced_and_missing_is_seen():
    problems = compare(caspen(an_invoice()), Books((), (), ())).problems
    assert any("0 times in QuickBooks" in problem for problem in problems)


def test_an_invoice_posted_twice_is_seen():
    right = books()
    twice = replace(right, invoices=(*right.invoices, {**right.invoices[0], "Id": "99"}))
    assert any("2 times" in problem for problem in compare(caspen(an_invoice()), twice).problems)


def test_a_payment_posted_twice_is_seen():
    right = books()
    twice = replace(right, payments=(*right.payments, {**right.payments[0], "Id": "99"}))
    problems = compare(caspen(an_invoice()), twice).problems
    assert problems == ("INV-1: its payments are not the same on both sides",)


def test_a_payment_on_another_day_is_seen():
    right = copy.deepcopy(books())
    right.payments[0]["TxnDate"] = "2026-11-03"
    assert compare(caspen(an_invoice()), right).problems


def test_a_lost_payment_is_seen():
    right = books()
    assert compare(caspen(an_invoice()), replace(right, payments=right.payments[1:])).problems


def test_a_split_payment_left_in_quickbooks_is_no_deviation():
    right = copy.deepcopy(books())
    split = {
        "Id": "60",
        "TxnDate": "2026-11-04",
        "PaymentRefNum": "S-1",
        "Line": [link("Invoice", "51", "5.00")],
    }
    right.invoices[0]["Balance"] = Decimal("55.00")
    with_split = replace(right, payments=(*right.payments, split))
    assert compare(caspen(an_invoice()), with_split, frozenset({"S-1"})).problems == ()
    assert compare(caspen(an_invoice()), with_split).problems, "an unknown payment must be seen"


@pytest.mark.parametrize("standing", [Standing.DRAFT, Standing.DELETED, Standing.HISTORICAL])
def test_a_document_that_should_not_be_there_is_seen(standing: Standing):
    stray = an_invoice(2, standing=standing, paid_since_connected=False)
    extra = {"Id": "70", "DocNumber": "INV-2", "TotalAmt": Decimal("5.00"), "Balance": Decimal("5.00")}
    right = books()
    problems = compare(
        caspen(an_invoice(), stray), replace(right, invoices=(*right.invoices, extra))
    ).problems
    assert f"INV-2: {standing.value}, yet in QuickBooks" in problems


def test_an_invoice_nobody_speaks_of_is_seen():
    silent = caspen(an_invoice(), status="Not synced")
    assert "INV-1: neither synced nor listed with a reason" in compare(silent, Books((), (), ())).problems


def test_a_listed_invoice_is_no_deviation_but_alone_proves_nothing():
    listed = caspen(an_invoice(), status="Not synced", detail="Currency mismatch")
    assert compare(listed, Books((), (), ())).problems == ("no invoice is synced, so nothing was compared",)


def test_a_credit_note_applied_to_another_invoice_is_seen():
    right = copy.deepcopy(books())
    right.payments[1]["Line"][0]["LinkedTxn"][0]["TxnId"] = "99"
    assert any(
        problem.startswith("CN-1: not applied") for problem in compare(caspen(an_invoice()), right).problems
    )


def test_a_credit_note_posted_twice_is_seen():
    right = books()
    twice = replace(right, credit_memos=(*right.credit_memos, {**right.credit_memos[0], "Id": "98"}))
    assert "CN-1: credit note is 2 times in QuickBooks" in compare(caspen(an_invoice()), twice).problems


def test_a_historical_invoice_paid_since_must_say_why_it_does_not_post():
    paid = an_invoice(3, standing=Standing.HISTORICAL, number="OLD-3")
    side = caspen(an_invoice(), paid)
    silent = replace(side, shown={**side.shown, 3: Shown("Not synced", None)})
    assert any(problem.startswith("OLD-3: historical") for problem in compare(silent, books()).problems)
    listed = replace(side, shown={**side.shown, 3: Shown("Not synced", "Update failed: Historical invoice")})
    assert compare(listed, books()).problems == ()
