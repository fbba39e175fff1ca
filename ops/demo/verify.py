"""The demo's own check that both sides are equal: Caspen's tables against QuickBooks' API.

It shares no code with the project and reads none of its tables. What should be where is worked out by the
sample practice's own second opinion (`caspen_seed.facts`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from caspen_seed.facts import InvoiceFacts, PracticeFacts, Standing, describe
from caspen_seed.practice import CLASHING_NUMBER
from ops.demo.books import ZERO, Books, amount, tax_of
from ops.demo.practice import Practice
from ops.local.postgres import Database

SYNCED = "Synced"

STATUSES = """
    SELECT id, quickbooks_status, quickbooks_status_detail FROM caspen.invoice WHERE workspace_id = %s
"""
PAYMENTS = """
    SELECT a.invoice_id, p.payment_date::text, a.amount, p.source
    FROM caspen.payment_allocation a JOIN caspen.payment p ON p.id = a.payment_id
    WHERE a.workspace_id = %s AND a.deleted_at IS NULL
"""
CREDIT_NOTES = """
    SELECT invoice_id, number, subtotal, tax_total, total FROM caspen.credit_note
    WHERE workspace_id = %s AND status = 'issued'
"""


@dataclass(frozen=True)
class Shown:
    """What Caspen's screen shows for an invoice."""

    status: str
    detail: str | None


@dataclass(frozen=True)
class CaspenSide:
    """The practice's own database."""

    facts: PracticeFacts
    shown: dict[int, Shown]
    payments: dict[int, list[tuple[str, Decimal]]]
    """Invoice id to the live allocations: the payment's date and the amount."""
    imported: int
    """Live allocations that came from QuickBooks."""
    credit_notes: dict[int, list[tuple[str, Decimal, Decimal, Decimal]]]
    """Invoice id to number, subtotal, tax and total of the issued ones."""


@dataclass(frozen=True)
class Verdict:
    """What was compared, and every deviation as a sentence."""

    invoices: int
    payments: int
    credit_notes: int
    problems: tuple[str, ...]


def read_caspen(caspen: Database, practice: Practice) -> CaspenSide:
    workspace = [practice.workspace_id]
    facts = describe(caspen.uri, practice.workspace_id, practice.connected_at)
    payments, credit_notes = defaultdict(list), defaultdict(list)
    imported = 0
    with caspen.connect() as connection:
        shown = {
            key: Shown(status, detail) for key, status, detail in connection.execute(STATUSES, workspace)
        }
        for invoice_id, day, paid, source in connection.execute(PAYMENTS, workspace):
            payments[invoice_id].append((day, paid))
            imported += source == "quickbooks"
        for invoice_id, *note in connection.execute(CREDIT_NOTES, workspace):
            credit_notes[invoice_id].append(tuple(note))
    return CaspenSide(facts, shown, payments, imported, credit_notes)


def compare(caspen: CaspenSide, books: Books, left_out: frozenset[str] = frozenset()) -> Verdict:
    """Compare everything that must be equal; what was posted and is listed since is held to the cent too.

    :param left_out: PaymentRefNum of payments that are meant to be in QuickBooks only (split payments).
    """
    by_number: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for document in books.invoices:
        by_number[document.get("DocNumber", "")].append(document)
    money, waiting = _payments_by_invoice(books, left_out)
    problems: list[str] = []
    counted: Counter[str] = Counter()
    ours: set[str] = set()
    posted: set[int] = set()
    for invoice in caspen.facts.eligible:
        shown = caspen.shown[invoice.id]
        found = by_number[invoice.number]
        if shown.status != SYNCED and not shown.detail:
            problems.append(f"{invoice.number}: neither synced nor listed with a reason")
        if shown.status != SYNCED and (not found or invoice.number == CLASHING_NUMBER):
            continue  # listed, and not posted
        if len(found) != 1:
            problems.append(f"{invoice.number}: {len(found)} times in QuickBooks")
            continue
        document = found[0]
        ours.add(document["Id"])
        posted.add(invoice.id)
        counted["invoices"] += 1
        problems += _invoice_problems(invoice, document, waiting[document["Id"]])
        expected = caspen.payments.get(invoice.id, [])
        counted["payments"] += len(expected)
        if Counter(expected) != Counter(money.pop(document["Id"], [])):
            problems.append(f"{invoice.number}: its payments are not the same on both sides")
    problems += _unknown_documents(caspen.facts, by_number, ours, money)
    problems += list(_credit_note_problems(caspen, books, by_number, posted, counted))
    for invoice in caspen.facts.historical_paid_since:
        if not caspen.shown[invoice.id].detail:
            problems.append(f"{invoice.number}: historical and paid since, but Caspen shows no reason")
    if not counted["invoices"]:
        problems.append("no invoice is synced, so nothing was compared")
    return Verdict(counted["invoices"], counted["payments"], counted["credit_notes"], tuple(problems))


def _payments_by_invoice(
    books: Books, left_out: frozenset[str]
) -> tuple[dict[str, list[tuple[str, Decimal]]], dict[str, Decimal]]:
    """By QuickBooks invoice id: day and amount of each payment, and the sum of those left out."""
    money: dict[str, list[tuple[str, Decimal]]] = defaultdict(list)
    waiting: dict[str, Decimal] = defaultdict(Decimal)
    for paid in books.invoice_payments():
        if paid.reference in left_out:
            waiting[paid.invoice_id] += paid.amount
        else:
            money[paid.invoice_id].append((paid.date, paid.amount))
    return money, waiting


def _invoice_problems(invoice: InvoiceFacts, document: dict[str, Any], waiting: Decimal) -> Iterator[str]:
    total, tax = amount(document, "TotalAmt"), tax_of(document)
    pairs = {
        "subtotal": (invoice.subtotal, total - tax),
        "tax": (invoice.tax_total, tax),
        "total": (invoice.total, total),
        "balance": (invoice.balance, amount(document, "Balance") + waiting),
    }
    for field, (in_caspen, in_quickbooks) in pairs.items():
        if in_caspen != in_quickbooks:
            yield f"{invoice.number}: {field} is {in_caspen} in Caspen and {in_quickbooks} in QuickBooks"


def _unknown_documents(
    facts: PracticeFacts,
    by_number: dict[str, list[dict[str, Any]]],
    ours: set[str],
    money: dict[str, list[tuple[str, Decimal]]],
) -> Iterator[str]:
    """Documents in QuickBooks that should not be there: drafts, historical ones, another practice's."""
    eligible = {invoice.number for invoice in facts.eligible}
    for standing in (Standing.DRAFT, Standing.DELETED, Standing.HISTORICAL):
        for invoice in facts.standing(standing):
            if invoice.number in by_number and invoice.number not in eligible:
                yield f"{invoice.number}: {standing.value}, yet in QuickBooks"
    for number, documents in by_number.items():
        for document in documents:
            made_there = number == CLASHING_NUMBER and len(documents) == 1
            if document["Id"] not in ours and not made_there and amount(document, "TotalAmt") != ZERO:
                yield f"{number}: QuickBooks invoice {document['Id']} belongs to no synced invoice"
    for invoice_id, lines in money.items():
        yield f"QuickBooks invoice {invoice_id}: {len(lines)} payments of no synced invoice"


def _credit_note_problems(
    caspen: CaspenSide,
    books: Books,
    by_number: dict[str, list[dict[str, Any]]],
    posted: set[int],
    counted: Counter[str],
) -> Iterator[str]:
    memos = defaultdict(list)
    for memo in books.credit_memos:
        memos[memo.get("DocNumber", "")].append(memo)
    applied: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for memo_id, invoice_id, part in books.credits_applied():
        applied[memo_id][invoice_id] += part
    for invoice in caspen.facts.eligible:
        if invoice.id not in posted:
            continue
        for number, subtotal, tax, total in caspen.credit_notes.get(invoice.id, ()):
            counted["credit_notes"] += 1
            if len(memos[number]) != 1:
                yield f"{number}: credit note is {len(memos[number])} times in QuickBooks"
                continue
            memo = memos[number][0]
            there = (amount(memo, "TotalAmt") - tax_of(memo), tax_of(memo), amount(memo, "TotalAmt"))
            if there != (subtotal, tax, total):
                yield f"{number}: {subtotal} + {tax} in Caspen, {there[0]} + {there[1]} in QuickBooks"
            if total and dict(applied[memo["Id"]]) != {by_number[invoice.number][0]["Id"]: total}:
                yield f"{number}: not applied to {invoice.number}, to it alone and in full"
