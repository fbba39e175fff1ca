"""
Import: payments recorded in QuickBooks come to Caspen, and what happens to them there later is followed.

The change feed says where to look; what is done follows from how both sides stand, not from what the feed
said. So a run may be interrupted, repeated or late: the next one comes to the same end.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from caspen_qbo import settings
from caspen_qbo.core.documents import DocumentFacts, read_facts
from caspen_qbo.core.importing.findings import find_problems
from caspen_qbo.core.importing.plan import ImportSnapshot, plan_amount_changes, plan_imports
from caspen_qbo.core.reconciling.matching import drift
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.importing.imports import CURSOR
from caspen_qbo.hooks.store.posting.links import LinkedDocument
from caspen_qbo.usecases.importing.apply import apply
from caspen_qbo.usecases.importing.snapshot import (
    BooksState,
    file_payment,
    imported_invoices,
    is_ours,
    read_around,
    read_snapshot,
)
from caspen_qbo.usecases.posting.run import RunResult, run_job, write_statuses
from caspen_qbo.usecases.sending.lookup import fetch_by_id
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import stage

log = logging.getLogger(__name__)

JOB = "import"


def import_payments(session: Session) -> RunResult:
    """
    One run. Safe to repeat, to interrupt at any point and to start twice at once: the second waits for the
    first.

    :raises StopError: the connection is dead, or the ledger does not add up.
    :raises RetryError: try again later; the cursor stays where it was.
    """
    with session.store.lock():
        return run_job(session, JOB, _import)


def _import(session: Session, counts: Counter[str]) -> str:
    stage(session)
    books, read_at = _look(session, counts)
    if books.invoices:
        apply(session, books, counts)
    session.store.documents.move_cursor(CURSOR, read_at)
    write_statuses(session, counts)
    return ""


class _Undo(Exception):
    """Ends the transaction of a dry run."""


def plan_import(session: Session) -> RunResult:
    """
    What the next run would do. Reads both sides; writes nothing, neither to Caspen nor to our own tables.
    """
    counts: Counter[str] = Counter()
    steps: list[str] = []
    with session.store.lock():
        try:
            with session.store.transaction():
                stage(session)
                books, _ = _look(session, counts)
                snapshot = read_snapshot(session, books) if books.invoices else ImportSnapshot({}, {}, ())
                steps = _tell(snapshot, counts)
                raise _Undo
        except _Undo:
            pass  # what was staged to look at it is gone again, as intended
    for step in steps:
        log.info("dry run workspace=%d %s", session.workspace_id, step)
    return RunResult(
        session.workspace_id, dict(counts), dict(session.accounting.calls()), None, "\n  ".join(steps)
    )


def _tell(snapshot: ImportSnapshot, counts: Counter[str]) -> list[str]:
    steps = []
    for step in plan_imports(snapshot):
        counts["would_import"] += 1
        parts = ", ".join(
            f"{amount:.2f} on {snapshot.invoices[id_].number}" for id_, amount in step.expected.items()
        )
        steps.append(
            f"import QuickBooks payment {step.payment.quickbooks_id} of {step.payment.paid_on}: {parts}"
        )
    for change in plan_amount_changes(snapshot):
        counts["would_change"] += 1
        allocation = change.view.allocation
        steps.append(
            f"change {allocation.payment_number} from {allocation.amount:.2f} to {change.amount:.2f}"
        )
    going = {step.payment.quickbooks_id for step in plan_imports(snapshot)}
    for finding in find_problems(snapshot):
        if finding.payment_id not in going:
            counts["would_list"] += 1
            steps.append(f"list {finding.number} ({finding.error_key}): {finding.detail}")
    return steps


def _look(session: Session, counts: Counter[str]) -> tuple[BooksState, datetime]:
    """Read the feed and everything around what it names; and QuickBooks' own time of the feed."""
    stored = session.store.documents.fetch_cursor(CURSOR)
    position = stored[0] if stored else session.connection.first_connected_at
    since = position - timedelta(seconds=settings.QUICKBOOKS_CURSOR_OVERLAP_SECONDS)
    changes, read_at = session.accounting.fetch_changes(["Payment"], since)
    bodies = changes.get("Payment", [])
    counts["payments_seen"] += len(bodies)
    books = BooksState()
    invoice_ids = session.store.imports.fetch_unsettled(since)
    invoice_ids |= _sort(session, books, [read_facts("Payment", body) for body in bodies])
    feed_was_cut = len(bodies) >= settings.CDC_OBJECTS_MAX
    if feed_was_cut or since < datetime.now(UTC) - timedelta(days=settings.CDC_DAYS_MAX):
        invoice_ids |= _find_missing(session)
    read_around(session, books, invoice_ids)
    return books, read_at


def _sort(session: Session, books: BooksState, payments: list[DocumentFacts]) -> set[int]:
    """File what the feed brought; the invoices of imported payments that changed or are gone."""
    known = session.store.links.fetch_by_quickbooks_ids(
        session.realm_id, "Payment", [facts.quickbooks_id for facts in payments]
    )
    targets = {link.txn_id for facts in payments for link in facts.links if link.txn_type == "Invoice"}
    ours = session.store.links.fetch_by_quickbooks_ids(session.realm_id, "Invoice", targets)
    as_linked = _facts_when_linked(session, known)
    changed: set[str] = set()
    for facts in payments:
        payment_id, links = facts.quickbooks_id, known.get(facts.quickbooks_id, [])
        if any(linked.origin == "quickbooks" for linked in links):
            if _moved(facts, as_linked.get(payment_id, [])):
                file_payment(session, books, payment_id, facts, links)
                changed.add(payment_id)
        elif facts.deleted or facts.total == 0 or is_ours(session, facts, links):
            books.left.add(payment_id)
        elif any(link.txn_type == "Invoice" and link.txn_id in ours for link in facts.links):
            file_payment(session, books, payment_id, facts, links)
    return imported_invoices(session, changed)


def _moved(now: DocumentFacts, then: list[DocumentFacts]) -> bool:
    """
    Whether an imported payment has to be looked at again. No ``then``: none of it stands in Caspen any more.
    """
    if not then:
        return not now.gone
    return now.gone or any(drift(one, now) or one.balance != now.balance for one in then)


def _facts_when_linked(
    session: Session, known: Mapping[str, Sequence[LinkedDocument]]
) -> dict[str, list[DocumentFacts]]:
    """Imported payments as they were when their links were last written, as far as those still stand."""
    payment_of = {
        linked.key.id: payment_id
        for payment_id, links in known.items()
        for linked in links
        if linked.origin == "quickbooks" and not linked.removed
    }
    found: dict[str, list[DocumentFacts]] = {}
    documents = session.store.documents.fetch_documents(DocumentKind.PAYMENT, payment_of)
    for allocation_id, document in documents.items():
        if document.as_posted:
            found.setdefault(payment_of[allocation_id], []).append(document.as_posted)
    return found


def _find_missing(session: Session) -> set[int]:
    """
    The feed could not tell what was deleted: the invoices of imported payments that are no longer there.
    """
    imported = session.store.imports.fetch_imported(session.realm_id)
    there = fetch_by_id(session, "Payment", imported)
    return {
        invoice_id for payment_id, ids in imported.items() if payment_id not in there for invoice_id in ids
    }
