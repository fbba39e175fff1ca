"""
How far Caspen's changes have been read for certain.

Caspen stamps ``updated_at`` when a statement runs, but the row becomes visible when its transaction commits: a row can
appear behind a cursor that has passed its time. So each run remembers Caspen's clock together with the number the next
transaction would have got; the cursor moves to that clock only once a later run sees that every older transaction has
ended. A transaction that stays open for hours therefore holds the cursor, not the work: rows that are visible are read
again meanwhile, and reading them again changes nothing. Works without special rights and needs no margin for the
length of transactions.
"""

from __future__ import annotations

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
    """No transaction at or above this number had started (``pg_snapshot_xmax``)."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A clock reading that becomes the cursor once every transaction below ``next_number`` has ended."""

    at: datetime
    next_number: int


def advance(
    position: datetime, checkpoints: Sequence[Checkpoint], seen: Horizon
) -> tuple[datetime, tuple[Checkpoint, ...]]:
    """
    Move the cursor as far as is certain, and remember this look for later runs.

    :param position: The cursor so far.
    :param checkpoints: Looks not yet confirmed, oldest first.
    :param seen: The look taken before this run read its changes.
    :return: The new cursor (never earlier) and the looks still to be confirmed, this one included.
    """
    confirmed = [c for c in checkpoints if c.next_number <= seen.oldest_open]
    pending = tuple(c for c in checkpoints if c.next_number > seen.oldest_open)
    moved = max([position, *(c.at for c in confirmed)])
    return moved, (*pending, Checkpoint(seen.now, seen.next_number))
