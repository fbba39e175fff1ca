"""Reconcile: prove that both sides show the same, and list for a person what does not."""

import logging
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from caspen_qbo import settings
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.decide.decisions import compare_sale
from caspen_qbo.core.posting.document import Document, DocumentRef
from caspen_qbo.core.reconciling.matching import drift
from caspen_qbo.core.reconciling.verdict import CheckResult, DifferingDocument, decide_cause, uncompared
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import BrokenCheckError, InvariantError
from caspen_qbo.hooks.store.importing.imports import CURSOR as IMPORT_CURSOR
from caspen_qbo.hooks.store.reconciling.comparison import FoundDifferences
from caspen_qbo.hooks.store.reconciling.snapshot import HeldInvoice
from caspen_qbo.quality.shard import Checked, check_practices
from caspen_qbo.quality.validate import Frozen
from caspen_qbo.usecases.monitoring.prune import prune_history
from caspen_qbo.usecases.reconciling.checks import check_beyond
from caspen_qbo.usecases.reconciling.customer_names import fetch_customer_names
from caspen_qbo.usecases.reconciling.inactive_customers import (
    CustomersRead,
    follow_merged,
    list_inactive,
    mark_inactive,
)
from caspen_qbo.usecases.reconciling.others import describe_balances, mark_shares
from caspen_qbo.usecases.reconciling.read_back import ReadBack, read_back, wants_full
from caspen_qbo.usecases.reconciling.report_data import collect_report
from caspen_qbo.usecases.reconciling.sign_off import watch_signed
from caspen_qbo.usecases.sending.found_again import find_again
from caspen_qbo.usecases.shared.changes import Changes
from caspen_qbo.usecases.shared.jobs import RunResult, Steps, finish, last_word, run_in_steps
from caspen_qbo.usecases.shared.ledger import prove_ledger
from caspen_qbo.usecases.shared.lost_in_caspen import follow_set_back
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import stage
from caspen_qbo.usecases.shared.statuses import write_statuses
from caspen_qbo.wording import counted, money

log = logging.getLogger(__name__)

JOB = "reconcile"


def reconcile(session: Session, full: bool = False) -> RunResult:
    """Read both sides, freeze them, check them, record and list every difference. Safe to repeat and to start
    twice concurrently. A difference is data, not an error: the run succeeds and says so.

    :param full: Read every linked document, not only what changed.
    :raises BrokenCheckError: a check could not be carried out; nothing is known, and nothing is recorded.
    :raises RetryError: a side could not be read.
    :raises StopError: the connection is dead, the ledger does not add up, or its counters were wrong.
    """
    id_ = session.workspace_id
    steps = reconcile_in_steps(session, full)
    return finish(steps, lambda frozen: check_practices({id_: frozen})[id_], session)


def reconcile_in_steps(session: Session, full: bool = False) -> Steps[Frozen, Checked]:
    """As :func:`reconcile`, for practices that are checked together. It stops once, after both sides are
    frozen and committed, and goes on with what :func:`check_practices` found of it. It is locked from its
    first step to its last, so that no other run changes what the verdict is about. Stopped in between, the
    run has failed, and nothing is known.
    """
    with session.store.lock():
        return (
            yield from run_in_steps(
                session, JOB, lambda inner, counts: _reconcile(inner, counts, requested=full)
            )
        )


def _reconcile(session: Session, counts: Counter[str], *, requested: bool) -> Generator[Frozen, Checked, str]:
    store = session.store.reconciliation
    stage(session, nightly=True)
    find_again(session, counts)
    follow_set_back(session, counts)
    wrong = prove_ledger(session, counts)
    full = wants_full(session, requested=requested)
    store.start(session.run_id, full=full)
    asked_at = session.store.practices.read_clock()
    try:
        read = read_back(session, full=full)
        counts["customers_followed"] += follow_merged(session, read.customers)
        # What is kept until the verdict: not every customer of the company by all that names him.
        read = replace(read, customers=CustomersRead(read.customers.balances))
        counts["made_equal"] += mark_equal(session)
        session.store.documents.release_gone()
        frozen = freeze(session)
        checked = yield frozen
        checks = checked.verdict()
        customers = fetch_customer_names(session)
        with session.store.transaction():
            differences, unexplained = _record(session, checks, read, customers, counts)
            signed = watch_signed(session)
            counts["signed_changes"] += signed.in_all
            store.finish(
                session.run_id,
                collect_report(session, frozen, signed, read.customers.balances),
                checks=checks,
                differences=differences,
                success=unexplained == 0,
                calls=session.accounting.calls(),
            )
    except BaseException:  # whatever ends it, nothing is known
        run_id, calls = session.run_id, session.accounting.calls()
        last_word(session.store, lambda own: own.reconciliation.fail(run_id, calls))
        raise
    _serve_import(session, asked_at, read.read_at)
    beyond = check_beyond(session, checked, counts)
    write_statuses(session, counts)
    prune_history(session.store)
    counts.update(
        documents_checked=sum(frozen.values()),
        documents_read=read.documents,
        differences=differences,
        unexplained=unexplained,
    )
    found = session.store.comparison.sum_up(session.run_id)
    said = _summary(sum(frozen.values()), found, session.home_currency)
    if wrong:  # everything is recorded, and set right: the next run is as it should be
        raise InvariantError(f"workspace {session.workspace_id}: {wrong} {said}")
    return " ".join(filter(None, (said, beyond)))


def _serve_import(session: Session, asked_at: datetime, read_at: datetime) -> None:
    """What was read serves the import too. Where it shows what no import has seen, or something is listed
    that only an import can close, the next import asks; else it has been asked for, and the import reads on
    from here.

    :param asked_at: Our database's time, from before it was read.
    :param read_at: QuickBooks' time of what was read.
    """
    imports, cursor = session.store.imports, session.store.documents.fetch_cursor(IMPORT_CURSOR)
    if cursor is None:
        return
    since = cursor[0] - timedelta(seconds=settings.QUICKBOOKS_CURSOR_OVERLAP_SECONDS)
    if imports.fetch_missed(session.realm_id, since):
        session.store.rhythm.record_reported(session.realm_id)
    elif read_at > cursor[0] and not imports.fetch_unsettled(since):
        session.store.documents.move_cursor(IMPORT_CURSOR, read_at)
        session.store.rhythm.record_asked(session.realm_id, asked_at, found=False)


def _summary(documents: int, found: FoundDifferences, currency: str) -> str:
    """For example ``1 of 14 documents compared differs, in 8 fields: 8 unexplained (2.75 AUD).``."""
    if not documents:
        return "Nothing is synced yet: there was nothing to compare."
    if not found.fields:
        return f"{counted(documents, 'document')} compared, all equal."
    explained = found.fields - found.unexplained
    amount = f" ({money(found.unexplained_amount, currency)})" if found.unexplained_amount else ""
    parts = (
        f"{explained:,} explained by a listed cause" if explained else "",
        f"{found.unexplained:,} unexplained{amount}" if found.unexplained else "",
    )
    return (
        f"{found.documents:,} of {counted(documents, 'document')} compared "
        f"{'differs' if found.documents == 1 else 'differ'}, in {counted(found.fields, 'field')}: "
        f"{', '.join(filter(None, parts))}."
    )


def mark_equal(session: Session) -> int:
    """Release the invoices listed as different that someone has made equal since; how many are synced."""
    equal = 0
    for page in session.store.snapshot.fetch_held():
        keys = [DocumentKey(DocumentKind.INVOICE, held.document_id) for held in page]
        documents, changes = session.store.documents.fetch(keys), Changes()
        for held, key in zip(page, keys, strict=True):
            if not compare_sale(documents[key], held.customer_id, held.facts):
                changes.mark_equal(documents[key], held.facts)
                equal += 1
        changes.write(session)
        _release_put_back(session, [(documents[key], held) for held, key in zip(page, keys, strict=True)])
    return equal


def _release_put_back(session: Session, held: Sequence[tuple[Document, HeldInvoice]]) -> None:
    """Let the next post decide again about new versions held by an edit that is no longer there."""
    edited = {
        row.key
        for row in session.store.unsynced.fetch_open([document.key for document, _ in held])
        if row.error_key == "changed_in_quickbooks" and row.blocks
    }
    for document, now in held:
        if document.key in edited and document.as_posted and not drift(document.as_posted, now.facts):
            session.store.documents.release(document.key)


def freeze(session: Session) -> dict[DocumentKind, int]:
    """Put both sides into one table, committed, so that all checks read one moment; documents by kind."""
    store = session.store.comparison
    cursor = session.store.documents.fetch_cursor(IMPORT_CURSOR)
    overlap = timedelta(seconds=settings.QUICKBOOKS_CURSOR_OVERLAP_SECONDS)
    with session.store.transaction():
        session.store.sign_off.lock_frozen()  # waits for a person who signs what was frozen before
        store.freeze(session.realm_id, cursor[0] - overlap if cursor else None, session.home_currency)
        for page in store.fetch_edited():
            found = [(edited, drift(edited.as_posted, edited.now_facts)) for edited in page]
            store.mark_edited([(edited, uncompared(changes), bool(changes)) for edited, changes in found])
        mark_shares(session)
        store.mark_foreign(session.realm_id)
        mark_inactive(session)
        store.mark_accepted()
        session.store.sign_off.freeze(session.run_id, session.realm_id)
        return store.count_compared()


def _record(
    session: Session,
    checks: Sequence[CheckResult],
    read: ReadBack,
    customers: Mapping[str, str],
    counts: Counter[str],
) -> tuple[int, int]:
    """Write what differs, compare it with the checks, list it: (differences, those that nothing explains)."""
    store, run_id = session.store.comparison, session.run_id
    differences = store.write_differences(run_id)
    cross_check(checks, store.count_failing(run_id))
    store.name_values(run_id, session.realm_id, customers)
    store.explain_agreed(run_id)
    unexplained = 0
    for open_invoices in (False, True):
        if open_invoices:
            store.explain_balances(run_id)
        for page in store.fetch_differing(run_id, open_invoices=open_invoices):
            ways = describe_balances(session, page)
            unexplained += sum(_list(session, row, ways.get(row.ref.key, "")) for row in page)
            counts["listed"] += len(page)
    counts["resolved"] += store.resolve_equal()
    counts["verified"] += session.store.snapshot.mark_verified(session.realm_id, read.started_at)
    return differences, unexplained


def cross_check(checks: Sequence[CheckResult], written: Mapping[tuple[str, str], int]) -> None:
    """The checks count failing documents, plain SQL wrote their rows: both must find the same.

    :raises BrokenCheckError: they do not; the caller's transaction rolls the rows back.
    """
    counted = {(str(check.kind), check.name): check.failing for check in checks if check.failing}
    if counted != dict(written):
        wrong = sorted(
            key for key in counted.keys() | written.keys() if counted.get(key, 0) != written.get(key, 0)
        )
        wrong_counts = "; ".join(
            f"{kind} {name}: {counted.get((kind, name), 0)} counted, {written.get((kind, name), 0)} written"
            for kind, name in wrong
        )
        raise BrokenCheckError(
            f"the checks and the recorded differences do not agree ({wrong_counts}). Nothing was recorded."
        )


def _list(session: Session, row: DifferingDocument, ways: str) -> int:
    """List one document under what its differences come from; how many differences it has.

    :param ways: What closes it in QuickBooks, and what can be done about that.
    """
    rest = list_inactive(session, row)
    if rest:
        cause, changes = decide_cause(row, rest), Changes()
        changes.list_differences(
            _document_of(session, row),
            cause.error_key,
            rest,
            lead=cause.lead,
            tail=ways,
            blocks=cause.blocks,
            cause=cause.ref,
        )
        changes.write(session)
    return len(row.differences)


def _document_of(session: Session, row: DifferingDocument) -> DocumentRef:
    """Under which document a row is listed: an unknown QuickBooks document under the one it copies."""
    ref = row.ref
    if row.in_caspen or ref.id >= 0:
        return ref
    key = DocumentKey(ref.kind, ref.invoice_id)
    original = session.store.documents.fetch([key]).get(key)
    return replace(ref, id=ref.invoice_id, invoice_id=original.invoice_id if original else ref.invoice_id)
