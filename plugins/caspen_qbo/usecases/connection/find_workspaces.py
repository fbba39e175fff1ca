"""Which practices a run is for: the connected ones, without those where there is nothing to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from caspen_qbo import settings
from caspen_qbo.core.importing.rhythm import Rhythm, decide_when_to_ask
from caspen_qbo.core.records import Workspace
from caspen_qbo.errors import ConfigurationError, NotConnectedError
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.hooks.store import Store, WorkspaceStore
from caspen_qbo.usecases.shared.reads import read_budget
from caspen_qbo.usecases.shared.staging import CURSOR
from caspen_qbo.wording import zone_of

POST_AT_LEAST_EVERY = timedelta(hours=1)
"""A practice where nothing happens is run this often, so that its ledger and its heartbeat are fresh."""

EARLY = timedelta(minutes=4)
"""Runs start every quarter of an hour, some seconds apart: what is due by then does not wait for the next."""

Named = tuple[int, str]
"""A workspace's id and name."""


@dataclass(frozen=True, slots=True)
class Found:
    """Every workspace that was ever connected and still is meant to be, in one of three places."""

    due: tuple[Named, ...]
    idle: tuple[Named, ...] = ()
    """Nothing changed since the last run and nothing is left to do."""
    waiting: tuple[Named, ...] = ()
    """Nothing can be done before a person reconnects."""


def find_workspaces(
    store: Store,
    billing: CaspenBilling,
    *,
    only: int | None = None,
    only_with_work: bool = False,
    only_to_ask: bool = False,
) -> Found:
    """Reads by index: some milliseconds for each practice. ``only`` is found whether or not it has work.

    :param only_with_work: Those where a post run would do something.
    :param only_to_ask: Those whose import is due to ask QuickBooks.
    :raises NotConnectedError: it was asked for by id and cannot be worked on.
    :raises ConfigurationError: Caspen does not know it.
    """
    ids = store.practices.fetch_connected()
    workspaces = billing.fetch_workspaces(None)
    names = {workspace.id: workspace.name for workspace in workspaces.values()}
    if only is not None:
        if only not in names:
            raise ConfigurationError(f"workspace {only}: Caspen has no such workspace.")
        if only not in ids:
            raise NotConnectedError(
                f"workspace {only}: not connected to QuickBooks, or waiting to be reconnected."
            )
        return Found(((only, names[only]),))

    def named(workspace_ids: Iterable[int]) -> tuple[Named, ...]:
        return tuple((id_, names.get(id_, f"workspace {id_}")) for id_ in workspace_ids)

    waiting = named(store.practices.fetch_awaiting_reconnection())
    due = [id_ for id_ in ids if not only_with_work or _has_work(store.for_workspace(id_), billing)]
    if only_to_ask:
        to_ask = find_to_ask(store, workspaces.values(), datetime.now(UTC))
        due = [id_ for id_ in due if id_ in to_ask]
    return Found(named(due), named(id_ for id_ in ids if id_ not in due), waiting)


def find_to_ask(store: Store, workspaces: Iterable[Workspace], now: datetime) -> set[int]:
    """Whose import is due to ask. Three statements, whatever the number of practices."""
    rhythm = Rhythm(
        timedelta(minutes=settings.ASK_MINUTES), time(settings.OPENS_HOUR), time(settings.CLOSES_HOUR)
    )
    zones = {workspace.id: zone_of(workspace.time_zone) for workspace in workspaces}
    budget = read_budget(store.meter).budget
    return {
        workspace_id
        for workspace_id, asked in store.practices.fetch_asked().items()
        if decide_when_to_ask(asked, rhythm, zones.get(workspace_id, ZoneInfo("UTC")), budget) <= now + EARLY
    }


def _has_work(store: WorkspaceStore, billing: CaspenBilling) -> bool:
    """Whether a post run would do anything, or is due anyhow."""
    if store.activity.is_post_due(max_age=POST_AT_LEAST_EVERY):
        return True
    position, _ = store.documents.fetch_cursor(CURSOR) or (None, ())
    if position is None:
        return True
    since = position - timedelta(seconds=settings.CASPEN_CURSOR_OVERLAP_SECONDS)
    changes = billing.fetch_changes(store.workspace_id, since)
    return bool(changes.invoice_ids or changes.credit_note_ids or changes.allocation_ids)
