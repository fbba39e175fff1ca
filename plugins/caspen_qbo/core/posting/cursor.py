"""How far Caspen's changes have been read for certain.

Caspen stamps ``updated_at`` when a statement runs, but the row becomes visible when its transaction commits:
a row can appear behind a cursor that has passed its time. So each run remembers Caspen's clock together with
a transaction number taken right after reading it; the cursor moves to that clock only once a later run sees
that every transaction below that number has ended. A transaction that stays open for hours therefore holds
the cursor, not the work: rows that are visible are read again in the meantime, and reading them again changes
nothing. Works without special rights and needs no margin for the length of transactions.
"""

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
    """Every transaction that had begun to write is below this number: one that the look took for itself. It
    is not ``pg_snapshot_xmax``, which is one past the newest transaction that has *ended*: with a single
    transaction open, that is the number of the very transaction to wait for.
    """


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
    """Move the cursor as far as is certain, and remember this look for later runs.

    :param position: The cursor so far; the run that took this look reads its changes from here.
    :param checkpoints: Looks not yet confirmed, oldest first.
    :param seen: The look taken before this run read its changes.
    :param checkpoints_max: How many readings to remember, at least 2.
    :return: The cursor for the next run (never earlier) and the readings to be confirmed, with this one.
    """
    moved = max([position, *(c.at for c in checkpoints if c.next_number <= seen.oldest_open)])
    # A look behind the cursor has nothing left to confirm, also where its number never comes (a restored
    # database counts its transactions again from the start).
    pending = [c for c in checkpoints if c.next_number > seen.oldest_open and c.at > moved]
    readings = (*pending, Checkpoint(seen.now, seen.next_number))
    return moved, readings if len(readings) <= checkpoints_max else _thin(readings)


def _thin(checkpoints: tuple[Checkpoint, ...]) -> tuple[Checkpoint, ...]:
    """Every second one; the first, which is confirmed first, and the last always stay.

    Dropping a look is safe: the cursor then waits for a later one.
    """
    return (*checkpoints[:-1:2], checkpoints[-1])
