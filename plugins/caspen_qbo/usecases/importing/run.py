"""Import: payments recorded in QuickBooks come to Caspen, and what happens to them there later is followed.
The change feed says only where to look; how both sides are decides, so a run may be interrupted or repeated.
"""

import logging
from collections import Counter
from collections.abc import Iterator

from caspen_qbo.core.importing.plan import ImportSnapshot, plan_amount_changes, plan_imports
from caspen_qbo.core.importing.problems import find_problems
from caspen_qbo.core.importing.restoring import plan_restores
from caspen_qbo.hooks.store.importing.imports import CURSOR
from caspen_qbo.usecases.importing.apply import apply
from caspen_qbo.usecases.importing.books import fetch_allocations, payment_id_of, read_books
from caspen_qbo.usecases.importing.snapshot import read_snapshot
from caspen_qbo.usecases.sending.around import note_around
from caspen_qbo.usecases.sending.found_again import find_again
from caspen_qbo.usecases.shared.jobs import RunResult, run_job
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import read_changed, stage
from caspen_qbo.usecases.shared.statuses import write_statuses

log = logging.getLogger(__name__)

JOB = "import"
FOUND = ("payments_imported", "payments_followed", "payments_restored")
"""Counts that say that a person is at work in QuickBooks."""


def import_payments(session: Session) -> RunResult:
    """One run. Safe to repeat, to interrupt and to start twice at once: the second waits for the first.

    :raises StopError: the connection is dead, or the ledger does not add up.
    :raises RetryError: try again later; the cursor stays where it was.
    """
    with session.store.lock():
        return run_job(session, JOB, _import)


def _import(session: Session, counts: Counter[str]) -> str:
    stage(session)
    message = find_again(session, counts)
    asked_at = session.store.practices.read_clock()
    books, read_at = read_books(session, counts)
    if books.invoices:
        apply(session, books, counts)
    note_around(session, books.around, asked_at)
    session.store.documents.move_cursor(CURSOR, read_at)
    session.store.rhythm.record_asked(session.realm_id, asked_at, found=any(counts[name] for name in FOUND))
    write_statuses(session, counts)
    return message


def plan_import(session: Session) -> RunResult:
    """What the next run would do. Reads both sides; writes nothing, neither to Caspen nor to our tables."""
    counts: Counter[str] = Counter()
    with session.store.lock():
        books, _ = read_books(session, counts, _read_unstaged(session))
        steps = list(_format_steps(read_snapshot(session, books), counts)) if books.invoices else []
    for step in steps:
        log.info("dry run workspace=%d %s", session.workspace_id, step)
    calls = dict(session.accounting.calls())
    return RunResult(session.workspace_id, dict(counts), calls, None, "\n  ".join(steps))


def _read_unstaged(session: Session) -> set[int]:
    """Invoices with imported payments that changed in Caspen since it was last staged, which a run does."""
    allocations = fetch_allocations(session, read_changed(session).ids)
    return {one.invoice_id for one in allocations if payment_id_of(session, one)}


def _format_steps(snapshot: ImportSnapshot, counts: Counter[str]) -> Iterator[str]:
    imports = plan_imports(snapshot)
    for step in imports:
        counts["would_import"] += 1
        parts = (f"{amount:.2f} on {snapshot.invoices[id_].number}" for id_, amount in step.expected.items())
        payment = step.payment
        yield f"import QuickBooks payment {payment.quickbooks_id} of {payment.paid_on}: {', '.join(parts)}"
    for change in plan_amount_changes(snapshot):
        counts["would_change"] += 1
        allocation = change.view.allocation
        yield f"change {allocation.payment_number} from {allocation.amount:.2f} to {change.amount:.2f}"
    for restore in plan_restores(snapshot):
        counts["would_restore"] += 1
        allocation, payment_id = restore.view.allocation, restore.view.payment_id
        yield f"put {restore.amount:.2f} of {allocation.payment_number} back: payment {payment_id} stands"
    imported = {step.payment.quickbooks_id for step in imports}
    for problem in find_problems(snapshot):
        if problem.payment_id not in imported:
            counts["would_list"] += 1
            yield f"list {problem.document.number} ({problem.error_key}): {problem.detail}"
