"""Bring what changed in Caspen into the store: which documents concern QuickBooks and where each stands."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from caspen_qbo import settings
from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting import cursor as horizon
from caspen_qbo.core.posting.document import (
    DocumentRef,
    is_live,
    stage_allocation,
    stage_credit_note,
    stage_invoice,
)
from caspen_qbo.core.posting.eligibility import (
    HISTORICAL,
    Standing,
    stand_allocation,
    stand_credit_note,
    stand_invoice,
)
from caspen_qbo.core.records import Allocation, DocumentKind, Invoice
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)

CURSOR = "caspen"
CHUNK = 500


@dataclass(frozen=True, slots=True)
class StageResult:
    invoices: int
    credit_notes: int
    payments: int


def stage(session: Session) -> StageResult:
    """
    Read Caspen's changes since the cursor and stage them with everything that hangs on the same invoices.

    Safe to repeat: unchanged rows are left alone. The cursor moves only after all of it is stored.
    """
    seen = session.billing.fetch_horizon()
    stored = session.store.documents.fetch_cursor(CURSOR)
    position, checkpoints = stored or (session.connection.first_connected_at, ())
    since = position - timedelta(seconds=settings.CASPEN_CURSOR_OVERLAP_SECONDS)
    changes = session.billing.fetch_changes(session.workspace_id, since)
    notes = session.billing.fetch_credit_notes(session.workspace_id, changes.credit_note_ids)
    voided = session.billing.fetch_void_allocations(session.workspace_id, since)
    allocations = session.billing.fetch_allocations(
        session.workspace_id, sorted({*changes.allocation_ids, *voided})
    )
    invoice_ids = {
        *changes.invoice_ids,
        *(note.invoice_id for note in notes.values()),
        *(allocation.invoice_id for allocation in allocations.values()),
    }
    counts = [0, 0, 0]
    for chunk in chunked(sorted(invoice_ids), CHUNK):
        for index, number in enumerate(stage_invoices(session, chunk)):
            counts[index] += number
    moved, pending = horizon.advance(position, checkpoints, seen)
    session.store.documents.move_cursor(CURSOR, moved, pending)
    session.store.unsynced.resolve_unfinalised()
    result = StageResult(*counts)
    log.info(
        "staged workspace=%d since=%s invoices=%d credit_notes=%d payments=%d run=%s",
        session.workspace_id, since.isoformat(), *counts, session.run_id,
    )  # fmt: skip
    return result


def stage_invoices(session: Session, ids: Collection[int]) -> tuple[int, int, int]:
    """Stage these invoices with their credit notes and allocations; how many of each."""
    workspace_id, store = session.workspace_id, session.store
    invoices = session.billing.fetch_invoices(workspace_id, ids)
    note_ids, allocation_ids = session.billing.fetch_related(workspace_id, list(invoices))
    notes = session.billing.fetch_credit_notes(workspace_id, note_ids)
    allocations = session.billing.fetch_allocations(workspace_id, allocation_ids)
    linked = {
        kind: store.links.fetch_linked_ids(kind, list(found))
        for kind, found in (
            (DocumentKind.INVOICE, invoices),
            (DocumentKind.CREDIT_NOTE, notes),
            (DocumentKind.PAYMENT, allocations),
        )
    }
    line_at = session.connection.first_connected_at
    standings = {
        invoice.id: stand_invoice(invoice, line_at=line_at, linked=invoice.id in linked[DocumentKind.INVOICE])
        for invoice in invoices.values()
    }
    documents = [stage_invoice(invoice, standings[invoice.id]) for invoice in invoices.values()]
    documents += [
        stage_credit_note(
            note,
            invoices[note.invoice_id],
            stand_credit_note(
                note, standings[note.invoice_id], linked=note.id in linked[DocumentKind.CREDIT_NOTE]
            ),
        )
        for note in notes.values()
        if note.invoice_id in invoices
    ]
    documents += [
        stage_allocation(
            allocation,
            invoices[allocation.invoice_id],
            stand_allocation(
                allocation,
                standings[allocation.invoice_id],
                linked=allocation.id in linked[DocumentKind.PAYMENT],
            ),
        )
        for allocation in allocations.values()
        if allocation.invoice_id in invoices
    ]
    with store.transaction():
        store.documents.stage(documents)
        listings = _historical_listings(session, invoices, standings, allocations.values())
        store.unsynced.record(listings)
        still_paid = _paid_historical(session, standings, allocations.values())
        for invoice_id, standing in standings.items():
            if standing.excluded_reason == HISTORICAL and invoice_id not in still_paid:
                store.unsynced.resolve(
                    DocumentKey(DocumentKind.INVOICE, invoice_id),
                    error_keys={"historical_invoice"},
                    resolution="its payment was unlinked",
                )
    return len(invoices), len(notes), len(allocations)


def _historical_listings(
    session: Session,
    invoices: dict[int, Invoice],
    standings: dict[int, Standing],
    allocations: Iterable[Allocation],
) -> list[Listing]:
    """A payment applied after the connection to an invoice from before it is shown on that invoice."""
    paid = _paid_historical(session, standings, allocations)
    known = session.store.unsynced.fetch_open_ids(DocumentKind.INVOICE, paid, "historical_invoice")
    return [
        Listing(
            DocumentRef(DocumentKind.INVOICE, invoice_id, invoices[invoice_id].number, invoice_id),
            "historical_invoice",
            f"Payment {allocation.payment_number} was applied to it; neither the invoice nor the payment is "
            "posted.",
        )
        for invoice_id, allocation in paid.items()
        if invoice_id not in known
    ]


def _paid_historical(
    session: Session, standings: Mapping[int, Standing], allocations: Iterable[Allocation]
) -> dict[int, Allocation]:
    """
    Historical invoices with a live payment of Caspen's applied since the connection: one such allocation
    each.
    """
    paid: dict[int, Allocation] = {}
    for allocation in allocations:
        standing = standings.get(allocation.invoice_id)
        if (
            standing is not None
            and standing.excluded_reason == HISTORICAL
            and is_live(allocation)
            and allocation.payment_source != "quickbooks"
            and allocation.allocated_at >= session.connection.first_connected_at
        ):
            paid.setdefault(allocation.invoice_id, allocation)
    return paid


def restage(session: Session, invoice_ids: Sequence[int]) -> None:
    """Read these invoices again, e.g. before acting on one that Caspen may have changed in this second."""
    for chunk in chunked(sorted(set(invoice_ids)), CHUNK):
        stage_invoices(session, chunk)
