"""One posting under way: what its parts share, for a run and for a dry run alike."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.document import Document, InvoiceStanding
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.usecases.shared.session import Session


class Documents(Protocol):
    """What is staged: the store in a run, and in a dry run what it would hold by then."""

    def fetch_work(self, kind: DocumentKind, wanted: str) -> Iterator[list[Document]]: ...

    def fetch_documents(self, kind: DocumentKind, ids: Collection[int]) -> Mapping[int, Document]: ...

    def fetch_invoice_standings(self, ids: Collection[int]) -> Mapping[int, InvoiceStanding]: ...


@dataclass
class Posting:
    session: Session
    documents: Documents
    started_at: datetime
    """By our database's clock; invoices posted since are known to be unpaid in QuickBooks."""
    counts: Counter[str] = field(default_factory=Counter)
    relinked_invoices: set[int] = field(default_factory=set)
    """Invoices whose lost link was found again: payments of theirs may stand in QuickBooks too."""
    invoice_customers: dict[str, str] = field(default_factory=dict)
    """QuickBooks invoice -> the customer it stands on there, as read in this run."""
    foreign_invoices: dict[str, DocumentFacts] = field(default_factory=dict)
    """Of these, those that QuickBooks has in another currency than its home currency."""
    dry: bool = False
    """Nothing is sent, and nothing is kept."""
    refused_unread: set[DocumentKey] = field(default_factory=set)
    """Payments sent without reading their invoice, which QuickBooks refused: it is read, and decides."""
    left_unapplied: bool = False
    """QuickBooks took a payment and did not apply all of it: it is taken back out."""

    @property
    def reads_all(self) -> bool:
        """Nothing is used unread: not what a refusal or an answer would tell either."""
        return self.dry or not self.session.thrifty
