"""What QuickBooks holds with our mark and no link of ours, sent after the moment to which our database was
set back: which transaction stands for a document, and whether a person may have edited it since.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from caspen_qbo.core.documents import DocumentFacts, LineFacts, LinkFacts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.money import ZERO
from caspen_qbo.core.posting.decide.decisions import compare_sale
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.identity import read_marker
from caspen_qbo.core.records import Allocation, DocumentKind
from caspen_qbo.core.writes import ENTITY

APPLICATION = "application"
FIRST_TOKEN = "0"
"""The sync token of a transaction that nothing has touched since it was made."""


@dataclass(frozen=True, slots=True)
class Marked:
    """Transactions of one workspace by the document in their mark, oldest first."""

    documents: Mapping[DocumentKey, Sequence[DocumentFacts]] = field(default_factory=dict)
    applications: Mapping[DocumentKey, Sequence[DocumentFacts]] = field(default_factory=dict)
    """By credit note: the zero payments that apply it."""


def read_marked(transactions: Iterable[DocumentFacts], workspace_id: int) -> Marked:
    """Those of this workspace; a stub of the change feed has no mark."""
    documents: dict[DocumentKey, list[DocumentFacts]] = {}
    applications: dict[DocumentKey, list[DocumentFacts]] = {}
    for facts in sorted(transactions, key=lambda one: (len(one.quickbooks_id), one.quickbooks_id)):
        mark = read_marker(facts.private_note)
        if mark is None or mark[0] != workspace_id:
            continue
        if mark[1] == APPLICATION:
            key = DocumentKey(DocumentKind.CREDIT_NOTE, mark[2])
            applications.setdefault(key, []).append(facts)
            continue
        key = DocumentKey(DocumentKind(mark[1]), mark[2])
        if ENTITY[key.kind] == facts.quickbooks_type:
            documents.setdefault(key, []).append(facts)
    return Marked(documents, applications)


def choose_found(document: Document, candidates: Sequence[DocumentFacts]) -> DocumentFacts | None:
    """The one that stands for it: the oldest that counts, for a copy is younger. Of a document that Caspen
    has, and QuickBooks only as a void, the void: a person made it, and is asked before it is posted again.
    """
    standing = next((facts for facts in candidates if not facts.gone), None)
    if standing is not None or document.wanted != "present":
        return standing
    return candidates[-1] if candidates else None


@dataclass(frozen=True, slots=True)
class Sent:
    """How a document would be sent now, besides its figures. None: not known, and not compared."""

    lines: tuple[LineFacts, ...] | None = None
    """Of an invoice or a credit note."""
    pays: str | None = None
    """Of a payment: its invoice's id in QuickBooks."""


def is_as_sent(document: Document, facts: DocumentFacts, sent: Sent) -> bool:
    """Whether it is in QuickBooks as Caspen shows it now."""
    if document.kind is DocumentKind.PAYMENT:
        figures = (facts.total, facts.txn_date) == (document.total, document.document_date)
        return figures and (sent.pays is None or facts.links == _pays(document, sent.pays))
    if compare_sale(document, facts.customer_id, facts):
        return False
    return sent.lines is None or _read(sent.lines) == _read(facts.lines)


def is_settled(document: Document, facts: DocumentFacts, sent: Sent) -> bool:
    """Of an invoice as it was found: nothing has to be sent. Where the figures are equal and it was touched,
    words that differ are for the reconciliation to name.
    """
    touched = facts.sync_token != FIRST_TOKEN
    return is_as_sent(document, facts, Sent() if touched else sent)


def _pays(document: Document, invoice_id: str) -> tuple[LinkFacts, ...]:
    return (LinkFacts("Invoice", invoice_id, document.total),)


def _read(lines: Sequence[LineFacts]) -> list[tuple[Decimal, str]]:
    return [(line.amount, line.description) for line in lines]


def as_last_known(document: Document, facts: DocumentFacts, sent: Sent) -> DocumentFacts:
    """What later edits are measured against. Nothing touched it since it was made: what it shows is what was
    sent. Otherwise what it shows may be a person's, and only Caspen's own figures are known to be ours.
    """
    if facts.voided or facts.sync_token == FIRST_TOKEN or is_as_sent(document, facts, sent):
        return facts
    if document.kind is DocumentKind.PAYMENT:
        links = facts.links if sent.pays is None else _pays(document, sent.pays)
        figures = replace(facts, total=document.total, txn_date=document.document_date)
        return replace(figures, links=links, sync_token=FIRST_TOKEN)
    lines = facts.lines
    if sent.lines is not None and _read(sent.lines) != _read(lines):
        lines = sent.lines
    return replace(
        facts,
        sync_token=FIRST_TOKEN,
        doc_number=document.number,
        txn_date=document.document_date,
        due_date=document.due_date,
        subtotal=document.subtotal or ZERO,
        tax=document.tax or ZERO,
        total=document.total,
        lines=lines,
    )


def as_imported(allocation: Allocation, payment_id: str, invoice_id: str) -> DocumentFacts:
    """The QuickBooks payment as Caspen says it was imported. :param invoice_id: Its invoice there."""
    return DocumentFacts(
        quickbooks_type="Payment",
        quickbooks_id=payment_id,
        sync_token="",
        doc_number="",
        customer_id="",
        txn_date=allocation.payment_date,
        due_date=None,
        subtotal=allocation.amount,
        tax=ZERO,
        total=allocation.amount,
        balance=ZERO,
        private_note="",
        lines=(),
        links=(LinkFacts("Invoice", invoice_id, allocation.amount),),
        created_at=None,
        updated_at=None,
    )
