"""Staged documents: what Caspen shows, what QuickBooks should hold, and what is left to do."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.posting.cursor import Checkpoint
from caspen_qbo.core.records import DocumentKind, StatusUpdate
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.codec import decode
from caspen_qbo.hooks.store.subject import Subject

PAGE_SIZE = 300


@dataclass(frozen=True, slots=True)
class StagedDocument:
    """One row of ``qbo_sync.document``, as staging writes it."""

    document_kind: DocumentKind
    document_id: int
    document_number: str
    invoice_id: int
    client_id: int | None
    document_date: date
    due_date: date | None
    subtotal: Decimal | None
    tax: Decimal | None
    total: Decimal
    balance: Decimal | None
    caspen_status: str
    finalised: bool
    wanted: str
    excluded_reason: str | None
    version: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Work:
    """A document that QuickBooks does not hold as it should, with its link where it has one."""

    kind: DocumentKind
    document_id: int
    number: str
    invoice_id: int
    client_id: int | None
    total: Decimal
    wanted: str
    version: str
    quickbooks_id: str | None
    customer_id: str | None
    application_id: str | None
    as_posted: DocumentFacts | None
    origin: str | None
    document_date: date | None

    @property
    def linked(self) -> bool:
        return self.quickbooks_id is not None


@dataclass(frozen=True, slots=True)
class InvoiceStanding:
    """What credit notes and payments need to know of their invoice."""

    invoice_id: int
    quickbooks_id: str
    customer_id: str
    posted_at: datetime
    ready: bool


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """Counts of one document kind; every finalised document is in exactly one of the four."""

    kind: str
    finalised: int
    synced: int
    waiting: int
    listed: int
    excluded: int
    stale: int
    """Posted, reverted in Caspen and left as a draft; not finalised."""
    historical: int = 0
    """Of the finalised: from before the connection."""

    @property
    def adds_up(self) -> bool:
        return self.finalised == self.synced + self.waiting + self.listed + self.excluded


class DocumentStore(Subject):
    folder = "posting/documents"
    only: frozenset[int] | None = None
    """Of which invoices documents are work; None: of all."""

    def stage(self, documents: Sequence[StagedDocument]) -> None:
        """Write what Caspen shows now; unchanged rows are left alone."""
        self._execute_many(
            "upsert_document",
            [{name: getattr(doc, name) for name in StagedDocument.__slots__} for doc in documents],
        )

    def fetch_work(self, kind: DocumentKind, wanted: str) -> Iterator[list[Work]]:
        """
        Pages of work, each document once, in id order; what becomes due behind the page waits for the next
        run.
        """
        after_id = 0
        while True:
            rows = self._fetch_all(
                "select_work",
                document_kind=kind,
                wanted=wanted,
                after_id=after_id,
                page_size=PAGE_SIZE,
                only=None if self.only is None else sorted(self.only),
            )
            if not rows:
                return
            yield [_work(row) for row in rows]
            after_id = rows[-1]["document_id"]

    def fetch_documents(self, kind: str, ids: Collection[int]) -> dict[int, Row]:
        """Staged rows with their links, by id."""
        rows = self._fetch_all("select_documents", document_kind=kind, ids=list(ids))
        return {row["document_id"]: row for row in rows}

    def fetch_invoice_standings(self, ids: Collection[int]) -> dict[int, InvoiceStanding]:
        rows = self._fetch_all("select_invoice_readiness", ids=list(ids))
        return {
            row["invoice_id"]: InvoiceStanding(
                row["invoice_id"], row["quickbooks_id"], row["customer_id"], row["posted_at"], row["ready"]
            )
            for row in rows
        }

    def mark_synced(self, kind: str, document_id: int, version: str) -> None:
        self._execute("mark_synced", document_kind=kind, document_id=document_id, version=version)

    def release_numbers(self, numbers: Sequence[str]) -> int:
        """Retry by document or invoice number; how many documents were released."""
        return self._execute("release_by_number", numbers=list(numbers))

    def release_key(self, error_key: str | None) -> int:
        """Retry one kind of error, or everything; how many documents were released."""
        return self._execute("release_by_key", error_key=error_key)

    def release_causes(self, cause_refs: Collection[str]) -> int:
        """A cause healed: everything it held may be tried again."""
        if not cause_refs:
            return 0
        return self._execute("release_by_cause", cause_refs=sorted(cause_refs))

    def release_one(self, cause_ref: str) -> tuple[str, int] | None:
        """
        Let the oldest document a cause holds try whether it is gone: (kind, id), or None when it holds
        nothing.
        """
        row = self._fetch_one("release_one_by_cause", cause_ref=cause_ref)
        return (row["document_kind"], row["document_id"]) if row else None

    def fetch_statuses_to_show(self) -> list[StatusUpdate]:
        """A page of documents whose status in Caspen is behind; empty when all are told."""
        rows = self._fetch_all("select_statuses_to_show", page_size=1000)
        return [
            StatusUpdate(DocumentKind(row["document_kind"]), row["document_id"], row["status"], row["detail"])
            for row in rows
        ]

    def mark_shown(self, updates: Sequence[StatusUpdate]) -> None:
        self._execute_many(
            "mark_shown",
            [
                {
                    "workspace_id": self.workspace_id,
                    "document_kind": update.kind,
                    "document_id": update.document_id,
                    "status": update.status,
                    "detail": update.detail,
                }
                for update in updates
            ],
        )

    def fetch_ledger(self) -> dict[str, LedgerRow]:
        """Counts by document kind; every kind is present."""
        rows = {row["document_kind"]: row for row in self._fetch_all("ledger")}
        names = ("finalised", "synced", "waiting", "listed", "excluded", "stale", "historical")
        return {
            kind.value: LedgerRow(
                kind.value, **{name: rows.get(kind.value, {}).get(name, 0) for name in names}
            )
            for kind in DocumentKind
        }

    def fetch_cursor(self, name: str) -> tuple[datetime, tuple[Checkpoint, ...]] | None:
        row = self._fetch_one("select_cursor", name=name)
        if row is None:
            return None
        checkpoints = tuple(
            Checkpoint(datetime.fromisoformat(item["at"]), item["next_number"]) for item in row["checkpoints"]
        )
        return row["position"], checkpoints

    def move_cursor(self, name: str, position: datetime, checkpoints: Sequence[Checkpoint] = ()) -> None:
        """Never backwards."""
        stored: list[dict[str, Any]] = [
            {"at": c.at.isoformat(), "next_number": c.next_number} for c in checkpoints
        ]
        self._execute("upsert_cursor", name=name, position=position, checkpoints=Jsonb(stored))


def _work(row: Row) -> Work:
    removed = row["removed_at"] is not None
    return Work(
        kind=DocumentKind(row["document_kind"]),
        document_id=row["document_id"],
        number=row["document_number"],
        invoice_id=row["invoice_id"],
        client_id=row["client_id"],
        total=row["total"],
        wanted=row["wanted"],
        version=row["version"],
        quickbooks_id=None if removed else row["quickbooks_id"],
        customer_id=row["customer_id"],
        application_id=None if removed else row["application_id"],
        as_posted=decode(DocumentFacts, row["as_posted"]) if row["as_posted"] and not removed else None,
        origin=row["origin"],
        document_date=row["document_date"],
    )
