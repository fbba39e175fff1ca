"""A simulated run, and its tasks that wait for a slot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from caspen_qbo.core.monitoring.shards import Work


@dataclass(slots=True)
class Run:
    """One DAG run; it ends when the last of its tasks has."""

    dag: str
    left: int
    """Mapped tasks that have not ended."""
    summaries: int = 1
    find: float = 0.0
    """Seconds of finding in the task that also does the work."""
    when_done: Callable[[], None] | None = None


@dataclass(order=True, slots=True)
class Waiting:
    """A mapped task that waits for a slot of the pool."""

    order: tuple[int, float, int]
    run: Run = field(compare=False)
    items: Sequence[tuple[str, Work]] = field(compare=False)
    """What it does, one after the other: a job in a practice."""
