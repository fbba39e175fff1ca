"""Reconcile: prove that both sides show the same, and list for a person what does not."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from caspen_qbo import settings
from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.document import DocumentRef
from caspen_qbo.core.reconciling.matching import Difference, drift
from caspen_qbo.core.reconciling.verdict import CheckResult, judge, uncompared
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import BrokenCheckError, SyncError
from caspen_qbo.hooks.store.codec import decode
from caspen_qbo.hooks.store.importing.imports import CURSOR as IMPORT_CURSOR
from caspen_qbo.quality.validate import validate
from caspen_qbo.usecases.posting.run import RunResult, run_job, write_statuses
from caspen_qbo.usecases.reconciling.customer_names import fetch_customer_names
from caspen_qbo.usecases.reconciling.inactive_customers import list_inactive, mark_inactive
from caspen_qbo.usecases.reconciling.read_back import ReadBack, read_back, wants_full
from caspen_qbo.usecases.reconciling.report_data import gather
from caspen_qbo.usecases.reconciling.sign_off import watch_signed
from caspen_qbo.usecases.sending.outcome import compare_sale, link_document, mark_sale_posted
from caspen_qbo.usecases.shared.ledger import read_ledger
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import stage
from caspen_qbo.usecases.shared.unsynced_entries import list_differences

log = logging.getLogger(__name__)

JOB = "reconcile"


def reconcile(session: Session, full: bool = False) -> RunResult:
    """
    Read both sides, freeze them beside each other, check them, record and list every difference.

    A difference is data, not an error: the run succeeds and says so. Safe to repeat and to start twice at
    once.

    :param full: Read every linked document, not only what changed.
    :raises BrokenCheckError: a check could not be carried out; nothing is known about the figures, nothing is
        recorded.
    :raises RetryError: a side could not be read.
    :raises StopError: the connection is dead, or the ledger does not add up.
    """
    with session.store.lock():
        return run_job(session, JOB, lambda inner, counts: _reconcile(inner, counts, asked=full))


def _reconcile(session: Session, counts: Counter[str], *, asked: bool) -> str:
    store = session.store.reconciliation
    stage(session)
    full = wants_full(session, asked=asked)
    store.start(session.run_id, full=full)
    try:
        read = read_back(session, full=full)
        counts["healed"] += settle_equal(session)
        frozen = freeze(session)
        checks = validate(session.workspace_id, frozen)
        customers = fetch_customer_names(session)
        with session.store.transaction():
            differences, unexplained = _record(session, checks, read, customers, counts)
            signed = watch_signed(session)
            counts["signed_changes"] += signed["in_all"]
            _finish(session, frozen, checks, differences, unexplained, signed, read.balances)
    except SyncError:
        store.finish(
            session.run_id,
            documents_checked=None,
            differences=None,
            ledger=None,
            success=False,
            checks=(),
            calls=session.accounting.calls(),
            report={},
        )
        raise
    write_statuses(session, counts)
    session.store.requests.prune(settings.HISTORY_KEEP_DAYS)
    counts.update(
        documents_checked=sum(frozen.values()),
        documents_read=read.documents,
        differences=differences,
        unexplained=unexplained,
    )
    return _say(sum(frozen.values()), differences, unexplained)


def _say(documents: int, differences: int, unexplained: int) -> str:
    if not documents:
        return "Nothing is synced yet: there was nothing to compare."
    if not differences:
        return f"{documents} documents compared, all equal."
    explained = differences - unexplained
    return (
        f"{documents} documents compared, {differences} differences, "
        f"{explained} of them explained by a listed cause."
    )


def settle_equal(session: Session) -> int:
    """
    Let go the invoices that were listed because the sides differed, and that somebody has made equal since.

    :return: Invoices that are synced now; this run compares them like all others.
    """
    settled = 0
    for page in session.store.snapshot.fetch_held_apart():
        ids = [row["document_id"] for row in page]
        staged = session.store.documents.fetch_documents(DocumentKind.INVOICE, ids)
        for row in page:
            document, facts = staged[row["document_id"]], decode(DocumentFacts, row["facts"])
            if not compare_sale(document, row["customer_id"], facts):
                with session.store.transaction():
                    link_document(session, document, facts, origin=document.origin or "caspen")
                    mark_sale_posted(session, document)
                settled += 1
    return settled


def freeze(session: Session) -> dict[str, int]:
    """
    Both sides beside each other in one table, committed, so that all checks look at the same moment.

    :return: Documents frozen, by kind.
    """
    store = session.store.comparison
    cursor = session.store.documents.fetch_cursor(IMPORT_CURSOR)
    overlap = timedelta(seconds=settings.QUICKBOOKS_CURSOR_OVERLAP_SECONDS)
    with session.store.transaction():
        session.store.sign_off.lock_frozen()  # who signs what was frozen before is waited for
        store.freeze(session.realm_id, cursor[0] - overlap if cursor else None)
        for page in store.fetch_edited():
            found = [(edited, drift(edited.posted, edited.now)) for edited in page]
            store.mark_edited([(edited, uncompared(changes), bool(changes)) for edited, changes in found])
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
    """Write what differs, hold it against the checks, list it. (differences, those that nothing explains.)"""
    store, run_id = session.store.comparison, session.run_id
    differences = store.write_differences(run_id)
    cross_check(checks, store.count_failing(run_id))
    store.name_values(run_id, session.realm_id, customers)
    unexplained = 0
    for page in store.fetch_differing(run_id, open_invoices=False):
        unexplained += sum(_list(session, row) for row in page)
        counts["listed"] += len(page)
    store.explain_balances(run_id)
    for page in store.fetch_differing(run_id, open_invoices=True):
        unexplained += sum(_list(session, row) for row in page)
        counts["listed"] += len(page)
    counts["resolved"] += store.resolve_equal()
    counts["verified"] += session.store.snapshot.mark_verified(session.realm_id, read.started_at)
    return differences, unexplained


def cross_check(checks: Sequence[CheckResult], written: Mapping[tuple[str, str], int]) -> None:
    """
    The checks count failing documents, plain SQL wrote their rows: both must find the same.

    :raises BrokenCheckError: they do not; the caller's transaction rolls the rows back.
    """
    counted = {(check.kind, check.name): check.failing for check in checks if check.failing}
    if counted != dict(written):
        wrong = sorted(
            key for key in counted.keys() | written.keys() if counted.get(key, 0) != written.get(key, 0)
        )
        told = "; ".join(
            f"{kind} {name}: {counted.get((kind, name), 0)} counted, {written.get((kind, name), 0)} written"
            for kind, name in wrong
        )
        raise BrokenCheckError(
            f"the checks and the recorded differences do not agree ({told}). Nothing was recorded."
        )


def _list(session: Session, row: dict[str, Any]) -> int:
    """List one document under what its differences come from; how many differences it has."""
    found = [
        Difference(
            item["field"],
            item["caspen_value"] or "nothing",
            item["quickbooks_value"] or "nothing",
            None if item["delta"] is None else Decimal(item["delta"]),
        )
        for item in row["differences"]
    ]
    rest = list_inactive(session, row, found, row["quickbooks_customer"])
    if not rest:
        return len(found)
    cause = judge(
        in_caspen=row["in_caspen"],
        in_quickbooks=row["in_quickbooks"],
        gone=row["gone"],
        drifted=row["drifted"],
        quickbooks_type=row["quickbooks_type"],
        quickbooks_id=row["quickbooks_id"],
        quickbooks_total=row["quickbooks_total"],
        unused=row["document_kind"] != DocumentKind.INVOICE and {d.field for d in rest} == {"balance"},
    )
    list_differences(
        session, _document_of(session, row), cause.error_key, rest, lead=cause.lead, blocks=cause.blocks
    )
    return len(found)


def _document_of(session: Session, row: dict[str, Any]) -> DocumentRef:
    """Under which document a row is listed: an unknown QuickBooks document under the one it copies."""
    ref = DocumentRef(
        DocumentKind(row["document_kind"]), row["document_id"], row["document_number"], row["invoice_id"]
    )
    if row["in_caspen"] or ref.id >= 0:
        return ref
    key = DocumentKey(ref.kind, ref.invoice_id)
    original = session.store.documents.fetch([key]).get(key)
    return replace(ref, id=ref.invoice_id, invoice_id=original.invoice_id if original else ref.invoice_id)


def _finish(
    session: Session,
    frozen: Mapping[str, int],
    checks: Sequence[CheckResult],
    differences: int,
    unexplained: int,
    signed: Mapping[str, Any],
    balances: Mapping[str, Decimal] | None,
) -> None:
    ledger = read_ledger(session)
    session.store.reconciliation.finish(
        session.run_id,
        documents_checked=sum(frozen.values()),
        differences=differences,
        ledger=ledger.invoices,
        success=unexplained == 0,
        checks=checks,
        calls=session.accounting.calls(),
        report={**gather(session, ledger, frozen, balances), "signed_periods": signed},
    )
