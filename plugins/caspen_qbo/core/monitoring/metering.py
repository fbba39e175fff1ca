"""What Intuit meters: reads, so many a month for the whole app. What was used, what the month will take."""

import calendar
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

READS = ("query", "cdc", "read")
"""Kinds of calls that are metered; all others write, and are free."""
WRITE = "write"
REFUSED = "refused"
"""Reads that Intuit refused because the month's are used up; kept until one is answered again."""
RECENT_DAYS = 7
"""A week has each weekday once."""
NEAR = 0.9
"""From this share of the month's allowance on, by forecast, what can wait waits."""
CAREFUL_MONTH = 1_500
"""Reads that an ordinary practice's month takes where reading is careful and no webhook works, rounded up."""


class Mode(StrEnum):
    """How the installation reads: what each gives and takes is in decision 20."""

    CAREFUL = "careful"
    THRIFTY = "thrifty"


AUTO = "auto"
"""Installed so, the allowance and the number of practices decide."""


class Budget(StrEnum):
    """How the month's reads stand for the whole app."""

    AMPLE = "ample"
    NEAR = "near"
    """The forecast comes near the allowance, or goes beyond it."""
    USED_UP = "used up"


@dataclass(frozen=True, slots=True)
class Month:
    """Reads of a calendar month."""

    used: int
    forecast: int
    """At the month's end, if the coming days are like the last seven."""


def count_reads(calls: Mapping[str, int]) -> int:
    """Of calls by kind, those that are metered."""
    return sum(number for kind, number in calls.items() if kind in READS)


def forecast_month(by_day: Mapping[date, int], today: date) -> Month:
    """:param by_day: Reads of each UTC day, at least since the month's first and for the last week."""
    used = sum(number for day, number in by_day.items() if (day.year, day.month) == (today.year, today.month))
    whole = [today - timedelta(days=back) for back in range(1, RECENT_DAYS + 1)]
    known = [day for day in whole if day >= min(by_day, default=today)]
    so_far = by_day.get(today, 0)
    daily = sum(by_day.get(day, 0) for day in known) / len(known) if known else so_far
    left = calendar.monthrange(today.year, today.month)[1] - today.day
    return Month(used, round(used + max(daily - so_far, 0) + daily * left))


def judge_budget(month: Month, allowance: int) -> Budget:
    """:param month: Of the whole app."""
    if month.used >= allowance:
        return Budget.USED_UP
    return Budget.NEAR if month.forecast >= NEAR * allowance else Budget.AMPLE


def decide_mode(installed: str, practices: int, allowance: int) -> Mode:
    """Careful while the share of each is what a careful month takes.

    :param installed: ``auto``, or the mode whatever the share.
    :param practices: Connected; so many as :func:`count_most` says stand for all beyond.
    :param allowance: Reads a month, all practices together.
    """
    if installed != AUTO:
        return Mode(installed)
    return Mode.CAREFUL if practices * CAREFUL_MONTH <= allowance else Mode.THRIFTY


def count_most(installed: str, allowance: int) -> int:
    """So many practices are enough to know the mode."""
    return allowance // CAREFUL_MONTH + 1 if installed == AUTO else 0


def decide_full_days(budget: Budget, usual: int) -> int:
    """After how many days everything is read again: near the budget that waits, twice as long."""
    return usual if budget is Budget.AMPLE else 2 * usual


def sum_days(rows: Collection[tuple[date, str, int]]) -> dict[date, int]:
    """Metered reads by day, of rows of day, kind and calls."""
    days: dict[date, int] = {}
    for day, kind, calls in rows:
        days[day] = days.get(day, 0) + (calls if kind in READS else 0)
    return days
