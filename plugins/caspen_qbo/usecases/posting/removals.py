"""Taking out of QuickBooks what Caspen no longer has: unlinked payments, void credit notes, void invoices."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence

from caspen_qbo.core.documents import Body, DocumentFacts, read_facts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.reconciling.matching import drift
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.usecases.sending.lookup import fetch_by_id
from caspen_qbo.usecases.sending.outcome import record
from caspen_qbo.usecases.sending.resolve import settle
from caspen_qbo.usecases.sending.send import send
from caspen_qbo.usecases.shared.intents import Intent, Step
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.unsynced_entries import list_problems

log = logging.getLogger(__name__)


def remove_payments(session: Session, counts: Counter[str]) -> None:
    """
    Delete our payments whose allocation was unlinked in Caspen, and those that did not fit on their invoice.
    """
    unapplied = session.store.links.fetch_unapplied_payments(session.realm_id)
    bodies = fetch_by_id(session, "Payment", [payment.quickbooks_id for payment in unapplied])
    undo = [
        _delete(one.key, Step.UNDO, "Payment", bodies[one.quickbooks_id], one.version)
        for one in unapplied
        if one.quickbooks_id in bodies
    ]
    _carry_out(session, undo, counts, "payments_taken_back")
    for page in session.store.documents.fetch_work(DocumentKind.PAYMENT, "absent"):
        there = _read(session, "Payment", [work.quickbooks_id for work in page])
        intents = []
        for work in page:
            found = there.get(work.quickbooks_id or "")
            if found is None:
                intents += _remove_unseen(session, work, "Payment", "delete")
            elif found[0].gone:
                _already_gone(session, work)
            elif not _was_changed(session, work, found[0], counts):
                intents.append(_delete(work.key, Step.REMOVE, "Payment", found[1], work.version))
        _carry_out(session, intents, counts, "payments_removed")


def remove_credit_memos(session: Session, counts: Counter[str]) -> None:
    """Delete the application and then the credit memo of notes voided in Caspen."""
    for page in session.store.documents.fetch_work(DocumentKind.CREDIT_NOTE, "absent"):
        applications = _read(session, "Payment", [work.application_id for work in page])
        intents = [
            _delete(
                work.key,
                Step.UNAPPLY,
                "Payment",
                applications[work.application_id][1],
                work.version,
            )
            for work in page
            if work.application_id in applications and not applications[work.application_id][0].gone
        ]
        _carry_out(session, intents, counts, "applications_removed")
        there = _read(session, "CreditMemo", [work.quickbooks_id for work in page])
        intents = []
        for work in page:
            found = there.get(work.quickbooks_id or "")
            if found is None:
                intents += _remove_unseen(session, work, "CreditMemo", "delete")
            elif found[0].gone:
                _already_gone(session, work)
            elif not _was_changed(session, work, found[0], counts):
                intents.append(_delete(work.key, Step.REMOVE, "CreditMemo", found[1], work.version))
        _carry_out(session, intents, counts, "credit_notes_removed")


def void_invoices(session: Session, counts: Counter[str]) -> None:
    """
    Void the invoices that were voided, or deleted as drafts, in Caspen. QuickBooks keeps the zero document.
    """
    for page in session.store.documents.fetch_work(DocumentKind.INVOICE, "absent"):
        there = _read(session, "Invoice", [work.quickbooks_id for work in page])
        intents = []
        for work in page:
            found = there.get(work.quickbooks_id or "")
            if found is None:
                intents += _remove_unseen(session, work, "Invoice", "void")
                continue
            if found[0].gone:
                _already_gone(session, work)
                continue
            facts, body = found
            paid_by = [link.txn_id for link in facts.links if link.txn_type == "Payment"]
            if paid_by:
                counts["listed"] += 1
                detail = (
                    f"It was voided in Caspen, but in QuickBooks payment {', '.join(paid_by)} stands on it; "
                    "voiding it there would leave that money unapplied. Remove or move the payment in "
                    "QuickBooks, then Retry."
                )
                list_problems(session, work, [Problem("changed_in_quickbooks", detail)])
            elif not _was_changed(session, work, facts, counts):
                sent = {"Id": str(body["Id"]), "SyncToken": str(body["SyncToken"])}
                intents.append(Intent(work.kind, work.id, Step.REMOVE, "Invoice", "void", sent, work.version))
        _carry_out(session, intents, counts, "invoices_voided")


def _read(session: Session, entity: str, ids: Sequence[str | None]) -> dict[str, tuple[DocumentFacts, Body]]:
    wanted = [quickbooks_id for quickbooks_id in ids if quickbooks_id]
    bodies = fetch_by_id(session, entity, wanted)
    return {quickbooks_id: (read_facts(entity, body), body) for quickbooks_id, body in bodies.items()}


def _remove_unseen(session: Session, work: Document, entity: str, operation: str) -> list[Intent]:
    """
    What no query shows is not known to be gone: it is removed as it was last seen.

    Where it is gone QuickBooks says so; where it only was not shown, the sync token makes sure that nobody
    changed it since.
    """
    if work.quickbooks_id is None or work.as_posted is None:
        _already_gone(session, work)
        return []
    sent = {"Id": work.quickbooks_id, "SyncToken": work.as_posted.sync_token}
    return [Intent(work.kind, work.id, Step.REMOVE, entity, operation, sent, work.version)]


def _delete(key: DocumentKey, step: Step, entity: str, body: Body, version: str) -> Intent:
    sent = {"Id": str(body["Id"]), "SyncToken": str(body["SyncToken"])}
    return Intent(key.kind, key.id, step, entity, "delete", sent, version)


def _carry_out(session: Session, intents: Sequence[Intent], counts: Counter[str], name: str) -> None:
    if intents:
        outcomes = send(session, intents, record) + settle(session)
        counts[name] += sum(outcome.answer.ok for outcome in outcomes)


def _already_gone(session: Session, work: Document) -> None:
    """It is void there already: somebody was faster, or a lost answer meant success."""
    with session.store.transaction():
        session.store.links.mark_removed(work.key)
        session.store.links.note_event(work.key, "was gone from QuickBooks")
        session.store.documents.mark_synced(work.key, work.version)
        session.store.unsynced.resolve(work.key, resolution="gone on both sides")


def _was_changed(session: Session, work: Document, facts: DocumentFacts, counts: Counter[str]) -> bool:
    changed = drift(work.as_posted, facts) if work.as_posted else ()
    if not changed:
        return False
    counts["listed"] += 1
    what = "; ".join(str(difference) for difference in changed)
    detail = f"Caspen no longer has it, but somebody edited it in QuickBooks: {what}."
    list_problems(session, work, [Problem("changed_in_quickbooks", detail)])
    return True
