"""What a backfill does with each invoice it is given. The verdicts are in docs/decisions/0009-backfill.md."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from caspen_qbo.core.documents import DocumentFacts, amount_text
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.eligibility import is_historical
from caspen_qbo.core.reconciling.matching import Expected, compare, differ_in_currency
from caspen_qbo.core.reconciling.sentence import put_in_words
from caspen_qbo.core.records import Allocation, DocumentKind, Invoice


class Verdict(StrEnum):
    """What becomes of one number. Stored in reports, so existing values never change."""

    POST = "post"
    UPDATE = "update"
    LINK = "link"
    """The identical document is in QuickBooks: it is linked, nothing is sent."""
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
class BackfillItem:
    number: str
    verdict: Verdict
    reason: str
    total: Decimal | None = None
    """Caspen's, tax included; None when Caspen has no such invoice."""
    document: DocumentFacts | None = None
    """The QuickBooks document the reason names, where it is exactly one."""
    version: str = ""
    """Caspen's version of what would be posted, in a plan."""
    hanging: str = ""
    """What else would be done for it, in a plan: its payments and credit notes, counted."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """Caspen's payments on an invoice and the QuickBooks payments that are the same money."""

    pairs: tuple[tuple[int, DocumentFacts], ...] = ()
    """(allocation id, QuickBooks payment)."""
    obstacle: str = ""
    """Why they are not known to be the same, in words; empty: they are."""


@dataclass(frozen=True, slots=True)
class Subject:
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
    pairing: Pairing = Pairing()
    """Of the payments on both sides, where ``there`` is one document."""

    @property
    def links(self) -> dict[DocumentKey, DocumentFacts]:
        if self.invoice is None or len(self.there) != 1:
            return {}
        payments = {DocumentKey(DocumentKind.PAYMENT, id_): facts for id_, facts in self.pairing.pairs}
        return {DocumentKey(DocumentKind.INVOICE, self.invoice.id): self.there[0], **payments}

    def item(self, verdict: Verdict, reason: str, document: DocumentFacts | None = None) -> BackfillItem:
        total = self.invoice.total if self.invoice else None
        return BackfillItem(self.number, verdict, reason, total, document)


def decide_number(subject: Subject, line_at: datetime, home: str = "") -> BackfillItem | None:
    """None where the ordinary run's rules decide.

    :param line_at: When the workspace was first connected.
    :param home: QuickBooks' home currency, the only one in which documents are kept equal.
    """
    invoice = subject.invoice
    if invoice is None:
        return subject.item(Verdict.NOT_FOUND, "Caspen has no invoice of this number in this workspace.")
    if invoice.deleted_at is not None or invoice.status == "void":
        return subject.item(Verdict.VOID, "It is void or deleted in Caspen.")
    if invoice.status == "draft":
        return subject.item(Verdict.DRAFT, "It is a draft; it posts automatically when it is finalised.")
    if subject.linked_to and subject.synced:
        return subject.item(Verdict.SYNCED, f"It is QuickBooks Invoice {subject.linked_to}.")
    if subject.linked_to:
        return None
    if subject.there:
        return _decide_number_taken(subject, invoice, home)
    if is_historical(invoice, line_at):
        return subject.item(
            Verdict.NOT_ELIGIBLE,
            f"Historical: created {_day(invoice.created_at)} and finalised {_day(invoice.finalised_at)}, "
            f"before QuickBooks was first connected on {_day(line_at)}, and QuickBooks has no document of "
            "this number. Recreate it in Caspen to have it posted, or enter the same document in QuickBooks "
            "to have it linked.",
        )
    return None


def _decide_number_taken(subject: Subject, invoice: Invoice, home: str) -> BackfillItem:
    if len(subject.there) > 1:
        which = "; ".join(name_document(facts) for facts in subject.there)
        return subject.item(Verdict.CLASH, f"QuickBooks has several documents of this number: {which}.")
    (facts,) = subject.there
    verdict, customer = Verdict.CLASH, subject.customer_id
    expected = Expected(
        invoice.number, customer, invoice.issue_date, invoice.subtotal, invoice.tax_total, invoice.total
    )
    ours = amount_text(invoice.total, invoice.currency)
    if subject.stands_for is not None:
        finding = f"has this number and stands for another Caspen invoice ({subject.stands_for})"
    elif differ_in_currency(invoice.currency, facts.currency or home):
        finding = (
            f"has this number, but in another currency (Currency mismatch): {facts.currency or home} there, "
            f"{ours} in Caspen. It is another document"
        )
    elif differ_in_currency(invoice.currency, home):
        verdict = Verdict.LIST
        finding = (
            f"has this number. But the invoice is {ours} (Currency mismatch), and only documents in the home "
            f"currency, {home}, are kept equal"
        )
    elif not customer:
        finding = "has this number, and its customer is not this client's"
    elif differences := compare(expected, facts):
        finding = f"has this number but differs: {put_in_words(differences)}"
    elif subject.pairing.obstacle:
        finding = f"is the same document. But it cannot be linked: {subject.pairing.obstacle}"
    else:
        verdict, finding = Verdict.LINK, "is the same document"
    return subject.item(verdict, f"{name_document(facts)} {finding.rstrip('.')}.", facts)


def name_document(facts: DocumentFacts) -> str:
    dated = facts.txn_date.isoformat() if facts.txn_date else "no date"
    return f"QuickBooks {facts.quickbooks_type} {facts.quickbooks_id} of {dated}, total {facts.money}"


def _day(when: datetime | None) -> str:
    return when.date().isoformat() if when else "never"


def pair_payments(
    document: DocumentFacts,
    balance: Decimal,
    allocations: Iterable[Allocation],
    payments: Sequence[DocumentFacts],
    credit_notes: int,
) -> Pairing:
    """Money on both sides must be known to be the same before linking, or the next run would post it again.

    :param document: The QuickBooks invoice that ``payments`` pay; ``balance`` is what Caspen shows as due.
    :param allocations: All of the invoice's, unlinked ones too; ``credit_notes`` counts the issued ones.
    """
    kinds = {link.txn_type for link in document.links} - {"Payment", "Estimate"}
    live = [a for a in allocations if a.deleted_at is None and a.payment_status != "void"]
    ours = sorted(live, key=lambda a: (a.amount, a.payment_date, a.id))
    theirs = sorted(payments, key=lambda p: (p.total, p.txn_date or date.min, int(p.quickbooks_id)))
    shared = [p.quickbooks_id for p in payments if len(p.links) != 1 or p.balance != 0]
    foreign = [p for p in payments if differ_in_currency(document.currency, p.currency)]
    if foreign:
        return Pairing(
            obstacle=f"{name_document(foreign[0])}, pays it, and the invoice is in {document.currency}."
        )
    if balance != document.balance:
        return Pairing(obstacle=f"Caspen shows {balance:.2f} due, QuickBooks {document.balance:.2f}.")
    if credit_notes:
        return Pairing(obstacle="It has credit notes, which cannot be matched with QuickBooks' own.")
    if kinds:
        names = ", ".join(sorted(kinds))
        return Pairing(obstacle=f"In QuickBooks it is linked to something other than a payment: {names}.")
    if shared:
        return Pairing(obstacle=f"QuickBooks Payment {shared[0]} pays more than this invoice.")
    if [a.amount for a in ours] != [p.total for p in theirs]:
        caspen, quickbooks = _amounts(a.amount for a in ours), _amounts(p.total for p in theirs)
        obstacle = f"Its payments differ: {caspen} in Caspen, {quickbooks} in QuickBooks."
        return Pairing(obstacle=obstacle)
    return Pairing(tuple((a.id, p) for a, p in zip(ours, theirs, strict=True)))


def _amounts(amounts: Iterable[Decimal]) -> str:
    return ", ".join(f"{amount:.2f}" for amount in amounts) or "none"


NUMBERS_MAX = 5000
"""In one backfill."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LENGTH_MAX = 100
"""Characters of an invoice number, with room to spare."""


def clean_numbers(numbers: object) -> tuple[str, ...]:
    """Numbers as people type them, with commas, semicolons or line breaks. Each once, in their order. What
    else a parameter may hold is taken as text: :func:`refuse_numbers` says what is wrong with it.
    """
    if numbers is None:
        return ()
    if isinstance(numbers, str):
        items: Iterable[object] = re.split(r"[,;\n]", numbers)
    else:
        items = numbers if isinstance(numbers, (list, tuple, set, frozenset)) else [numbers]
    cleaned = (str(item).strip() for item in items)
    return tuple(dict.fromkeys(number for number in cleaned if number))


def refuse_numbers(numbers: object) -> str | None:
    """Why a parameter can hold no invoice numbers; None: it can."""
    of_texts = isinstance(numbers, (list, tuple)) and all(_is_number(item) for item in numbers)
    if not (numbers is None or _is_number(numbers) or of_texts):
        return "invoice_numbers is no list of numbers, and no text with commas. Give the numbers as printed."
    found = clean_numbers(numbers)
    if len(found) > NUMBERS_MAX:
        return f"invoice_numbers holds {len(found):,} numbers; at most {NUMBERS_MAX:,} at once."
    if odd := next((one for one in found if len(one) > LENGTH_MAX or _CONTROL.search(one)), None):
        return f"invoice_numbers holds {odd[:40]!a}, which is no invoice number. Give the numbers as printed."
    return None


def _is_number(item: object) -> bool:
    return isinstance(item, (str, int)) and not isinstance(item, bool)
