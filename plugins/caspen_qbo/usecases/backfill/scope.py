"""A session on which only some invoices are work, with what hangs on them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from copy import copy
from dataclasses import replace

from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.posting.documents import DocumentStore, Work
from caspen_qbo.usecases.shared.session import Session


class _ChosenDocuments(DocumentStore):
    """The staged documents, as far as work is concerned only those of the chosen invoices."""

    def __init__(self, whole: DocumentStore, invoice_ids: Collection[int]) -> None:
        super().__init__(whole._db)  # the same session, on purpose: lock and transactions are shared
        self._invoice_ids = frozenset(invoice_ids)

    def fetch_work(self, workspace_id: int, kind: DocumentKind, wanted: str) -> Iterator[list[Work]]:
        for page in super().fetch_work(workspace_id, kind, wanted):
            kept = [work for work in page if work.invoice_id in self._invoice_ids]
            if kept:
                yield kept


def narrow(session: Session, invoice_ids: Collection[int]) -> Session:
    """
    The same run on these invoices, their credit notes and their payments only.

    Shares the database session and QuickBooks' client with ``session``; use one of them at a time.
    """
    store = copy(session.store)
    store.documents = _ChosenDocuments(session.store.documents, invoice_ids)
    return replace(session, store=store)
