"""Staged documents: what Caspen shows, what QuickBooks should hold, and what is left to do."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from caspen_qbo.core.cause import CauseRef
from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.cursor import Checkpoint
from caspen_qbo.core.posting.document import (
    Document,
    DocumentLink,
    DocumentRef,
    InvoiceStanding,
    StagedDocument,
)
from caspen_qbo.core.quality.own_rows import OwnProblem
from caspen_qbo.core.records import DocumentKind, OwnWrite, StatusUpdate
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.codec import decode, jsonb
from caspen_qbo.hooks.store.subject import Subject

PAGE_SIZE = 300


class DocumentStore(Subject):
    folder = "posting/documents"
    only: frozenset[int] | None = None
    """Of which invoices documents are work; None: of all."""

    def stage(self, documents: Sequence[StagedDocument]) -> None:
        """Write what Caspen shows now; unchanged rows are left alone."""
        self._execute_many(
            "upsert_document",
            [
                {
                    **{column: getattr(document, name) for name, column in _COLUMNS.items()},
                    "unsound": jsonb(document.unsound),
                }
                for document in documents
            ],
        )

    def fetch_work(self, kind: DocumentKind, wanted: str) -> Iterator[list[Document]]:
        """Pages of work in id order, each document once; what becomes due behind waits for the next run."""
        after_id = 0
        only = None if self.only is None else sorted(self.only)
        while rows := self._fetch_all(
            "select_work",
            document_kind=kind,
            wanted=wanted,
            after_id=after_id,
            page_size=PAGE_SIZE,
            only=only,
        ):
            ids = [row["document_id"] for row in rows]
            found = self.fetch_documents(kind, ids)
            yield [found[document_id] for document_id in ids]
            after_id = ids[-1]

    def fetch_documents(self, kind: DocumentKind, ids: Collection[int]) -> dict[int, Document]:
        """Staged documents of one kind with their links, by id; one that was never staged is left out."""
        if not ids:
            return {}
        rows = self._fetch_all("select_documents", document_kind=kind, ids=list(ids))
        return {row["document_id"]: _document(row) for row in rows}

    def fetch(self, keys: Iterable[DocumentKey]) -> dict[DocumentKey, Document]:
        by_kind: dict[DocumentKind, set[int]] = {}
        for key in keys:
            by_kind.setdefault(key.kind, set()).add(key.id)
        return {
            document.key: document
            for kind, ids in by_kind.items()
            for document in self.fetch_documents(kind, ids).values()
        }

    def fetch_staged_ids(self, kind: DocumentKind, ids: Collection[int]) -> set[int]:
        """Which of these are staged."""
        return set(self._fetch_column("select_staged_ids", document_kind=kind, ids=list(ids)))

    def fetch_invoice_standings(self, ids: Collection[int]) -> dict[int, InvoiceStanding]:
        found = self._fetch_values(InvoiceStanding, "select_invoice_readiness", ids=list(ids))
        return {standing.invoice_id: standing for standing in found}

    def fetch_unsound_invoices(self) -> list[int]:
        """Invoices with something wrong in Caspen on them; another document may have corrected it."""
        return self._fetch_column("select_unsound_invoices")

    def fetch_unsound_synced(self) -> list[tuple[DocumentRef, str]]:
        """Documents in QuickBooks as Caspen shows them whose rows in Caspen are wrong, and what is."""
        return [
            (
                DocumentRef(
                    DocumentKind(row["document_kind"]),
                    row["document_id"],
                    row["document_number"],
                    row["invoice_id"],
                ),
                " ".join(problem.detail for problem in decode(tuple[OwnProblem, ...], row["unsound"])),
            )
            for row in self._fetch_all("select_unsound_synced")
        ]

    def mark_synced(self, key: DocumentKey, version: str) -> None:
        self.mark_all_synced({key: version})

    def mark_all_synced(self, versions: Mapping[DocumentKey, str]) -> None:
        self._execute_columns(
            "mark_synced",
            {
                "document_kinds": [key.kind.value for key in versions],
                "document_ids": [key.id for key in versions],
                "versions": list(versions.values()),
            },
        )

    def release(self, key: DocumentKey) -> None:
        """What held this one is gone: it may be tried again."""
        self._execute("release_one", document_kind=key.kind, document_id=key.id)

    def release_gone(self) -> int:
        """What held a removal is gone with the document itself: the next post closes it; how many."""
        return self._execute("release_gone")

    def release_numbers(self, numbers: Sequence[str]) -> int:
        """Retry by document or invoice number; how many documents."""
        return self._execute("release_by_number", numbers=list(numbers))

    def release_key(self, error_key: str | None) -> int:
        """Retry one kind of error; None: everything. How many documents."""
        return self._execute("release_by_key", error_key=error_key)

    def release_causes(self, causes: Collection[CauseRef]) -> int:
        """These causes are fixed: everything they held may be tried again; how many documents."""
        if not causes:
            return 0
        return self._execute("release_by_cause", cause_refs=sorted(map(str, causes)))

    def release_one(self, cause: CauseRef) -> DocumentKey | None:
        """Release the oldest document a cause holds, to see whether it is fixed; None: it holds nothing."""
        row = self._fetch_one("release_one_by_cause", cause_ref=str(cause))
        return DocumentKey(DocumentKind(row["document_kind"]), row["document_id"]) if row else None

    def fetch_statuses_to_show(self) -> list[StatusUpdate]:
        """A page of documents whose status in Caspen is behind; empty when all are shown."""
        rows = self._fetch_all("select_statuses_to_show", page_size=1000)
        return [
            StatusUpdate(DocumentKind(row["document_kind"]), row["document_id"], row["status"], row["detail"])
            for row in rows
        ]

    def mark_shown(
        self, updates: Sequence[StatusUpdate], writes: Mapping[tuple[DocumentKind, int], OwnWrite]
    ) -> None:
        """:param writes: Of those that showed something else before."""
        unmoved = OwnWrite(None, None)
        own = [writes.get((update.kind, update.document_id), unmoved) for update in updates]
        self._execute_columns(
            "mark_shown",
            {
                "document_kinds": [update.kind.value for update in updates],
                "document_ids": [update.document_id for update in updates],
                "statuses": [update.status for update in updates],
                "details": [update.detail for update in updates],
                "before": [write.before for write in own],
                "after": [write.after for write in own],
            },
        )

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


_COLUMNS = {
    field.name: f"document_{field.name}" if field.name in ("kind", "id", "number") else field.name
    for field in fields(StagedDocument)
}


def _document(row: Row) -> Document:
    staged = {name: row[column] for name, column in _COLUMNS.items()}
    return Document(
        **{
            **staged,
            "kind": DocumentKind(row["document_kind"]),
            "unsound": decode(tuple[OwnProblem, ...], row["unsound"]),
        },
        synced_version=row["synced_version"],
        released_at=row["released_at"],
        link=_link(row) if row["quickbooks_id"] is not None else None,
    )


def _link(row: Row) -> DocumentLink:
    return DocumentLink(
        quickbooks_type=row["quickbooks_type"],
        quickbooks_id=row["quickbooks_id"],
        customer_id=row["customer_id"] or "",
        origin=row["origin"],
        posted_at=row["posted_at"],
        application_id=row["application_id"],
        as_posted=decode(DocumentFacts, row["as_posted"]) if row["as_posted"] else None,
        removed=row["removed_at"] is not None,
        resent_version=row["resent_version"],
        resent_posted=row["resent_posted"],
        made_at=row["link_made_at"],
        set_back=row["set_back"],
    )
