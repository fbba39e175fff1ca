"""Differences: named by field, signed from Caspen to QuickBooks, and none of a document to itself."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from caspen_qbo.core.documents import DocumentFacts, LinkFacts
from caspen_qbo.core.reconciling.matching import Expected, compare, drift
from tests.support.facts_strategies import CENTS, DOCUMENTS
from tests.support.records import LINE_AT, facts

EXPECTED = Expected(
    "INV-0501",
    "58",
    date(2026, 11, 3),
    Decimal("100.00"),
    Decimal("10.00"),
    Decimal("110.00"),
    date(2026, 11, 17),
)


def test_the_same_document_does_not_differ():
    assert compare(EXPECTED, facts()) == ()
    assert drift(facts(), facts()) == ()


@given(DOCUMENTS)
def test_no_document_drifts_from_itself(document):
    assert drift(document, replace(document)) == ()


@given(DOCUMENTS)
def test_no_document_differs_from_what_it_says(document):
    said = Expected(
        document.doc_number,
        document.customer_id,
        document.txn_date,
        document.subtotal,
        document.tax,
        document.total,
        document.due_date,
    )
    assert compare(said, document) == ()


@given(CENTS, CENTS)
def test_the_sign_is_quickbooks_minus_caspen(ours, theirs):
    found = compare(replace(EXPECTED, total=ours), facts(total=theirs))
    if ours == theirs:
        assert found == ()
    else:
        [difference] = found
        assert difference.delta == theirs - ours
        assert ("more in QuickBooks" in str(difference)) == (theirs > ours)


def test_a_difference_reads_as_a_sentence():
    [difference] = compare(EXPECTED, facts(total=Decimal("112.00")))
    assert str(difference) == "total: Caspen 110.00, QuickBooks 112.00 (2.00 more in QuickBooks)"
    [other] = compare(EXPECTED, facts(doc_number=""))
    assert str(other) == "number: Caspen INV-0501, QuickBooks nothing"
    [due] = compare(EXPECTED, facts(due_date=date(2026, 12, 1)))
    assert str(due) == "due date: Caspen 2026-11-17, QuickBooks 2026-12-01"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"doc_number": "X"}, "number"),
        ({"customer_id": "59"}, "customer"),
        ({"txn_date": date(2026, 11, 4)}, "date"),
        ({"due_date": date(2026, 12, 1)}, "due_date"),
        ({"subtotal": Decimal("100.01")}, "subtotal"),
        ({"tax": Decimal("9.99")}, "tax"),
        ({"total": Decimal("110.01")}, "total"),
    ],
)
def test_each_field_is_named_by_both(change, name):
    assert [d.field for d in compare(EXPECTED, facts(**change))] == [name]
    assert [d.field for d in drift(facts(), facts(**change))] == [name]


@pytest.mark.parametrize(
    ("change", "name", "delta"),
    [
        ({"amount": Decimal("90.00")}, "line 2 amount", Decimal("-10.00")),
        ({"description": "Edited"}, "line 2 description", None),
        ({"item_id": "20"}, "line 2 item", None),
        ({"tax_code_id": "12"}, "line 2 tax code", None),
        ({"quantity": Decimal("2")}, "line 2 quantity", Decimal("1")),
        ({"unit_price": Decimal("50")}, "line 2 unit price", Decimal("-50")),
        ({"service_date": None}, "line 2 service date", None),
    ],
)
def test_a_line_is_named_by_its_place(change, name, delta):
    [line] = facts().lines
    posted = facts(lines=(line, line))
    [difference] = drift(posted, replace(posted, lines=(line, replace(line, **change))))
    assert (difference.field, difference.delta) == (name, delta)


def test_added_and_removed_lines_are_counted():
    [line] = facts().lines
    [difference] = drift(facts(), facts(lines=(line, line)))
    assert (difference.field, difference.caspen_value, difference.quickbooks_value) == ("lines", "1", "2")


def test_what_moves_by_itself_is_no_drift():
    moved: dict[str, Any] = {
        "balance": Decimal("0"),
        "links": (),
        "sync_token": "7",
        "updated_at": LINE_AT,
        "private_note": "x",
    }
    assert drift(facts(), facts(**moved)) == ()


def test_a_payment_moved_to_another_invoice_or_account_is_drift():
    payment = facts("Payment", lines=())
    moved = replace(payment, links=(LinkFacts("Invoice", "132", Decimal("10.00")),), account_id="36")
    assert [d.field for d in drift(payment, moved)] == ["account", "applied to"]


def test_the_order_of_a_payments_links_does_not_count():
    a, b = LinkFacts("Invoice", "1", Decimal(1)), LinkFacts("Invoice", "2", Decimal(2))
    payment = facts("Payment", lines=(), links=(a, b))
    assert drift(payment, replace(payment, links=(b, a))) == ()


def test_every_fact_is_compared_or_known_to_move():
    """A fact added to DocumentFacts must be compared, or be put here on purpose."""
    compared = {
        "doc_number",
        "customer_id",
        "txn_date",
        "due_date",
        "subtotal",
        "tax",
        "total",
        "account_id",
        "lines",
        "currency",
    }
    moving = {"balance", "links", "sync_token", "private_note", "created_at", "updated_at"}
    summed = {"taxes"}  # their sum is the tax
    worth = {"exchange_rate", "home_total", "home_balance"}  # in the home currency
    identity = {"quickbooks_type", "quickbooks_id", "deleted"}
    assert {f.name for f in fields(DocumentFacts)} == compared | moving | summed | worth | identity
