"""A Caspen document as it is staged, and the QuickBooks transaction that stands for it."""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.eligibility import DesiredState, Eligibility
from caspen_qbo.core.quality.own_rows import OwnProblem
from caspen_qbo.core.records import Allocation, CreditNote, DocumentKind, Invoice


@dataclass(frozen=True, slots=True)
class DocumentRef:
    kind: DocumentKind
    id: int
    number: str
    """Of a payment: the payment's, which several allocations share."""
    invoice_id: int
    """The invoice it belongs to; an invoice's own id."""

    @property
    def key(self) -> DocumentKey:
        return DocumentKey(self.kind, self.id)


@dataclass(frozen=True, slots=True)
class StagedDocument(DocumentRef):
    """What Caspen shows of a document, as it was last staged. Amounts are positive for every kind."""

    client_id: int | None
    document_date: date
    due_date: date | None
    subtotal: Decimal | None
    """None for a payment, as are ``tax`` and ``balance``."""
    tax: Decimal | None
    total: Decimal
    balance: Decimal | None
    """None for a credit note too."""
    caspen_status: str
    finalised: bool
    wanted: str
    excluded_reason: str | None
    version: str
    """Changes whenever what QuickBooks should hold may have changed; made and read in this module only."""
    updated_at: datetime
    currency: str | None = None
    """Of its invoice, an ISO code; None: staged by a version that did not keep it."""
    unsound: tuple[OwnProblem, ...] = ()
    """What is wrong in Caspen's own rows of it."""
    made_at: datetime | None = None
    """When Caspen made it, which tells it from an earlier document of the same id; None as the currency."""


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """The QuickBooks transaction that stands, or stood, for a document."""

    quickbooks_type: str
    quickbooks_id: str
    customer_id: str
    origin: str
    """caspen: we posted it; quickbooks: imported from there; backfill: found there and linked."""
    posted_at: datetime
    application_id: str | None
    """Of a credit memo: the zero payment that applies it."""
    as_posted: DocumentFacts | None
    removed: bool
    """It is no longer in QuickBooks; kept for the history."""
    resent_version: str | None = None
    """The version that a person wants sent over what is there, as long as that has not been done."""
    resent_posted: bool = False
    """Whether it had been posted before: what is there was made from it, however it was edited since."""
    made_at: datetime | None = None
    """When Caspen made the document it stands for."""
    set_back: bool = False
    """What Caspen shows is not what was posted: another document, an earlier version, or none."""


@dataclass(frozen=True, slots=True)
class Document(StagedDocument):
    """A staged document with its link. The properties see a link only as long as it stands."""

    synced_version: str | None = None
    """The version QuickBooks is known to hold."""
    released_at: datetime | None = None
    """When a person, a fixed cause or a new version allowed another try."""
    link: DocumentLink | None = None

    @property
    def synced(self) -> bool:
        return self.version == self.synced_version

    @property
    def standing_link(self) -> DocumentLink | None:
        return None if self.link is None or self.link.removed else self.link

    @property
    def linked(self) -> bool:
        return self.standing_link is not None

    @property
    def quickbooks_id(self) -> str | None:
        return self.standing_link.quickbooks_id if self.standing_link else None

    @property
    def application_id(self) -> str | None:
        return self.standing_link.application_id if self.standing_link else None

    @property
    def as_posted(self) -> DocumentFacts | None:
        return self.standing_link.as_posted if self.standing_link else None

    @property
    def resent(self) -> bool:
        """A person wants this version over what is there."""
        return self.standing_link is not None and self.standing_link.resent_version == self.version

    @property
    def resent_as_posted(self) -> bool:
        return self.resent and self.standing_link is not None and self.standing_link.resent_posted

    @property
    def set_back(self) -> bool:
        """Caspen was set back: nothing is sent over what is there before a person wants this version."""
        link = self.standing_link
        if link is None or self.resent:
            return False
        return link.set_back or (None not in (link.made_at, self.made_at) and link.made_at != self.made_at)

    @property
    def origin(self) -> str | None:
        """Of the link, also of one that was removed."""
        return self.link.origin if self.link else None


def restaged(stored: Document | None, staged: StagedDocument, now: datetime) -> Document:
    """The document once it is staged again: a new version may be tried at once, whatever held the old one,
    and so may one whose rows in Caspen were corrected.
    """
    row = {field.name: getattr(staged, field.name) for field in fields(StagedDocument)}
    if stored is None:
        return Document(**row)
    same = (stored.version, stored.unsound) == (staged.version, staged.unsound)
    released_at = stored.released_at if same else now
    return replace(stored, **row, released_at=released_at)


def is_due(document: Document, held_until: datetime | None) -> bool:
    """The view ``due_document``, before storing. ``held_until``: its last blocking row; None: not held."""
    held = held_until is not None and (document.released_at is None or document.released_at <= held_until)
    wanted = document.excluded_reason is None and document.wanted != DesiredState.LEAVE
    return wanted and not document.synced and not held


@dataclass(frozen=True, slots=True)
class InvoiceStanding:
    """What credit notes and payments need to know of their invoice."""

    invoice_id: int
    quickbooks_id: str
    customer_id: str
    """As recorded; it is read before anything is sent: a person or a merge may have moved the invoice."""
    posted_at: datetime
    ready: bool
    """It is in QuickBooks as Caspen shows it."""


ABSENT_VERSION = DesiredState.ABSENT.value
"""The version of every document that Caspen no longer has."""


def stage_invoice(invoice: Invoice, eligibility: Eligibility) -> StagedDocument:
    finalised = invoice.finalised_at.isoformat() if invoice.finalised_at else ""
    return StagedDocument(
        kind=DocumentKind.INVOICE,
        id=invoice.id,
        number=invoice.number,
        invoice_id=invoice.id,
        client_id=invoice.client_id,
        document_date=invoice.issue_date,
        due_date=invoice.due_date,
        subtotal=invoice.subtotal,
        tax=invoice.tax_total,
        total=invoice.total,
        balance=invoice.balance,
        caspen_status="deleted" if invoice.deleted_at else invoice.status,
        finalised=eligibility.finalised,
        wanted=eligibility.wanted,
        excluded_reason=eligibility.excluded_reason,
        version=_version(eligibility, f"revision {invoice.revision} {finalised}"),
        updated_at=invoice.updated_at,
        currency=invoice.currency,
        made_at=invoice.created_at,
    )


def stage_credit_note(note: CreditNote, invoice: Invoice, eligibility: Eligibility) -> StagedDocument:
    return StagedDocument(
        kind=DocumentKind.CREDIT_NOTE,
        id=note.id,
        number=note.number,
        invoice_id=note.invoice_id,
        client_id=invoice.client_id,
        document_date=note.issue_date,
        due_date=None,
        subtotal=note.subtotal,
        tax=note.tax_total,
        total=note.total,
        balance=None,
        caspen_status=note.status,
        finalised=eligibility.finalised,
        wanted=eligibility.wanted,
        excluded_reason=eligibility.excluded_reason,
        version=_version(eligibility, f"issued {note.total}"),
        updated_at=note.updated_at,
        currency=invoice.currency,
        made_at=note.created_at,
    )


def stage_allocation(allocation: Allocation, invoice: Invoice, eligibility: Eligibility) -> StagedDocument:
    status = "live" if is_live(allocation) else "unlinked"
    return StagedDocument(
        kind=DocumentKind.PAYMENT,
        id=allocation.id,
        number=allocation.payment_number,
        invoice_id=allocation.invoice_id,
        client_id=invoice.client_id,
        document_date=allocation.payment_date,
        due_date=None,
        subtotal=None,
        tax=None,
        total=allocation.amount,
        balance=None,
        caspen_status=status,
        finalised=eligibility.finalised,
        wanted=eligibility.wanted,
        excluded_reason=eligibility.excluded_reason,
        version=_version(eligibility, f"{status} {allocation.amount} on {allocation.invoice_id}"),
        updated_at=allocation.updated_at,
        currency=invoice.currency,
        made_at=allocation.allocated_at,
    )


def is_live(allocation: Allocation) -> bool:
    return allocation.deleted_at is None and allocation.payment_status != "void"


def _version(eligibility: Eligibility, present: str) -> str:
    return ABSENT_VERSION if eligibility.wanted is DesiredState.ABSENT else present


def finalised_at(version: str) -> datetime | None:
    """When the invoice of this version was finalised; None: it is of another kind of document."""
    what, _, rest = version.partition(" ")
    finalised = rest.partition(" ")[2] if what == "revision" else ""
    return datetime.fromisoformat(finalised) if finalised else None


def is_still_as_staged(document: StagedDocument, invoice: Invoice | None) -> bool:
    """False where the staff reverted, voided or finalised it again since; then the next run decides."""
    if invoice is None or invoice.status not in ("open", "paid") or invoice.deleted_at is not None:
        return False
    return document.version.startswith(f"revision {invoice.revision} ")
