"""An invoice with what hangs on it: how each document stands, what is listed of it, and what happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from caspen_qbo.core.cause import CauseRef
from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.hooks.store.codec import decode
from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class FamilyDocument:
    """An invoice, or a credit note or payment of it, with what it is in QuickBooks."""

    kind: str
    id: int
    number: str
    client_id: int | None
    date: date
    total: Decimal
    caspen_status: str
    wanted: str
    excluded_reason: str | None
    version: str
    synced_version: str | None
    quickbooks_type: str | None
    quickbooks_id: str | None
    stored_facts: Mapping[str, Any] | None
    posted_at: datetime | None
    verified_at: datetime | None
    """When it was last read in QuickBooks."""
    removed: bool
    """It was taken out of QuickBooks again."""
    differs: bool
    """Something listed says that it is not in QuickBooks as Caspen shows it."""
    matter: str | None
    """The title of what is listed about it, most pressing first."""
    unconfirmed: bool
    """Something about it was sent, and what became of that is not known yet."""

    @property
    def as_posted(self) -> DocumentFacts | None:
        return None if self.stored_facts is None else decode(DocumentFacts, self.stored_facts)


@dataclass(frozen=True, slots=True)
class InvoiceListing:
    """A row of the list about an invoice or what belongs to it, open or resolved."""

    kind: str
    number: str
    error_key: str
    title: str
    detail: str
    fix: str
    blocks: bool
    cause_ref: str
    field: str | None
    """The difference it shows first."""
    first_seen_at: datetime
    attempts: int
    resolved_at: datetime | None
    resolution: str | None

    @property
    def cause(self) -> CauseRef | None:
        return CauseRef.parse(self.cause_ref)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    at: datetime
    kind: str
    number: str
    what: str
    detail: str
    who: str
    run_id: str | None
    """In which run it was sent; None for what no run did."""
    job: str | None


@dataclass(frozen=True, slots=True)
class UnansweredEntry:
    """Something that was sent, and what became of it is not known yet."""

    at: datetime
    kind: str
    number: str
    looks: int
    """How often QuickBooks was asked what became of it."""


class StoryStore(Subject):
    """Reads only."""

    folder = "posting/story"

    def find_invoice(self, number: str) -> int | None:
        return next(iter(self._fetch_column("find_invoice", number=number)), None)

    def fetch_family(self, invoice_id: int) -> list[FamilyDocument]:
        """The invoice first, then its credit notes and payments."""
        return self._fetch_values(FamilyDocument, "select_family", invoice_id=invoice_id)

    def fetch_listings(self, invoice_id: int) -> list[InvoiceListing]:
        """Open rows first."""
        return self._fetch_values(InvoiceListing, "select_invoice_listings", invoice_id=invoice_id)

    def fetch_history(self, invoice_id: int) -> list[HistoryEntry]:
        """Newest first."""
        return self._fetch_values(HistoryEntry, "select_history", invoice_id=invoice_id)

    def fetch_events(self, invoice_id: int) -> list[HistoryEntry]:
        """What was recorded, without what was sent and answered; newest first."""
        return self._fetch_values(HistoryEntry, "select_events", invoice_id=invoice_id)

    def fetch_unanswered(self, invoice_id: int) -> list[UnansweredEntry]:
        """What was sent and not answered, oldest first."""
        return self._fetch_values(UnansweredEntry, "select_unanswered", invoice_id=invoice_id)
