"""The QuickBooks customers of the invoices to be posted; what has none is listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.usecases.posting.customers import clients_of, resolve_customers
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.unsynced_entries import list_problems


def customers_of_sales(session: Session, works: Sequence[Document], counts: Counter[str]) -> dict[int, str]:
    """Document id -> customer id; a document whose client has no customer is listed, one in doubt waits."""
    clients = clients_of(session, {work.client_id for work in works if work.client_id is not None})
    resolution = resolve_customers(session, {client.id: client for client in clients.values()})
    counts["customers_created"] += resolution.created
    result = {}
    for work in works:
        client = clients.get(work.client_id or 0)
        if client is None:
            list_problems(
                session, work, [Problem("other", f"Caspen's client {work.client_id} cannot be read.")]
            )
        elif client.id in resolution.customers:
            result[work.id] = resolution.customers[client.id]
        elif client.id in resolution.problems:
            counts["listed"] += 1
            list_problems(session, work, [resolution.problems[client.id]])
    return result
