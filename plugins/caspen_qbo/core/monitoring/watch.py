"""What is new since the watcher last looked: "Events first" in docs/architecture.md.

What there is to do stands in the databases, and what was announced is only remembered by the process that
watches. So one that is killed forgets nothing but that it announced: the next one announces once more, which
finds nothing to do. And what an event lost is announced again until a run has begun.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

REPEAT_FIRST = timedelta(minutes=2)
"""What was announced, and no run has begun since: an event was lost, or the DAG is off or full."""
REPEAT_MOST = timedelta(minutes=30)

LOOK_SHARE = 20
"""The watcher pauses so many times as long as a look takes: it looks for a twentieth of the time at most."""
LOOKS_KEPT = 5
"""Of which the shortest says how long one takes: the first of a process, and those that the machine held up,
took longer."""


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


class MovedRow(NamedTuple):
    """A row of Caspen's that moved, as it stands."""

    workspace_id: int
    kind: str
    """invoice, credit_note or payment; of a payment each allocation is a row."""
    id: int
    updated_at: datetime


Moved = Mapping[int, frozenset[MovedRow]]
"""What moved in Caspen since each practice's position, by workspace; absent: nothing did."""


class Mark(NamedTuple):
    """What tells new work from work that was announced."""

    rows: frozenset[MovedRow] = frozenset()
    touched: datetime | None = None
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


def decide_pause(seconds: float, looks: Sequence[float]) -> float:
    """Until the next look, in seconds.

    :param seconds: The least.
    :param looks: How long the last ones took, at most ``LOOKS_KEPT``. One alone says nothing yet.
    """
    return max(seconds, LOOK_SHARE * min(looks)) if len(looks) > 1 else seconds


def plan_look(
    watched: Mapping[int, Watched], busy: Collection[int], overlap: timedelta
) -> dict[int, datetime]:
    """Since when to ask Caspen what moved, by workspace, where no run is at work.

    :param overlap: Rows may become visible so long after the time they bear.
    """
    return {
        id_: one.position - overlap
        for id_, one in watched.items()
        if one.position is not None and id_ not in busy
    }


def leave_taken_in(rows: Iterable[MovedRow], taken_in: Collection[MovedRow], most: int) -> Moved:
    """What our bookkeeping has not taken in yet.

    :param rows: Of each kind the newest ones of a practice, up to ``most``. Where there are so many, older
        ones may be hidden behind them: then none is left out, and one run too many finds nothing.
    """
    found = list(rows)
    of_kind = Counter((row.workspace_id, row.kind) for row in found)
    many = {workspace_id for (workspace_id, _), number in of_kind.items() if number >= most}
    moved: dict[int, set[MovedRow]] = {}
    for row in found:
        if row.workspace_id in many or row not in taken_in:
            moved.setdefault(row.workspace_id, set()).add(row)
    return {id_: frozenset(rows) for id_, rows in moved.items()}


def decide_news(
    watched: Mapping[int, Watched], moved: Moved, memory: Memory, busy: Collection[int] = frozenset()
) -> News:
    """:param memory: As the last look left it; empty at the start.
    :param busy: Where a run is at work. It may have read Caspen before the row that is new, and an event is
        left to it: what is new there is announced once it has ended.
    """
    kept: dict[tuple[str, int], Announced] = {}
    found: dict[str, list[int]] = {"post": [], "import": []}
    for id_, one in watched.items():
        for job, mark, began in (
            ("post", _mark_of_post(one, moved.get(id_, frozenset())), one.posted_at),
            ("import", _mark_of_import(one), one.imported_at),
        ):
            known = memory.get((job, id_))
            if id_ in busy:
                kept |= {(job, id_): known} if known else {}
                continue
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


def _mark_of_post(one: Watched, rows: frozenset[MovedRow]) -> Mark | None:
    """None: nothing to do."""
    touched = one.touched_at
    if touched is not None and one.posted_at is not None and touched <= one.posted_at:
        touched = None
    return Mark(rows, touched) if rows or touched is not None else None


def _mark_of_import(one: Watched) -> Mark | None:
    reported = one.reported_at
    if reported is None or (one.asked_at is not None and reported <= one.asked_at):
        return None
    return Mark(reported=reported)


def _is_newer(mark: Mark, known: Mark) -> bool:
    """By the rows themselves: one that a longer transaction shows late bears an old time."""
    return (
        not mark.rows <= known.rows
        or _after(mark.touched, known.touched)
        or _after(mark.reported, known.reported)
    )


def _after(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one > other)


def _is_unserved(known: Announced, began: datetime | None, now: datetime) -> bool:
    if began is not None and began >= known.at:
        return False
    pause = REPEAT_FIRST * (1 << min(known.times - 1, 10))
    return now - known.at >= min(pause, REPEAT_MOST)
