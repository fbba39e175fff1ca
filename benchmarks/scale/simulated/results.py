"""What a simulation comes to, and how it is printed."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from caspen_qbo.core.monitoring.metering import Budget, Mode

DAY = 86_400.0
"""Seconds."""


@dataclass(frozen=True)
class Result:
    """Times are seconds; the rest is of the simulated days."""

    practices: int
    days: int
    documents: int
    reads: int
    reads_of_ordinary: float
    """On average, of those that make 450 to 750 invoices a month."""
    payment_median: float
    payment_99: float
    synced_median: float
    synced_95: float
    tasks: Counter[str]
    cpu: float
    slots_busy: float
    """Share of the pool's time, in the busiest hour."""
    budget: Budget
    """At the end."""
    mode: Mode
    """How it reads."""

    @property
    def cores(self) -> float:
        """In use, on average."""
        return self.cpu / self.days / DAY

    @property
    def tasks_an_hour(self) -> float:
        return sum(self.tasks.values()) / self.days / 24


def part(values: Sequence[float], percent: int) -> float:
    """Below which so many of a hundred are."""
    return statistics.quantiles(values, n=100)[percent - 1] if len(values) > 1 else 0.0


def describe(found: Result) -> str:
    lines = [
        f"{found.practices:,} practices, {found.days} days, {found.documents:,} documents",
        f"metered reads, {found.mode:14}{found.reads:12,}   ordinary practice: {found.reads_of_ordinary:.0f}",
        f"payment in Caspen, minutes   {found.payment_median / 60:12.1f}   99 %: {found.payment_99 / 60:.1f}",
        f"finalised to Synced, s       {found.synced_median:12.0f}   95 %: {found.synced_95:.0f}",
        f"task instances an hour       {found.tasks_an_hour:12.0f}   in all: {sum(found.tasks.values()):,}",
        *(f"  {dag:26} {number / found.days / 24:12.0f}" for dag, number in sorted(found.tasks.items())),
        f"CPU of our processes, hours  {found.cpu / 3600:12.1f}   cores: {found.cores:.2f}",
        f"pool's slots in use          {found.slots_busy:12.0%}   in the busiest hour",
    ]
    return "\n".join(lines)
