"""What is new since the watcher last looked: "Events first" in docs/architecture.md.

What there is to do stands in the databases, and what was announced is only remembered by the process that
watches. So one that is killed forgets nothing but that it announced: the next one announces once more, which
finds nothing to do. And what an event lost is announced again until a run has begun.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

REPEAT_FIRST = timedelta(minutes=2)
"""What was announced, and no run has begun since: an event was lost, or the DAG is off or full."""
REPEAT_MOST = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Watched:
    """Where one connected practice stands. Times have a zone; all but ``position`` are our clock's."""

    workspace_id: int
    now: datetime
    position: datetime | None
    """How far Caspen was read, by Caspen's clock; None before the first run."""
    posted_at: datetime | None
    """When the last run began."""
    imported_at: datetime | None
    touched_at: datetime | None
    """When QuickBooks last reported anything but a payment."""
    reported_at: datetime | None
    """When it last reported a payment that is not ours."""
    asked_at: datetime | None
    """When the import last asked for everything new."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved in Caspen since a practice's position."""

    workspace_id: int
    moved: int
    """Rows."""
    newest: datetime


class Mark(NamedTuple):
    """What tells new work from work that was announced."""

    newest: datetime | None = None
    moved: int = 0
    reported: datetime | None = None


@dataclass(frozen=True, slots=True)
class Announced:
    mark: Mark
    at: datetime
    times: int = 1


Memory = Mapping[tuple[str, int], Announced]
"""By job and workspace: what the process that watches announced last."""


@dataclass(frozen=True, slots=True)
class News:
    post: tuple[int, ...] = ()
    """Workspaces."""
    imports: tuple[int, ...] = ()
    memory: Memory = field(default_factory=dict)


def decide_news(watched: Mapping[int, Watched], moved: Mapping[int, Moved], memory: Memory) -> News:
    """:param moved: Absent: nothing did. :param memory: As the last look left it; empty at the start."""
    kept: dict[tuple[str, int], Announced] = {}
    found: dict[str, list[int]] = {"post": [], "import": []}
    for id_, one in watched.items():
        for job, mark, began in (
            ("post", _mark_of_post(one, moved.get(id_)), one.posted_at),
            ("import", _mark_of_import(one), one.imported_at),
        ):
            known = memory.get((job, id_))
            if mark is None:
                continue
            if known is None or _is_newer(mark, known.mark):
                kept[job, id_] = Announced(mark, one.now)
            elif _is_unserved(known, began, one.now):
                kept[job, id_] = Announced(mark, one.now, known.times + 1)
            else:
                kept[job, id_] = Announced(mark, known.at, known.times)
                continue
            found[job].append(id_)
    return News(tuple(found["post"]), tuple(found["import"]), kept)


def _mark_of_post(one: Watched, moved: Moved | None) -> Mark | None:
    """None: nothing to do."""
    touched = one.touched_at
    if touched is not None and one.posted_at is not None and touched <= one.posted_at:
        touched = None
    if moved is None and touched is None:
        return None
    return Mark(moved.newest if moved else None, moved.moved if moved else 0, touched)


def _mark_of_import(one: Watched) -> Mark | None:
    reported = one.reported_at
    if reported is None or (one.asked_at is not None and reported <= one.asked_at):
        return None
    return Mark(reported=reported)


def _is_newer(mark: Mark, known: Mark) -> bool:
    """A row that a longer transaction shows late bears an old time: then there are more of them."""
    return (
        _after(mark.newest, known.newest)
        or _after(mark.reported, known.reported)
        or (mark.newest == known.newest and mark.moved > known.moved)
    )


def _after(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one > other)


def _is_unserved(known: Announced, began: datetime | None, now: datetime) -> bool:
    if began is not None and began >= known.at:
        return False
    pause = REPEAT_FIRST * (1 << min(known.times - 1, 10))
    return now - known.at >= min(pause, REPEAT_MOST)
