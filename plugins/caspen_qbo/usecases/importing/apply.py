"""Carrying an import out: Caspen first, then our links, then the list, each from how things stand by then."""

from __future__ import annotations

from collections import Counter

from caspen_qbo.core.cause import CauseKind, CauseRef
from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.importing.findings import Finding, find_problems
from caspen_qbo.core.importing.payments import ImportedAllocation, ImportedPayment
from caspen_qbo.core.importing.plan import (
    AllocationView,
    AmountChange,
    Import,
    ImportSnapshot,
    plan_amount_changes,
    plan_imports,
    plan_links,
)
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.document import DocumentRef
from caspen_qbo.core.reconciling.matching import Difference
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.posting.links import Link
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.importing.snapshot import BooksState, read_snapshot, source_ref
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import restage

_EVENTS = {
    "voided": "taken back: voided or deleted in QuickBooks",
    "changed": "changed as in QuickBooks",
}


def apply(session: Session, books: BooksState, counts: Counter[str]) -> None:
    """
    Bring Caspen in line with the books, link what was recorded, list what a person must look at.

    Each step is complete in itself and found done when it is repeated; only after the last one may the cursor
    move.
    """
    snapshot = read_snapshot(session, books)
    changes, imports = plan_amount_changes(snapshot), plan_imports(snapshot)
    for change in changes:
        _follow(session, change, counts)
    if changes:
        # An edit may have made room: two payments became one, or money came off an invoice.
        snapshot = read_snapshot(session, books)
        imports = plan_imports(snapshot)
    for step in imports:
        _record(session, step, counts)
    restage(session, list(snapshot.invoices))
    with session.store.transaction():
        _link(session, books, read_snapshot(session, books))
        snapshot = read_snapshot(session, books)
        _list(session, snapshot, counts)
        _refresh(session, books, snapshot)


def _record(session: Session, step: Import, counts: Counter[str]) -> None:
    """One Caspen transaction. A payment that Caspen has already is answered as it stands there."""
    payment = step.payment
    if payment.paid_on is None:
        return
    result = session.billing.record_payment(
        ImportedPayment(
            session.workspace_id,
            source_ref(session, payment.quickbooks_id),
            f"QB-{payment.quickbooks_id}",
            payment.paid_on,
            tuple(ImportedAllocation(id_, payment.shares[id_]) for id_ in sorted(payment.shares)),
        )
    )
    if result.payment_id is not None and not result.already_there:
        counts["payments_imported"] += 1
        counts["allocations_imported"] += len(result.allocations)


def _follow(session: Session, change: AmountChange, counts: Counter[str]) -> None:
    view, allocation = change.view, change.view.allocation
    if change.amount == 0:
        moved = session.billing.unlink_allocation(session.workspace_id, allocation.id) is not None
    else:
        now = session.billing.change_allocation(session.workspace_id, allocation.id, change.amount)
        moved = now != allocation.amount
    if moved:
        counts["payments_followed"] += 1
        session.store.links.note_event(
            DocumentKey(DocumentKind.PAYMENT, allocation.id),
            _EVENTS["changed" if change.amount else "voided"],
            f"QuickBooks payment {view.payment_id}: {allocation.amount:.2f} -> {change.amount:.2f}",
        )


def _link(session: Session, books: BooksState, snapshot: ImportSnapshot) -> None:
    link, unlink = plan_links(snapshot)
    for view in link:
        _write_link(session, view, books.payments[view.payment_id])
        session.store.links.note_event(
            DocumentKey(DocumentKind.PAYMENT, view.allocation.id),
            "imported from QuickBooks",
            f"Payment {view.payment_id}, {view.allocation.amount:.2f}",
        )
    for view in unlink:
        session.store.links.mark_removed(DocumentKey(DocumentKind.PAYMENT, view.allocation.id))


def _refresh(session: Session, books: BooksState, snapshot: ImportSnapshot) -> None:
    """What stands as QuickBooks shows it now is what the next change is measured against."""
    disputed = {
        finding.document_id for finding in find_problems(snapshot) if finding.kind is DocumentKind.PAYMENT
    }
    for view in snapshot.allocations:
        facts = books.payments.get(view.payment_id)
        if facts is not None and view.live and view.linked:
            if view.allocation.id not in disputed:
                _write_link(session, view, facts)


def _write_link(session: Session, view: AllocationView, facts: DocumentFacts) -> None:
    key = DocumentKey(DocumentKind.PAYMENT, view.allocation.id)
    session.store.links.record(session.realm_id, Link(key, "quickbooks", facts, view.allocation.amount))


def _list(session: Session, snapshot: ImportSnapshot, counts: Counter[str]) -> None:
    """Write the list anew: what is found, and no longer what is not found any more."""
    found = find_problems(snapshot)
    counts["listed"] += len(found)
    released = session.store.imports.fetch_released()
    session.store.unsynced.record(
        # A released row stays as it is: written again, it would hold once more what a person let go.
        [_listing(finding) for finding in found if not (finding.blocks and finding.document_id in released)]
    )
    keep = {(finding.kind.value, finding.document_id, finding.error_key) for finding in found}
    for kind, document_id, key in session.store.imports.fetch_listed(list(snapshot.invoices)) - keep:
        counts["resolved"] += session.store.unsynced.resolve(
            DocumentKey(DocumentKind(kind), document_id), resolution="no longer the case", error_keys=[key]
        )


def _listing(finding: Finding) -> Listing:
    return Listing(
        DocumentRef(finding.kind, finding.document_id, finding.number, finding.invoice_id),
        finding.error_key,
        finding.detail,
        CauseRef(CauseKind.PAYMENT, finding.payment_id),
        blocks=finding.blocks,
        difference=Difference(finding.field, finding.caspen_value, finding.quickbooks_value, finding.delta),
    )
