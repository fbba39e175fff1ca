"""Carrying an import out: Caspen first, then our links, then the list, each from how things stand by then."""

from __future__ import annotations

from collections import Counter

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.importing.findings import Finding, find_problems
from caspen_qbo.core.importing.payments import ImportedAllocation, ImportedPayment
from caspen_qbo.core.importing.plan import (
    Import,
    Mirror,
    Paid,
    Scene,
    Standing,
    plan_imports,
    plan_links,
    plan_mirrors,
)
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.posting.links import Link
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.importing.snapshot import Books, read_scene, source_ref
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import restage

_EVENTS = {
    "voided": "taken back: voided or deleted in QuickBooks",
    "changed": "changed as in QuickBooks",
}


def apply(session: Session, books: Books, counts: Counter[str]) -> None:
    """
    Bring Caspen in line with the books, link what was recorded, list what a person must look at.

    Each step is complete in itself and found done when it is repeated; only after the last one may the cursor
    move.
    """
    scene = read_scene(session, books)
    mirrors, imports = plan_mirrors(scene), plan_imports(scene)
    for mirror in mirrors:
        _follow(session, mirror, counts)
    if mirrors:
        # An edit may have made room: two payments became one, or money came off an invoice.
        scene = read_scene(session, books)
        imports = plan_imports(scene)
    for step in imports:
        _record(session, step, counts)
    restage(session, list(scene.invoices))
    with session.store.transaction():
        _link(session, books, read_scene(session, books))
        scene = read_scene(session, books)
        _list(session, scene, counts)
        _refresh(session, books, scene)


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


def _follow(session: Session, mirror: Mirror, counts: Counter[str]) -> None:
    paid, allocation = mirror.paid, mirror.paid.allocation
    if mirror.amount == 0:
        moved = session.billing.unlink_allocation(session.workspace_id, allocation.id) is not None
    else:
        now = session.billing.change_allocation(session.workspace_id, allocation.id, mirror.amount)
        moved = now != allocation.amount
    if moved:
        counts["payments_followed"] += 1
        session.store.links.note_event(
            DocumentKind.PAYMENT,
            allocation.id,
            _EVENTS["changed" if mirror.amount else "voided"],
            f"QuickBooks payment {paid.payment_id}: {allocation.amount:.2f} -> {mirror.amount:.2f}",
        )


def _link(session: Session, books: Books, scene: Scene) -> None:
    tie, untie = plan_links(scene)
    for paid in tie:
        _write_link(session, paid, books.payments[paid.payment_id])
        session.store.links.note_event(
            DocumentKind.PAYMENT,
            paid.allocation.id,
            "imported from QuickBooks",
            f"Payment {paid.payment_id}, {paid.allocation.amount:.2f}",
        )
    for paid in untie:
        session.store.links.mark_removed(DocumentKind.PAYMENT, paid.allocation.id)


def _refresh(session: Session, books: Books, scene: Scene) -> None:
    """What stands as QuickBooks shows it now is what the next change is measured against."""
    disputed = {
        finding.document_id for finding in find_problems(scene) if finding.kind is DocumentKind.PAYMENT
    }
    for paid in scene.paid:
        facts = books.payments.get(paid.payment_id)
        if facts is not None and paid.live and paid.standing is Standing.LINKED:
            if paid.allocation.id not in disputed:
                _write_link(session, paid, facts)


def _write_link(session: Session, paid: Paid, facts: DocumentFacts) -> None:
    session.store.links.record(
        Link(
            session.realm_id,
            DocumentKind.PAYMENT,
            paid.allocation.id,
            "quickbooks",
            facts,
            None,
            None,
            paid.allocation.amount,
        )
    )


def _list(session: Session, scene: Scene, counts: Counter[str]) -> None:
    """Write the list anew: what is found, and no longer what is not found any more."""
    found = find_problems(scene)
    counts["listed"] += len(found)
    released = session.store.imports.fetch_released()
    session.store.unsynced.record(
        # A released row stays as it is: written again, it would hold once more what a person let go.
        [
            _listing(session, finding)
            for finding in found
            if not (finding.blocks and finding.document_id in released)
        ]
    )
    keep = {(finding.kind.value, finding.document_id, finding.error_key) for finding in found}
    for kind, document_id, key in session.store.imports.fetch_listed(list(scene.invoices)) - keep:
        counts["resolved"] += session.store.unsynced.resolve(
            kind, document_id, resolution="no longer the case", error_keys=[key]
        )


def _listing(session: Session, finding: Finding) -> Listing:
    return Listing(
        finding.kind,
        finding.document_id,
        finding.number,
        finding.invoice_id,
        finding.error_key,
        finding.detail,
        cause_ref=f"payment:{finding.payment_id}",
        blocks=finding.blocks,
        field=finding.field,
        caspen_value=finding.caspen_value,
        quickbooks_value=finding.quickbooks_value,
        delta=finding.delta,
    )
