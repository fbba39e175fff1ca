"""Carrying decisions out: what follows at once is recorded, what is to be written goes to QuickBooks."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from caspen_qbo.core.documents import read_facts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.decide import Decided
from caspen_qbo.core.posting.decide.credits import ApplicationSituation
from caspen_qbo.core.posting.decide.decisions import (
    NO_INVOICE,
    UNREADABLE,
    AlreadyApplied,
    AlreadyEqual,
    AlreadyGone,
    Apply,
    Create,
    Decision,
    Hold,
    HoldDifferent,
    LinkExisting,
    Remove,
    Unreadable,
    Update,
    Wait,
)
from caspen_qbo.core.posting.decide.payments import PaymentSituation
from caspen_qbo.core.posting.decide.removals import RemovalSituation
from caspen_qbo.core.posting.decide.sales import SaleSituation
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.core.writes import ENTITY, Step
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.posting.carrying_out.answers import read_outcomes
from caspen_qbo.usecases.posting.carrying_out.writes import map_writes
from caspen_qbo.usecases.posting.customers import Resolution, create_customers
from caspen_qbo.usecases.posting.state import Posting
from caspen_qbo.usecases.sending.own_voids import free_numbers
from caspen_qbo.usecases.sending.resolve import resolve_unconfirmed
from caspen_qbo.usecases.sending.send import send
from caspen_qbo.usecases.shared.changes import Changes
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import restage


def carry_out(posting: Posting, decided: Sequence[Decided]) -> None:
    """Record, create customers, send, and correct once what QuickBooks computed otherwise.

    :raises StopError: nobody can write to this company now; what was sent before is recorded.
    :raises RetryError: try again later; nothing is lost.
    """
    session, counts = posting.session, posting.counts
    changes = Changes()
    for situation, decision in decided:
        _record(posting, changes, situation.document, decision)
    changes.held |= _find_waiting(decided)
    changes.readable = _find_readable(session, decided)
    changes.write(session)
    _save_shown(session, decided)
    decided = _free_numbers(session, decided, counts)
    writes = map_writes(session, decided, _create_customers(session, decided, counts))
    if not writes:
        return
    if undone := sum(isinstance(s, ApplicationSituation) and isinstance(d, Remove) for s, d in decided):
        counts["auto_applied_undone"] += undone
    outcomes = send(session, writes) + resolve_unconfirmed(session)
    corrections = read_outcomes(posting, decided, outcomes)
    if corrections:
        counts["corrected"] += len(corrections)
        send(session, corrections)
        resolve_unconfirmed(session)
    taken_back = [s.document.invoice_id for s, d in decided if isinstance(d, Remove) and d.step is Step.UNDO]
    if taken_back:  # without its payment in QuickBooks, an allocation may no longer have to go
        restage(session, taken_back)


def _record(posting: Posting, changes: Changes, document: Document, decision: Decision) -> None:
    """What follows from a decision without asking QuickBooks."""
    counts = posting.counts
    match decision:
        case Hold(problems):
            counts["listed"] += 1
            changes.hold(document, problems)
        case HoldDifferent(error_key, differences, lead):
            counts["listed"] += 1
            changes.list_differences(document, error_key, differences, lead=lead)
        case AlreadyEqual(facts):
            changes.mark_equal(document, facts)
        case LinkExisting(facts, equal):
            counts["relinked"] += 1
            posting.relinked_invoices.add(document.invoice_id)
            changes.link(document, facts, origin="caspen")
            changes.note(document, "linked again by its mark", facts.quickbooks_id)
            if equal and document.kind is not DocumentKind.CREDIT_NOTE:
                changes.mark_synced(document)
        case AlreadyApplied(application_id):
            counts["credit_notes_applied"] += document.total != 0
            changes.applied.append((document.key, application_id))
            changes.mark_synced(document)
        case AlreadyGone():
            changes.mark_gone(document)
        case Unreadable(detail):
            counts["listed"] += 1
            changes.listings.append(Listing(document, UNREADABLE, detail, blocks=False))
        case Create() | Update() | Apply() | Remove() | Wait():
            pass


def _find_waiting(decided: Iterable[Decided]) -> dict[DocumentKey, list[str]]:
    """What waits for its invoice is not held by what held it before, a dead connection for one; that two
    receipts are not one, a person said.
    """
    return {s.document.key: ["overpayment"] for s, decision in decided if decision == NO_INVOICE}


def _find_readable(session: Session, decided: Iterable[Decided]) -> list[DocumentKey]:
    """Listed because QuickBooks did not show them, and decided from what it shows now."""
    shown: dict[DocumentKind, set[int]] = {}
    for situation, decision in decided:
        if not isinstance(decision, Unreadable | Wait):
            shown.setdefault(situation.document.kind, set()).add(situation.document.id)
    fetch = session.store.unsynced.fetch_open_ids
    return [DocumentKey(kind, id_) for kind, ids in shown.items() for id_ in fetch(kind, ids, UNREADABLE)]


def _save_shown(session: Session, decided: Iterable[Decided]) -> None:
    """What QuickBooks holds of the documents just listed: a person decides about what is shown there."""
    memos = [
        situation.memo
        for situation, decision in decided
        if isinstance(decision, Hold | HoldDifferent)
        and isinstance(situation, ApplicationSituation)
        and situation.memo is not None
    ]
    shown = [
        read_facts(ENTITY[situation.document.kind], situation.there)
        for situation, decision in decided
        if isinstance(decision, Hold | HoldDifferent)
        and isinstance(situation, SaleSituation | PaymentSituation | RemovalSituation)
        and situation.there is not None
        and str(situation.there["Id"]) == situation.document.quickbooks_id  # not what applies a credit
    ]
    session.store.snapshot.save(session.realm_id, [*memos, *shown], datetime.now(UTC), session.home_currency)


def _free_numbers(session: Session, decided: Sequence[Decided], counts: Counter[str]) -> Sequence[Decided]:
    """What can go on once our own voids have given up their numbers."""
    voids = {
        situation.document.key: (situation.document, decision.voids)
        for situation, decision in decided
        if isinstance(decision, Create | Update) and decision.voids
    }
    if not voids:
        return decided
    held = free_numbers(session, voids)
    counts["numbers_freed"] += len(voids.keys() - held)
    return [(situation, decision) for situation, decision in decided if situation.document.key not in held]


def _create_customers(session: Session, decided: Iterable[Decided], counts: Counter[str]) -> Resolution:
    choices = {
        decision.customer.client.id: decision.customer
        for _, decision in decided
        if isinstance(decision, Create | Update) and decision.customer is not None
    }
    resolution = create_customers(session, choices.values()) if choices else Resolution()
    counts["customers_created"] += resolution.created
    held = Changes()
    for situation, decision in decided:
        if isinstance(decision, Create | Update) and decision.customer is not None:
            if problem := resolution.problems.get(decision.customer.client.id):
                counts["listed"] += 1
                held.hold(situation.document, [problem])
    held.write(session)
    return resolution
