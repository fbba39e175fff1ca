"""What a backfill decides, case by case as in docs/decisions/0009-backfill.md."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from caspen_qbo.core.backfill.verdict import (
    Subject,
    Verdict,
    clean_numbers,
    decide_number,
    pair_payments,
    refuse_numbers,
)
from caspen_qbo.core.documents import DocumentFacts, LinkFacts
from caspen_qbo.core.records import Allocation, Invoice, TaxMode

LINE_AT = datetime(2026, 3, 1, tzinfo=UTC)
BEFORE, AFTER = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
DAY = date(2026, 2, 1)


def an_invoice(**changes: Any) -> Invoice:
    given = {
        "id": 7,
        "workspace_id": 1,
        "number": "INV-7",
        "client_id": 5,
        "issue_date": DAY,
        "due_date": DAY,
        "status": "open",
        "tax_mode": TaxMode.EXCLUSIVE,
        "currency": "AUD",
        "subtotal": Decimal("100.00"),
        "tax_total": Decimal("10.00"),
        "total": Decimal("110.00"),
        "balance": Decimal("110.00"),
        "created_at": BEFORE,
        "finalised_at": BEFORE,
        "reverted_at": None,
        "voided_at": None,
        "deleted_at": None,
        "revision": 1,
        "updated_at": BEFORE,
        "quickbooks_status": "Not synced",
        "quickbooks_status_detail": None,
    }
    return Invoice(**{**given, **changes})


def a_document(**changes: Any) -> DocumentFacts:
    given = {
        "quickbooks_type": "Invoice",
        "quickbooks_id": "91",
        "sync_token": "0",
        "doc_number": "INV-7",
        "customer_id": "58",
        "txn_date": DAY,
        "due_date": date(2026, 4, 1),
        "subtotal": Decimal("100.00"),
        "tax": Decimal("10.00"),
        "total": Decimal("110.00"),
        "balance": Decimal("110.00"),
        "private_note": "",
        "lines": (),
        "links": (),
        "created_at": None,
        "updated_at": None,
    }
    return DocumentFacts(**{**given, **changes})


def a_payment(quickbooks_id: str, amount: str, **changes: Any) -> DocumentFacts:
    link = LinkFacts("Invoice", "91", Decimal(amount))
    given = {
        "quickbooks_type": "Payment",
        "quickbooks_id": quickbooks_id,
        "total": Decimal(amount),
        "links": (link,),
    }
    return a_document(**{**given, "balance": Decimal(0), **changes})


def an_allocation(allocation_id: int, amount: str, **changes: Any) -> Allocation:
    given = {
        "id": allocation_id,
        "workspace_id": 1,
        "payment_id": 1,
        "invoice_id": 7,
        "amount": Decimal(amount),
        "allocated_at": BEFORE,
        "deleted_at": None,
        "updated_at": BEFORE,
        "payment_number": "P-1",
        "payment_method": "cash",
        "payment_date": DAY,
        "payment_amount": Decimal(amount),
        "payment_status": "paid",
        "payment_source": "manual",
        "payment_source_ref": None,
    }
    return Allocation(**{**given, **changes})


HISTORICAL = Subject("INV-7", an_invoice(), customer_id="58")
NEW = replace(HISTORICAL, invoice=an_invoice(created_at=AFTER, finalised_at=AFTER))


@pytest.mark.parametrize(
    ("subject", "verdict"),
    [
        (Subject("INV-7", None), Verdict.NOT_FOUND),
        (replace(NEW, invoice=an_invoice(status="draft", finalised_at=None)), Verdict.DRAFT),
        (replace(NEW, invoice=an_invoice(status="void")), Verdict.VOID),
        (replace(NEW, linked_to="91", synced=True), Verdict.SYNCED),
        (replace(HISTORICAL, linked_to="91", synced=True), Verdict.SYNCED),
        (HISTORICAL, Verdict.NOT_ELIGIBLE),
        (replace(HISTORICAL, there=(a_document(),)), Verdict.LINK),
        (replace(NEW, there=(a_document(),)), Verdict.LINK),
        (replace(NEW, there=(a_document(due_date=None),)), Verdict.LINK),
        (replace(NEW, there=(a_document(), a_document(quickbooks_id="92"))), Verdict.CLASH),
        (replace(NEW, there=(a_document(customer_id="59"),)), Verdict.CLASH),
        (replace(NEW, there=(a_document(txn_date=date(2026, 2, 2)),)), Verdict.CLASH),
        (replace(NEW, there=(a_document(),), customer_id=""), Verdict.CLASH),
        (replace(NEW, there=(a_document(),), stands_for=8), Verdict.CLASH),
    ],
)
def test_verdicts(subject: Subject, verdict: Verdict) -> None:
    item = decide_number(subject, LINE_AT)
    assert item is not None and item.verdict is verdict


def test_what_is_new_or_has_a_newer_version_is_left_to_the_ordinary_rules() -> None:
    assert decide_number(NEW, LINE_AT) is None
    assert decide_number(replace(NEW, linked_to="91", synced=False), LINE_AT) is None


def test_a_cent_is_a_clash_and_is_shown_with_id_date_total_and_sign() -> None:
    there = a_document(tax=Decimal("10.01"), total=Decimal("110.01"))
    item = decide_number(replace(NEW, there=(there,)), LINE_AT)
    assert item is not None and item.verdict is Verdict.CLASH and item.document is there
    assert "QuickBooks Invoice 91 of 2026-02-01, total 110.01" in item.reason
    assert "total: Caspen 110.00, QuickBooks 110.01 (0.01 more in QuickBooks)" in item.reason


def _pair(document: DocumentFacts, balance: str, allocations: list, payments: list, notes: int = 0):
    return pair_payments(document, Decimal(balance), allocations, payments, notes)


def test_equal_payments_are_paired_by_amount_and_date() -> None:
    document = a_document(balance=Decimal("40.00"))
    allocations = [
        an_allocation(1, "35.00", payment_date=date(2026, 2, 9)),
        an_allocation(2, "35.00"),
        an_allocation(3, "5.00", deleted_at=AFTER),
    ]
    payments = [a_payment("12", "35.00", txn_date=date(2026, 2, 8)), a_payment("11", "35.00", txn_date=DAY)]
    pairing = _pair(document, "40.00", allocations, payments)
    assert pairing.obstacle == ""
    assert [(allocation_id, facts.quickbooks_id) for allocation_id, facts in pairing.pairs] == [
        (2, "11"),
        (1, "12"),
    ]


@pytest.mark.parametrize(
    ("balance", "allocations", "payments", "notes", "reason"),
    [
        ("80.00", [an_allocation(1, "30.00")], [], 0, "Caspen shows 80.00 due, QuickBooks 110.00"),
        ("110.00", [an_allocation(1, "30.00")], [], 0, "30.00 in Caspen, none in QuickBooks"),
        ("110.00", [], [], 1, "credit notes"),
        (
            "110.00",
            [an_allocation(1, "30.00")],
            [a_payment("12", "30.00", balance=Decimal("1"))],
            0,
            "pays more",
        ),
    ],
)
def test_money_that_is_not_known_to_be_the_same_prevents_the_link(
    balance: str, allocations: list, payments: list, notes: int, reason: str
) -> None:
    assert reason in _pair(a_document(), balance, allocations, payments, notes).obstacle


def test_something_other_than_a_payment_on_it_prevents_the_link() -> None:
    document = a_document(links=(LinkFacts("Deposit", "5", None),))
    assert "Deposit" in _pair(document, "110.00", [], []).obstacle


@pytest.mark.parametrize(
    "typed",
    [["INV-1", " INV-2 ", "INV-1"], "INV-1, INV-2", "INV-1;INV-2;", "INV-1\nINV-2\n", ("INV-1", "INV-2", "")],
)
def test_numbers_as_people_type_them(typed: Any) -> None:
    assert clean_numbers(typed) == ("INV-1", "INV-2")
    assert clean_numbers(None) == clean_numbers([]) == ()


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        ("2024", ("2024",)),
        ("1_000", ("1_000",)),
        ("0x10, 1e3", ("0x10", "1e3")),
        (2024, ("2024",)),
        ([2024, "2024", "INV-1"], ("2024", "INV-1")),
        ("['INV-1']", ("['INV-1']",)),
        ("", ()),
        ([""], ()),
        (None, ()),
    ],
)
def test_numbers_stay_as_they_were_given(given: object, numbers: tuple[str, ...]) -> None:
    assert refuse_numbers(given) is None
    assert clean_numbers(given) == numbers


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"a": 1}, "no list of numbers"),
        ([["INV-1"]], "no list of numbers"),
        ([{"number": "INV-1"}], "no list of numbers"),
        ([None], "no list of numbers"),
        (True, "no list of numbers"),
        (1.5, "no list of numbers"),
        ("x" * 1_000_000, "is no invoice number"),
        (["INV-\0"], "is no invoice number"),
        ("\x1b[31mINV", "is no invoice number"),
        (",".join(map(str, range(200_000))), "200,000 numbers; at most 5,000"),
    ],
)
def test_what_can_hold_no_numbers_is_refused_in_a_sentence(given: object, why: str) -> None:
    problem = refuse_numbers(given)
    assert problem and why in problem and len(problem) < 300
    assert isinstance(clean_numbers(given), tuple)
