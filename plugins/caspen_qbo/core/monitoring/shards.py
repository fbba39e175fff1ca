"""Practices with work, shared out over the tasks of a run: "Work in shards" in docs/architecture.md.

Airflow refuses more than 1,024 tasks of one kind in a run, slows from some hundreds on, and starts none for
less than a fifth of a second. So a task works on several practices, one after the other, or alongside one
that takes long.
"""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FEW = 10
"""So many practices have a task each: the grid then shows how each of them fares."""
SHARD_SECONDS = 60.0
"""How much estimated work is put together; also about the longest that a practice waits for the others."""
ALONE_SECONDS = 30.0
"""A practice with so much work is alone in its shard."""
TROUBLED_TOGETHER = 10
"""Practices in one shard whose last run failed: how long such a one takes is anyone's guess."""
SHARDS_MAX = 200
"""Tasks of one kind in a run, whatever the number of practices."""
_LARGE_SHARE, _TROUBLED_SHARE = 0.4, 0.1
"""Of the shards, where there would be more than that of a kind."""

IDLE_SECONDS = 0.2
"""A run that finds nothing to do."""
DOCUMENT_SECONDS = 0.1
"""A document among others: mapped, sent in a batch, recorded."""
UNKNOWN_SECONDS = 1.0
"""A job that a practice has never had."""


@dataclass(frozen=True, slots=True)
class Work:
    """One practice that a run is for."""

    workspace_id: int
    name: str
    seconds: float
    """Estimated."""
    troubled: bool = False
    """Its last run failed."""


Shard = tuple[Work, ...]


def estimate_seconds(documents: int) -> float:
    """How long posting takes a practice with so many documents to look at."""
    return IDLE_SECONDS + DOCUMENT_SECONDS * documents


def plan_shards(work: Iterable[Work], *, few: int = FEW, shards_max: int = SHARDS_MAX) -> tuple[Shard, ...]:
    """Every practice in one shard, and at most ``shards_max`` shards, at least 3. A large practice is alone,
    and the troubled share none with the sound, as long as there are shards enough for that. In a shard
    the small ones come first; of the shards, those of small practices, then the large, then the troubled.

    :param few: So many practices have a shard each, whatever they are.
    """
    ordered = sorted(work, key=lambda one: (one.seconds, one.workspace_id))
    if len(ordered) <= min(few, shards_max):
        return tuple((one,) for one in sorted(ordered, key=lambda one: one.workspace_id))
    troubled = [one for one in ordered if one.troubled]
    large = [one for one in ordered if not one.troubled and one.seconds >= ALONE_SECONDS]
    small = [one for one in ordered if not one.troubled and one.seconds < ALONE_SECONDS]
    of_troubled, of_large = -(-len(troubled) // TROUBLED_TOGETHER), len(large)
    of_small = -(-sum(one.seconds for one in small) // SHARD_SECONDS)
    if of_small + of_large + of_troubled > shards_max:
        of_troubled = min(of_troubled, max(1, int(shards_max * _TROUBLED_SHARE)))
        of_large = min(of_large, max(1, int(shards_max * _LARGE_SHARE)))
        of_small = min(of_small, shards_max - of_large - of_troubled)
    groups = ((small, of_small), (large, of_large), (troubled, of_troubled))
    return tuple(shard for group, number in groups for shard in _spread(group, int(number)))


def _spread(work: Sequence[Work], number: int) -> list[Shard]:
    """Over so many shards, as evenly as the largest first allows; none is empty."""
    shards: list[list[Work]] = [[] for _ in range(min(max(number, 1), len(work)))]
    heap = [(0.0, 0, index) for index in range(len(shards))]
    for one in reversed(work):
        seconds, members, index = heap[0]
        shards[index].append(one)
        heapq.heapreplace(heap, (seconds + one.seconds, members + 1, index))
    return [tuple(reversed(shard)) for shard in shards]
