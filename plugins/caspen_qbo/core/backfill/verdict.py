"""
What a backfill does with each invoice it is given, decided from what both sides show.

The table of verdicts, with figures, is docs/decisions/0009-backfill.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.posting.eligibility import is_historical
from caspen_qbo.core.reconciling.matching import Expected, compare
from caspen_qbo.core.records import Allocation, Invoice


class Verdict(StrEnum):
    """What becomes of one number. Stored in reports, so existing values never change."""

    POST = "post"
    UPDATE = "update"
    LINK = "link"
    """The identical document is in QuickBooks: it is taken up, nothing is sent."""
    SYNCED = "already synced"
    CLASH = "clash"
    """A QuickBooks document made there has the number."""
    LIST = "list"
    """It cannot go for another reason; the list says what to do."""
    NOT_ELIGIBLE = "not eligible"
    WAIT = "wait"
    NOT_FOUND = "not found"
    DRAFT = "draft"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Choice:
    """One number of a backfill."""

    number: str
    verdict: Verdict
    reason: str
    total: Decimal | None = None
    """Caspen's, tax included; None when Caspen has no such invoice."""
    document: DocumentFacts | None = None
    """The QuickBooks document spoken of, where there is one."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of one number before deciding."""

    number: str
    invoice: Invoice | None
    linked_to: str = ""
    """Id of the QuickBooks invoice that stands for it; empty: none."""
    synced: bool = False
    there: tuple[DocumentFacts, ...] = ()
    """QuickBooks invoices of this number that are not voided and do not carry our mark for this one."""
    customer_id: str = ""
    """The client's QuickBooks customer; empty: it has none yet."""
    stands_for: int | None = None
    """The Caspen invoice that the QuickBooks invoice of this number is linked to already."""


def judge(subject: Subject, line_at: datetime) -> Choice | None:
    """
    :param line_at: When the workspace was first connected.
    :return: None where there is nothing special about it: the ordinary run's rules decide.

    A verdict of LINK still depends on the payments of both sides: see :func:`pair_payments`.
    """
    invoice = subject.invoice
    if invoice is None:
        return Choice(
            subject.number, Verdict.NOT_FOUND, "Caspen has no invoice of this number in this workspace."
        )
    if invoice.deleted_at is not None or invoice.status == "void":
        return _choice(subject, Verdict.VOID, "It is void or deleted in Caspen.")
    if invoice.status == "draft":
        return _choice(subject, Verdict.DRAFT, "It is a draft; it posts by itself when it is finalised.")
    if subject.linked_to:
        if subject.synced:
            return _choice(subject, Verdict.SYNCED, f"It is QuickBooks Invoice {subject.linked_to}.")
        return None
    if subject.there:
        return _judge_number_taken(subject, invoice)
    if is_historical(invoice, line_at):
        return _choice(
            subject,
            Verdict.NOT_ELIGIBLE,
            f"Historical: created {_day(invoice.created_at)} and finalised {_day(invoice.finalised_at)}, "
            f"before QuickBooks was first connected on {_day(line_at)}, and QuickBooks has no document of "
            "this number. Recreate it in Caspen to have it posted, or enter the same document in QuickBooks "
            "to have it linked.",
        )
    return None


def _judge_number_taken(subject: Subject, invoice: Invoice) -> Choice:
    if len(subject.there) > 1:
        which = "; ".join(describe(facts) for facts in subject.there)
        return _choice(subject, Verdict.CLASH, f"QuickBooks has several documents of this number: {which}.")
    (facts,) = subject.there
    if subject.stands_for is not None:
        words = (
            f"{describe(facts)} has this number and stands for another Caspen invoice ({subject.stands_for})."
        )
        return _choice(subject, Verdict.CLASH, words, facts)
    if not subject.customer_id:
        words = f"{describe(facts)} has this number, and its customer is not this client's."
        return _choice(subject, Verdict.CLASH, words, facts)
    expected = Expected(
        invoice.number,
        subject.customer_id,
        invoice.issue_date,
        invoice.subtotal,
        invoice.tax_total,
        invoice.total,
    )
    differences = compare(expected, facts)
    if differences:
        found = "; ".join(str(difference) for difference in differences)
        return _choice(
            subject, Verdict.CLASH, f"{describe(facts)} has this number but differs: {found}.", facts
        )
    return _choice(subject, Verdict.LINK, f"{describe(facts)} is the same document.", facts)


def _choice(subject: Subject, verdict: Verdict, reason: str, facts: DocumentFacts | None = None) -> Choice:
    return Choice(subject.number, verdict, reason, subject.invoice.total if subject.invoice else None, facts)


def describe(facts: DocumentFacts) -> str:
    """A QuickBooks document by id, date and total, for a person who looks for it there."""
    dated = facts.txn_date.isoformat() if facts.txn_date else "no date"
    return f"QuickBooks {facts.quickbooks_type} {facts.quickbooks_id} of {dated}, total {facts.total:.2f}"


def _day(when: datetime | None) -> str:
    return when.date().isoformat() if when else "never"


@dataclass(frozen=True, slots=True)
class Pairing:
    """Caspen's payments on an invoice and the QuickBooks payments that are the same money."""

    pairs: tuple[tuple[int, DocumentFacts], ...] = ()
    """(allocation id, QuickBooks payment)."""
    obstacle: str = ""
    """Why they cannot be told to be the same, in words; empty: they are."""


def pair_payments(
    document: DocumentFacts,
    balance: Decimal,
    allocations: Iterable[Allocation],
    payments: Sequence[DocumentFacts],
    credit_notes: int,
) -> Pairing:
    """
    Linking an invoice hands its payments to the ordinary run, which posts what QuickBooks does not have. So
    money that is on both sides must be known to be the same first, or it would be in QuickBooks twice.

    :param document: The QuickBooks invoice.
    :param balance: What Caspen shows as due on the invoice.
    :param allocations: All of the invoice's, unlinked ones too.
    :param payments: The QuickBooks payments on ``document``.
    :param credit_notes: How many issued credit notes the invoice has in Caspen.
    """
    live = [a for a in allocations if a.deleted_at is None and a.payment_status != "void"]
    if balance != document.balance:
        return Pairing(obstacle=f"Caspen shows {balance:.2f} due, QuickBooks {document.balance:.2f}.")
    if credit_notes:
        return Pairing(obstacle="It has credit notes, which cannot be told apart in QuickBooks.")
    if any(link.txn_type not in ("Payment", "Estimate") for link in document.links):
        kinds = ", ".join(sorted({link.txn_type for link in document.links} - {"Payment", "Estimate"}))
        return Pairing(obstacle=f"In QuickBooks it is linked to something other than a payment: {kinds}.")
    for payment in payments:
        alone = len(payment.links) == 1 and payment.balance == 0
        if not alone:
            return Pairing(
                obstacle=f"QuickBooks Payment {payment.quickbooks_id} pays more than this invoice."
            )
    ours = sorted(live, key=lambda a: (a.amount, a.payment_date, a.id))
    theirs = sorted(payments, key=lambda p: (p.total, p.txn_date or date.min, int(p.quickbooks_id)))
    if [a.amount for a in ours] != [p.total for p in theirs]:
        return Pairing(obstacle=f"Its payments differ: {_amounts(a.amount for a in ours)} in Caspen, "
                                f"{_amounts(p.total for p in theirs)} in QuickBooks.")  # fmt: skip
    return Pairing(tuple((a.id, p) for a, p in zip(ours, theirs, strict=True)))


def _amounts(amounts: Iterable[Decimal]) -> str:
    return ", ".join(f"{amount:.2f}" for amount in amounts) or "none"


def clean_numbers(numbers: str | Iterable[object] | None) -> tuple[str, ...]:
    """
    Numbers as people type them: a list, or a text with commas, semicolons or line breaks. Each once, in their
    order.
    """
    if numbers is None:
        return ()
    items = numbers.replace(";", ",").replace("\n", ",").split(",") if isinstance(numbers, str) else numbers
    cleaned = (str(item).strip() for item in items)
    return tuple(dict.fromkeys(number for number in cleaned if number))
