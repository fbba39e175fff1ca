"""The tables of docs/scaling.md: from one practice to ten thousand, with the figures of ``costs.py``."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import fields

from benchmarks.scale.costs import Costs, Measured
from benchmarks.scale.idle_hour import tasks_of_idle_hour
from benchmarks.scale.simulated.practices import HOURS_A_MONTH, INVOICES
from caspen_qbo.core.monitoring.metering import AUTO, Mode, decide_mode
from caspen_qbo.settings import QUICKBOOKS_POOL

SIZES = (1, 10, 100, 333, 334, 1_000, 10_000)
WORKER_SLOTS, UTILISATION = 4, 0.6
"""Of a worker; and how much of the busiest hour they may be in use, so that little waits."""
YEARS = 2
TIERS = (
    (500_000, "Builder", 0),
    (1_000_000, "Silver", 300),
    (10_000_000, "Gold", 1_700),
    (75_000_000, "Platinum", 4_500),
)
"""Reads a month, name, US dollars a month: the paid ones by third-party reports, not by Intuit."""
GIB = 1024**3


def read_by_default(practices: int, *, webhooks: bool) -> tuple[Mode, int, str]:
    """How so many read where nothing is set but the allowance of the smallest tier that is enough; their
    reads a month, and that tier.
    """
    measured = Measured()
    for most, name, price in TIERS:
        mode = decide_mode(AUTO, practices, most)
        reads = practices * measured.reads(mode, webhooks=webhooks)
        if reads <= most:
            return mode, reads, f"{name}, ${price:,}" if price else f"{name}, free"
    return mode, reads, "beyond Platinum"


def slots(practices: int) -> int:
    """Slots of the pool for the working hours' load: each document comes in a run of its own at worst, an
    empty run follows its status, and a shard starts for every few of them.
    """
    costs = Costs()
    documents = practices * INVOICES / HOURS_A_MONTH
    seconds = costs.post(2) + costs.post(0) + costs.ask() / 12
    return max(1, math.ceil(documents * seconds / 3600 / UTILISATION))


def database(practices: int) -> float:
    """GiB of ``sync_db`` after so many years."""
    return practices * INVOICES * 12 * YEARS * Measured().bytes_of_invoice / GIB


def growth_table() -> str:
    head = (
        "Practices",
        "Invoices an hour",
        "Reading",
        "Reads a month",
        "webhooks off",
        "Tier",
        "webhooks off",
    )
    more = ("Slots", "Workers", f"`sync_db` after {YEARS} years")
    lines = [_row(head + more), "|---:|---:|---|---:|---:|---|---|---:|---:|---:|"]
    for number in SIZES:
        mode, hearing, tier = read_by_default(number, webhooks=True)
        _, deaf, deaf_tier = read_by_default(number, webhooks=False)
        needed = slots(number)
        load = f"{number * INVOICES / HOURS_A_MONTH:,.0f}"
        reads = (mode, f"{hearing:,}", f"{deaf:,}", tier, deaf_tier)
        workers = (f"{needed}", f"{math.ceil(needed / WORKER_SLOTS)}", _size(database(number)))
        lines.append(_row((f"{number:,}", load, *reads, *workers)))
    return "\n".join([*lines, ""])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _size(gib: float) -> str:
    return f"{gib:,.0f} GiB" if gib >= 10 else f"{gib:.1f} GiB"  # noqa: PLR2004  two figures


def walls_table() -> str:
    """At how many ordinary practices each limit is met."""
    measured = Measured()
    month = (
        measured.careful_hearing,
        measured.careful_deaf,
        measured.thrifty_hearing,
        measured.thrifty_deaf,
    )
    head = ("Limit", "Practices: careful, webhooks on", "off", "thrifty, on", "off")
    lines = [_row(head), "|---|---:|---:|---:|---:|"]
    for most, name, _ in TIERS:
        lines.append(_row((f"Reads of {name}, {most:,} a month", *(f"{most // reads:,}" for reads in month))))
    four = max(number for number in range(1, 20_000) if slots(number) <= WORKER_SLOTS)
    lines.append(_row((f"The pool `{QUICKBOOKS_POOL}` with {WORKER_SLOTS} slots", *(f"{four:,}",) * 4)))
    return "\n".join([*lines, ""])


def costs_table() -> str:
    """Each figure, with whether it was measured here."""
    lines = ["| Figure | Value | |", "|---|---:|---|"]
    for one in (*fields(Costs), *fields(Measured)):
        what, source = one.metadata["what"], one.metadata["source"]
        lines.append(f"| {what} | {one.default:,} | {source} |")
    idle = tasks_of_idle_hour(SIZES[-1])
    lines.append(f"| task instances of an idle hour, {SIZES[-1]:,} practices | {idle} | computed |")
    return "\n".join([*lines, ""])
