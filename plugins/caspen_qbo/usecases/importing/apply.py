"""Carrying an import out: Caspen first, then our links, then the list; each from how both sides are then."""

from collections import Counter

from caspen_qbo.core.cause import CauseKind, CauseRef
from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.importing.pair import ImportProblem
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
from caspen_qbo.core.importing.problems import find_problems
from caspen_qbo.core.importing.restoring import Restore, plan_restores
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.importing.imports import TAKEN_BACK
from caspen_qbo.hooks.store.posting.links import Link
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.importing.books import IMPORTED, BooksState
from caspen_qbo.usecases.importing.credits import settle_credits
from caspen_qbo.usecases.importing.snapshot import read_snapshot
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import restage


def apply(session: Session, books: BooksState, counts: Counter[str]) -> None:
    """Bring Caspen in line with QuickBooks, link what was recorded, list what needs a person. Each step is
    complete and found done when it is repeated; only after the last one may the cursor move.
    """
    snapshot = read_snapshot(session, books)
    changes, imports = plan_amount_changes(snapshot), plan_imports(snapshot)
    for change in changes:
        _change_amount(session, change, counts)
    if changes:
        # An edit may have made room: two payments became one, or money came off an invoice.
        snapshot = read_snapshot(session, books)
        imports = plan_imports(snapshot)
    if restores := plan_restores(snapshot):
        for restore in restores:
            _restore(session, restore, counts)
        snapshot = read_snapshot(session, books)
        imports = plan_imports(snapshot)
    for step in imports:
        _record(session, step, counts)
    restage(session, list(snapshot.invoices))
    with session.store.transaction():
        _link(session, books, read_snapshot(session, books))
        snapshot = read_snapshot(session, books)
        found = settle_credits(session, books, find_problems(snapshot))
        _list(session, snapshot, found, counts)
        _refresh(session, books, snapshot, found)


def _record(session: Session, step: Import, counts: Counter[str]) -> None:
    """One Caspen transaction. For a payment that Caspen has already, the answer is what it holds."""
    payment = step.payment
    if payment.paid_on is None:
        return
    result = session.billing.record_payment(
        ImportedPayment(
            session.workspace_id,
            f"{session.realm_id}:{payment.quickbooks_id}",
            f"QB-{payment.quickbooks_id}",
            payment.paid_on,
            tuple(ImportedAllocation(id_, payment.shares[id_]) for id_ in sorted(payment.shares)),
        )
    )
    if result.payment_id is not None and not result.already_there:
        counts["payments_imported"] += 1
        counts["allocations_imported"] += len(result.allocations)


def _change_amount(session: Session, change: AmountChange, counts: Counter[str]) -> None:
    view, allocation = change.view, change.view.allocation
    detail = f"QuickBooks payment {view.payment_id}: {allocation.amount:.2f} -> {change.amount:.2f}"
    if change.amount == 0:
        session.store.links.note_event(_key(view), TAKEN_BACK, detail)
        changed = session.billing.unlink_allocation(session.workspace_id, allocation.id) is not None
    else:
        now = session.billing.change_allocation(session.workspace_id, allocation.id, change.amount)
        if changed := now != allocation.amount:
            session.store.links.note_event(_key(view), "changed as in QuickBooks", detail)
    counts["payments_followed"] += changed


def _restore(session: Session, restore: Restore, counts: Counter[str]) -> None:
    view = restore.view
    amount = session.billing.restore_allocation(session.workspace_id, view.allocation.id, restore.amount)
    if amount:
        counts["payments_restored"] += 1
        detail = f"QuickBooks payment {view.payment_id} stands: {amount:.2f} is on the invoice again"
        session.store.links.note_event(_key(view), "put back: it is in QuickBooks after all", detail)


def _link(session: Session, books: BooksState, snapshot: ImportSnapshot) -> None:
    link, unlink = plan_links(snapshot)
    for view in link:
        _write_link(session, view, books.payments[view.payment_id])
        detail = f"Payment {view.payment_id}, {view.allocation.amount:.2f}"
        session.store.links.note_event(_key(view), "imported from QuickBooks", detail)
    for view in unlink:
        session.store.links.mark_removed(_key(view))


def _refresh(
    session: Session, books: BooksState, snapshot: ImportSnapshot, found: tuple[ImportProblem, ...]
) -> None:
    """What is as QuickBooks shows it now is what the next change is measured against."""
    disputed = {problem.document.id for problem in found if problem.document.kind is DocumentKind.PAYMENT}
    for view in snapshot.allocations:
        facts = books.payments.get(view.payment_id)
        if facts is not None and view.live and view.linked and view.allocation.id not in disputed:
            _write_link(session, view, facts)


def _key(view: AllocationView) -> DocumentKey:
    return DocumentKey(DocumentKind.PAYMENT, view.allocation.id)


def _write_link(session: Session, view: AllocationView, facts: DocumentFacts) -> None:
    session.store.links.record(session.realm_id, Link(_key(view), IMPORTED, facts, view.allocation.amount))


def _list(
    session: Session, snapshot: ImportSnapshot, found: tuple[ImportProblem, ...], counts: Counter[str]
) -> None:
    counts["listed"] += len(found)
    released = session.store.imports.fetch_released()
    session.store.unsynced.record(
        # A released row stays as it is: written again, it would hold once more what a person released.
        [
            Listing(
                problem.document,
                problem.error_key,
                problem.detail,
                CauseRef(CauseKind.PAYMENT, problem.payment_id),
                blocks=problem.blocks,
                difference=problem.difference,
            )
            for problem in found
            if not (
                problem.document.kind is DocumentKind.PAYMENT
                and problem.blocks
                and problem.document.id in released
            )
        ]
    )
    keep = {(problem.document.key, problem.error_key) for problem in found}
    for key, error_key in session.store.imports.fetch_listed(list(snapshot.invoices)) - keep:
        counts["resolved"] += session.store.unsynced.resolve(
            key, resolution="no longer the case", error_keys=[error_key]
        )
