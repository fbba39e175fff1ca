"""Bring what changed in Caspen into the store: which documents concern QuickBooks and where each stands."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from caspen_qbo import settings
from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.posting import cursor as horizon
from caspen_qbo.core.posting.eligibility import (
    HISTORICAL,
    Standing,
    stand_allocation,
    stand_credit_note,
    stand_invoice,
)
from caspen_qbo.core.records import Allocation, CreditNote, DocumentKind, Invoice
from caspen_qbo.hooks.store.posting.documents import StagedDocument
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
    documents = [_staged_invoice(invoice, standings[invoice.id]) for invoice in invoices.values()]
    documents += [
        _staged_credit_note(
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
        _staged_allocation(
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
                    DocumentKind.INVOICE, invoice_id, error_keys={"historical_invoice"},
                    resolution="its payment was unlinked")  # fmt: skip
    return len(invoices), len(notes), len(allocations)


def _historical_listings(
    session: Session,
    invoices: dict[int, Invoice],
    standings: dict[int, Standing],
    allocations: Iterable[Allocation],
) -> list[Listing]:
    """A payment applied after the connection to an invoice from before it is shown on that invoice."""
    paid = _paid_historical(session, standings, allocations)
    known = (
        {
            (row["document_kind"], row["document_id"])
            for row in session.store.unsynced.fetch_open()
            if row["error_key"] == "historical_invoice"
        }
        if paid
        else set()
    )
    return [
        Listing(
            DocumentKind.INVOICE,
            invoice_id,
            invoices[invoice_id].number,
            invoice_id,
            "historical_invoice",
            f"Payment {allocation.payment_number} was applied to it; neither the invoice nor the payment is "
            "posted.",
        )
        for invoice_id, allocation in paid.items()
        if (DocumentKind.INVOICE, invoice_id) not in known
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
            and allocation.deleted_at is None
            and allocation.payment_status != "void"
            and allocation.payment_source != "quickbooks"
            and allocation.allocated_at >= session.connection.first_connected_at
        ):
            paid.setdefault(allocation.invoice_id, allocation)
    return paid


def _staged_invoice(invoice: Invoice, standing: Standing) -> StagedDocument:
    finalised = invoice.finalised_at.isoformat() if invoice.finalised_at else ""
    status = "deleted" if invoice.deleted_at else invoice.status
    return StagedDocument(DocumentKind.INVOICE, invoice.id, invoice.number, invoice.id, invoice.client_id,
        invoice.issue_date, invoice.due_date, invoice.subtotal, invoice.tax_total, invoice.total,
        invoice.balance, status, standing.finalised, standing.wanted, standing.excluded_reason,
        _version(standing, f"revision {invoice.revision} {finalised}"), invoice.updated_at,
    )  # fmt: skip


def _staged_credit_note(note: CreditNote, invoice: Invoice, standing: Standing) -> StagedDocument:
    return StagedDocument(DocumentKind.CREDIT_NOTE, note.id, note.number, note.invoice_id, invoice.client_id,
        note.issue_date, None, note.subtotal, note.tax_total, note.total, None,
        note.status, standing.finalised, standing.wanted, standing.excluded_reason,
        _version(standing, f"issued {note.total}"), note.updated_at,
    )  # fmt: skip


def _staged_allocation(allocation: Allocation, invoice: Invoice, standing: Standing) -> StagedDocument:
    unlinked = allocation.deleted_at is not None or allocation.payment_status == "void"
    status = "unlinked" if unlinked else "live"
    return StagedDocument(DocumentKind.PAYMENT, allocation.id, allocation.payment_number,
        allocation.invoice_id, invoice.client_id, allocation.payment_date, None, None, None,
        allocation.amount, None, status, standing.finalised, standing.wanted, standing.excluded_reason,
        _version(standing, f"{status} {allocation.amount} on {allocation.invoice_id}"), allocation.updated_at,
    )  # fmt: skip


def _version(standing: Standing, present: str) -> str:
    """Changes whenever what QuickBooks should hold may have changed."""
    return standing.wanted.value if standing.wanted.value == "absent" else present


def restage(session: Session, invoice_ids: Sequence[int]) -> None:
    """Read these invoices again, e.g. before acting on one that Caspen may have changed in this second."""
    for chunk in chunked(sorted(set(invoice_ids)), CHUNK):
        stage_invoices(session, chunk)
