"""Sign-off: a person's word that the figures up to a day are right, and the watch over what they signed."""

import logging
from dataclasses import dataclass
from datetime import date, datetime

from caspen_qbo.core.reconciling.sign_off import default_through, refuse_through
from caspen_qbo.core.reconciling.stored import Side, SignedChange, SignedPeriods
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.store import WorkspaceStore
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.wording import KIND_WORDS, money

log = logging.getLogger(__name__)

SIGN_OFFS_SHOWN = 12
CHANGES_MAX = 5000
"""Changed documents stored with a run; beyond that the report says how many there are."""
NOTIFIED_MAX = 50


@dataclass(frozen=True, slots=True)
class Signed:
    through: date
    documents: int
    """Whose figures were recorded: not signed before, or changed since."""


def sign_off(
    store: WorkspaceStore,
    run_id: str,
    *,
    who: str,
    run_day: date,
    through: date | None = None,
) -> Signed:
    """Record the figures of every document dated up to a day, as that run saw them. What was signed before
    and still stands is left as it is; what changed since is signed again, and needs no more attention.

    :param run_day: The run's day in the practice's time zone.
    :param through: None: the end of the month before, or what is signed already where that is later.
    :raises ConfigurationError: a later run has read both sides since; the day cannot be signed; the run is
        signed already.
    """
    with store.transaction():
        frozen = store.sign_off.lock_frozen()
        if frozen is None or frozen.run_id != run_id:
            raise ConfigurationError(
                "Only the latest reconciliation can be signed: what this one saw of both sides is no longer "
                "kept. Open the latest run and sign that one, or run Reconcile once more."
            )
        earlier = store.sign_off.fetch_sign_offs(frozen.realm_id, 1)
        signed_through = earlier[0].through if earlier else None
        through = through or default_through(run_day, signed_through)
        if why := refuse_through(through, run_day, signed_through):
            raise ConfigurationError(why)
        documents = store.sign_off.sign(frozen, who=who, through=through)
        if documents is None:
            raise ConfigurationError("This run was signed off already.")
    log.info(
        "signed workspace=%s run=%s through=%s documents=%s", store.workspace_id, run_id, through, documents
    )
    return Signed(through, documents)


def watch_signed(session: Session) -> SignedPeriods:
    """What changed since it was signed, for the report. Call inside the transaction that finishes the run."""
    store, realm_id = session.store.sign_off, session.realm_id
    if not store.fetch_sign_offs(realm_id, 1):
        return SignedPeriods()
    store.find_changes(realm_id)
    session.store.months.find_changes(realm_id)
    found = store.fetch_changes(realm_id, CHANGES_MAX)
    return SignedPeriods(store.fetch_sign_offs(realm_id, SIGN_OFFS_SHOWN), found.changes, found.in_all)


@dataclass(frozen=True, slots=True)
class UnnotifiedChanges:
    """What changed in signed periods and nobody was notified of yet."""

    documents: int
    text: str
    """One line a document, the first NOTIFIED_MAX of them."""
    until: datetime


def unnotified_changes(store: WorkspaceStore) -> UnnotifiedChanges | None:
    """None: there are none. Call :func:`mark_notified` once people were notified."""
    connection = store.setup.fetch_connection()
    if connection is None:
        return None
    found = store.sign_off.fetch_changes(connection.realm_id, NOTIFIED_MAX, unnotified=True)
    if found.last_seen_at is None:
        return None
    lines = [_line(change) for change in found.changes]
    if more := found.in_all - len(lines):
        lines.append(f"and {more} more: see the report.")
    return UnnotifiedChanges(found.in_all, "\n".join(lines), found.last_seen_at)


def mark_notified(store: WorkspaceStore, changes: UnnotifiedChanges) -> None:
    store.sign_off.mark_notified(changes.until)


def _line(change: SignedChange) -> str:
    sides = "; ".join(
        f"{name} {_total(signed)} signed, {_total(now)} now"
        for name, signed, now in (
            ("Caspen", change.signed.caspen, change.now.caspen),
            ("QuickBooks", change.signed.quickbooks, change.now.quickbooks),
        )
    )
    signature = f"up to {change.through} signed by {change.signer}"
    return f"{KIND_WORDS[change.kind][0]} {change.number}: {sides} ({signature})"


def _total(side: Side) -> str:
    return money(side.total) if side.there else "nothing"
