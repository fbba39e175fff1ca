"""What our bookkeeping would hold in the course of the next run, without writing it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.document import (
    Document,
    DocumentLink,
    InvoiceStanding,
    StagedDocument,
    is_due,
    restaged,
)
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store import WorkspaceStore


class PlannedDocuments:
    """The store's documents, with what would be staged, linked and synced by now laid over them."""

    def __init__(self, store: WorkspaceStore, staged: Iterable[StagedDocument], now: datetime) -> None:
        self.only: Collection[int] | None = None
        """Of which invoices documents are work; None: of all."""
        self._store, self._now = store, now
        self._changed: dict[DocumentKey, Document] = {}
        self._in_order: set[DocumentKey] = set()
        """Found to be as Caspen shows them: nothing that was listed holds them."""
        self.assume_staged(staged)

    def assume_staged(self, staged: Iterable[StagedDocument]) -> None:
        rows = {document.key: document for document in staged}
        before = self._fetch(rows)
        self._changed |= {key: restaged(before.get(key), row, self._now) for key, row in rows.items()}

    def release(self, keys: Collection[DocumentKey]) -> None:
        """A person, or a cause that is fixed, would let these be tried again."""
        for key, document in self._fetch(keys).items():
            self._changed[key] = replace(document, released_at=self._now)

    def assume_linked(self, key: DocumentKey, facts: DocumentFacts, *, origin: str, synced: bool) -> None:
        document = self._fetch([key])[key]
        link = DocumentLink(
            quickbooks_type=facts.quickbooks_type,
            quickbooks_id=facts.quickbooks_id,
            customer_id=facts.customer_id,
            origin=origin,
            posted_at=self._now,
            application_id=None,
            as_posted=facts,
            removed=False,
        )
        self._changed[key] = replace(document, link=link)
        if synced:
            self.assume_synced(key)

    def assume_synced(self, key: DocumentKey) -> None:
        document = self._fetch([key])[key]
        self._changed[key] = replace(document, synced_version=document.version)
        self._in_order.add(key)

    def _fetch(self, keys: Collection[DocumentKey]) -> dict[DocumentKey, Document]:
        found = self._store.documents.fetch(key for key in keys if key not in self._changed)
        return found | {key: self._changed[key] for key in keys if key in self._changed}

    def fetch_documents(self, kind: DocumentKind, ids: Collection[int]) -> dict[int, Document]:
        found = self._fetch([DocumentKey(kind, id_) for id_ in ids])
        return {key.id: document for key, document in found.items()}

    def fetch_work(self, kind: DocumentKind, wanted: str) -> Iterator[list[Document]]:
        """One page: what is due by what is stored, and by what is laid over it."""
        stored = [document for page in self._store.documents.fetch_work(kind, wanted) for document in page]
        due = {document.id: document for document in stored if document.key not in self._changed}
        candidates = {key: document for key, document in self._changed.items() if key.kind is kind}
        held = self._held_until(candidates)
        unconfirmed = self._store.requests.fetch_unconfirmed_ids(kind, [key.id for key in candidates])
        for key, document in candidates.items():
            if key.id not in unconfirmed and document.wanted == wanted and is_due(document, held.get(key)):
                due[key.id] = document
        page = [d for _, d in sorted(due.items()) if self.only is None or d.invoice_id in self.only]
        if page:
            yield page

    def _held_until(self, keys: Collection[DocumentKey]) -> dict[DocumentKey, datetime]:
        """When each was last listed by a row that blocks it."""
        held: dict[DocumentKey, datetime] = {}
        for row in self._store.unsynced.fetch_open(keys):
            if row.blocks and row.key not in self._in_order:
                held[row.key] = max(row.last_seen_at, held.get(row.key, row.last_seen_at))
        return held

    def fetch_invoice_standings(self, ids: Collection[int]) -> dict[int, InvoiceStanding]:
        found = self._store.documents.fetch_invoice_standings(ids)
        changed = {
            key: self._changed[key]
            for id_ in ids
            if (key := DocumentKey(DocumentKind.INVOICE, id_)) in self._changed
        }
        held = self._held_until(changed)
        for key, document in changed.items():
            if document.link is not None:
                found[key.id] = InvoiceStanding(
                    invoice_id=key.id,
                    quickbooks_id=document.link.quickbooks_id,
                    customer_id=document.link.customer_id,
                    posted_at=document.link.posted_at,
                    ready=document.wanted == "present"
                    and document.linked
                    and document.synced
                    and key not in held,
                )
        return found
