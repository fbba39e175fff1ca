"""Closing and reopening a month."""

import logging
from dataclasses import dataclass
from datetime import datetime

from caspen_qbo.core.closing.checklist import check_month
from caspen_qbo.core.closing.month import Month
from caspen_qbo.core.closing.stored import Check, MonthPack
from caspen_qbo.core.records import Workspace
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.store import WorkspaceStore
from caspen_qbo.hooks.store.closing.months import Close
from caspen_qbo.usecases.closing.collect import NOT_KEPT, collect_pack
from caspen_qbo.usecases.closing.facts import read_facts
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)

NOTE_MAX = 1000


@dataclass(frozen=True, slots=True)
class MonthState:
    """A month as it stands: closed with what changed since, or what is missing."""

    month: Month
    closed: Close | None
    """None: it is open."""
    checks: tuple[Check, ...]
    history: tuple[Close, ...]
    """Every time it was closed, the last first."""

    @property
    def missing(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.met)

    @property
    def good(self) -> bool:
        """Closed and unchanged, or ready to be closed."""
        return not self.closed.changed if self.closed else not self.missing


def read_month(
    store: WorkspaceStore, workspace: Workspace, session: Session | None, month: Month, now: datetime
) -> MonthState:
    """Reads only, and asks QuickBooks nothing.

    :param session: None where the practice is not connected.
    """
    connection = store.setup.fetch_connection()
    history = store.months.fetch_closes(connection.realm_id, month.first) if connection else ()
    closed = next((one for one in history if one.reopened_at is None), None)
    facts = read_facts(store, workspace, session, month, now)
    return MonthState(month, closed, check_month(facts), history)


def close_month(session: Session, month: Month, now: datetime, *, who: str, note: str = "") -> MonthPack:
    """Sign the figures up to the month's last day as the kept reconciliation saw them, and store the pack.

    :raises ConfigurationError: something is missing, or the month is closed already.
    """
    note = note.strip()[:NOTE_MAX]
    store = session.store
    with store.transaction():
        frozen = store.sign_off.lock_frozen()  # a reconciliation that would replace the figures waits
        if any(one.reopened_at is None for one in store.months.fetch_closes(session.realm_id, month.first)):
            raise ConfigurationError(f"{month.words} is closed already. Reopen it first to close it again.")
        pack = collect_pack(session, month, now, closed_by=who, note=note)
        if pack.unmet:
            missing = " ".join(f"{check.title}: {check.found} {check.missing}" for check in pack.unmet)
            raise ConfigurationError(f"{month.words} cannot be closed yet. {missing}")
        if frozen is None or frozen.run_id != pack.run_id:
            raise ConfigurationError(NOT_KEPT)
        earlier = store.sign_off.fetch_sign_offs(session.realm_id, 1)
        through = max(month.last, earlier[0].through) if earlier else month.last
        signed = store.sign_off.sign_further(frozen, who=who, through=through)
        store.months.close(pack, signed.sign_off_id)
    log.info("closed workspace=%d month=%s run=%s", session.workspace_id, month, pack.run_id)
    return pack


def reopen_month(store: WorkspaceStore, month: Month, *, who: str, reason: str) -> None:
    """Open a closed month again; how it was closed stays on record.

    :raises ConfigurationError: no reason is given, or the month is not closed.
    """
    reason = reason.strip()[:NOTE_MAX]
    if not reason:
        raise ConfigurationError("Say why the month is reopened: it is kept with the record of the closing.")
    if not store.months.reopen(month.first, who=who, reason=reason):
        raise ConfigurationError(f"{month.words} is not closed.")
    log.info("reopened workspace=%d month=%s", store.workspace_id, month)


def read_pack(store: WorkspaceStore, session: Session | None, month: Month, now: datetime) -> MonthPack:
    """The stored pack of a closed month; of an open one a draft, made now.

    :raises ConfigurationError: it is open, and there is nothing to make a draft of.
    """
    connection = store.setup.fetch_connection()
    stored = store.months.fetch_pack(connection.realm_id, month.first) if connection else None
    if stored is not None:
        return stored
    if session is None:
        raise ConfigurationError(
            f"{month.words} is not closed, and the practice is not connected to QuickBooks."
        )
    with store.transaction():
        return collect_pack(session, month, now)
