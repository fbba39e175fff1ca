"""A session on which only some invoices are work, with what hangs on them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from caspen_qbo.usecases.shared.session import Session


def limit_to(session: Session, invoice_ids: Collection[int]) -> Session:
    """
    The same run on these invoices, their credit notes and their payments only.

    Shares the database session and QuickBooks' client with ``session``; use one of them at a time.
    """
    return replace(session, store=session.store.limited_to(frozenset(invoice_ids)))
