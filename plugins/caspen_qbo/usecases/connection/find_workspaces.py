"""Which practices a run is for: the connected ones, without those where there is nothing to do."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from caspen_qbo import settings
from caspen_qbo.core.importing.rhythm import Rhythm, decide_when_to_ask
from caspen_qbo.core.monitoring.shards import IDLE_SECONDS, UNKNOWN_SECONDS, Work, estimate_seconds
from caspen_qbo.core.records import Workspace
from caspen_qbo.errors import ConfigurationError, NotConnectedError
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.hooks.store import Store
from caspen_qbo.hooks.store.monitoring.practices import Standing
from caspen_qbo.usecases.shared.reads import read_budget
from caspen_qbo.wording import zone_of

POST_AT_LEAST_EVERY = timedelta(hours=3)
"""A practice where nothing happens is run this often, so that its ledger and its heartbeat are fresh.
What moves is seen by the watcher and by each scheduled run, however long ago a practice had its turn."""

EARLY = timedelta(minutes=4)
"""Runs start every quarter of an hour, some seconds apart: what is due by then does not wait for the next."""

POST = "post"


@dataclass(frozen=True, slots=True)
class Found:
    """Every workspace that was ever connected and still is meant to be, in one of three places."""

    due: tuple[Work, ...]
    idle: tuple[int, ...] = ()
    """Nothing changed since the last run and nothing is left to do."""
    waiting: tuple[tuple[int, str], ...] = ()
    """Nothing can be done before a person reconnects: id and name."""


def find_workspaces(
    store: Store,
    billing: CaspenBilling,
    *,
    job: str = POST,
    only: int | None = None,
    only_with_work: bool = False,
    only_to_ask: bool = False,
    among: Collection[int] | None = None,
) -> Found:
    """A few statements to our database and Caspen's, by index, however many practices there are.

    :param job: Of which the last run says how long the next one takes.
    :param only_with_work: Those where a post run would do something.
    :param only_to_ask: Those whose import is due to ask QuickBooks.
    :param among: Those of these that are connected, whether or not they seem to have work.
    :param only: This one, whether or not it has work.
    :raises NotConnectedError: it was asked for by id and cannot be worked on.
    :raises ConfigurationError: Caspen does not know it.
    """
    standing = store.practices.fetch_standing(job, max_age=POST_AT_LEAST_EVERY, only=only)
    ids = [one.workspace_id for one in standing] if only is None else [only]
    workspaces = billing.fetch_workspaces(ids)
    names = {id_: workspace.name for id_, workspace in workspaces.items()}
    if only is not None:
        _check_asked(only, standing, names)
    connected = [one for one in standing if one.connected]
    due = connected if among is None else [one for one in connected if one.workspace_id in among]
    moved = _count_changes(billing, due) if job == POST else {}
    if among is None and only is None and only_with_work:
        due = [one for one in due if _has_work(one, moved.get(one.workspace_id, 0))]
    if among is None and only is None and only_to_ask:
        to_ask = find_to_ask(store, workspaces.values(), datetime.now(UTC))
        due = [one for one in due if one.workspace_id in to_ask]
    kept = {one.workspace_id for one in due}
    return Found(
        tuple(
            Work(
                one.workspace_id,
                _name(names, one.workspace_id),
                _estimate(job, one, moved.get(one.workspace_id, 0)),
                one.failed,
            )
            for one in due
        ),
        tuple(one.workspace_id for one in connected if one.workspace_id not in kept),
        tuple((one.workspace_id, _name(names, one.workspace_id)) for one in standing if not one.connected),
    )


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


def _check_asked(only: int, standing: Iterable[Standing], names: Mapping[int, str]) -> None:
    if only not in names:
        raise ConfigurationError(f"workspace {only}: Caspen has no such workspace.")
    if not any(one.connected for one in standing):
        raise NotConnectedError(
            f"workspace {only}: not connected to QuickBooks, or waiting to be reconnected."
        )


def _name(names: Mapping[int, str], workspace_id: int) -> str:
    return names.get(workspace_id, f"workspace {workspace_id}")


def _count_changes(billing: CaspenBilling, standing: Sequence[Standing]) -> Mapping[int, int]:
    """Rows that moved in Caspen since it was last read, by workspace; absent: none, or it never was."""
    overlap = timedelta(seconds=settings.CASPEN_CURSOR_OVERLAP_SECONDS)
    since = {one.workspace_id: one.position - overlap for one in standing if one.position is not None}
    return billing.count_changes(since)


def _has_work(one: Standing, moved: int) -> bool:
    """Whether a post run would do anything, or is due anyhow."""
    return one.must_run or one.position is None or one.documents + moved > 0


def _estimate(job: str, one: Standing, moved: int) -> float:
    if job == POST:
        return estimate_seconds(one.documents + moved)
    return UNKNOWN_SECONDS if one.seconds is None else max(IDLE_SECONDS, one.seconds)
