"""How far Caspen's changes have been read for certain: "Two cursors" in docs/architecture.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Horizon:
    """One look at Caspen's database."""

    now: datetime
    """Its clock, read before the transaction numbers."""
    oldest_open: int
    """No transaction below this number is still open (``pg_snapshot_xmin``)."""
    next_number: int
    """Our own number, above all that had begun to write; ``pg_snapshot_xmax`` only passes what *ended*."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A clock reading that becomes the cursor once every transaction below ``next_number`` has ended."""

    at: datetime
    next_number: int


CHECKPOINTS_MAX = 64
"""Looks remembered while one transaction stays open: an hour of runs a minute apart, a few kilobytes."""


def advance(
    position: datetime,
    checkpoints: Sequence[Checkpoint],
    seen: Horizon,
    *,
    checkpoints_max: int = CHECKPOINTS_MAX,
) -> tuple[datetime, tuple[Checkpoint, ...]]:
    """Move the cursor as far as is certain, never back, and remember this look for later runs.

    :param checkpoints: Looks not yet confirmed, oldest first; ``checkpoints_max``, at least 2, are kept.
    :param seen: The look taken before this run read its changes, from ``position`` on.
    :return: The next run's cursor, and the looks still to be confirmed, with this one.
    """
    moved = max([position, *(c.at for c in checkpoints if c.next_number <= seen.oldest_open)])
    # A look behind the cursor has nothing left to confirm, also where its number never comes (a restored
    # database counts its transactions again from the start).
    pending = [c for c in checkpoints if c.next_number > seen.oldest_open and c.at > moved]
    readings = (*pending, Checkpoint(seen.now, seen.next_number))
    return moved, readings if len(readings) <= checkpoints_max else _thin(readings)


def _thin(checkpoints: tuple[Checkpoint, ...]) -> tuple[Checkpoint, ...]:
    """Every second one, the first and the last always. Safe: the cursor then waits for a later look."""
    return (*checkpoints[:-1:2], checkpoints[-1])
