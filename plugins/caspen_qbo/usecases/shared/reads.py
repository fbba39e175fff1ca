"""How many of the month's metered reads were used, by practice and by the whole app, and what is to come."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from caspen_qbo import settings
from caspen_qbo.core.monitoring.metering import (
    AUTO,
    CAREFUL_MONTH,
    Budget,
    Mode,
    Month,
    decide_mode,
    forecast_month,
    judge_budget,
    sum_days,
)
from caspen_qbo.hooks.store import Store
from caspen_qbo.hooks.store.monitoring.meter import MeteredDay, MeterStore
from caspen_qbo.hooks.store.monitoring.practices import PracticeStore


@dataclass(frozen=True, slots=True)
class BudgetOfReads:
    """Of the whole app: Intuit's allowance is not divided among practices."""

    month: Month
    allowance: int
    budget: Budget

    def __str__(self) -> str:
        used = f"{self.month.used:,} of {self.allowance:,} reads of this month used, all practices together"
        return f"{used}; {self.month.forecast:,} by its end at this rate."


@dataclass(frozen=True, slots=True)
class PracticeReads:
    workspace_id: int
    month: Month
    by_kind: Mapping[str, int]
    """Calls this month by kind: query, cdc, read; write is free."""


@dataclass(frozen=True, slots=True)
class ModeOfReading:
    """Which is on in every practice, and why."""

    mode: Mode
    installed: str
    """auto, or the mode by name."""
    practices: int
    """Connected, or waiting to be reconnected."""
    allowance: int

    def __str__(self) -> str:
        if self.installed != AUTO:
            return f"{self.mode}, as CASPEN_QBO_READS says"
        if self.practices == 0:
            return f"{self.mode}: no practice is connected yet"
        shared = "1 practice has" if self.practices == 1 else f"{self.practices:,} practices share"
        words = f"{self.mode}: {shared} {self.allowance:,} reads a month"
        if self.practices > 1:
            words += f", {self.allowance // self.practices:,} each"
        if self.mode is Mode.THRIFTY:
            words += f", and reading carefully takes up to {CAREFUL_MONTH:,}"
        return words


def read_mode(practices: PracticeStore) -> ModeOfReading:
    number, allowance = practices.count_expected(), settings.READS_PER_MONTH
    return ModeOfReading(decide_mode(settings.READS, number, allowance), settings.READS, number, allowance)


def read_budget(meter: MeterStore) -> BudgetOfReads:
    """:param meter: Of the whole app."""
    month, allowance = _month(meter.fetch_days()), settings.READS_PER_MONTH
    return BudgetOfReads(month, allowance, judge_budget(month, allowance))


def read_practice(meter: MeterStore) -> PracticeReads:
    """:param meter: Of one practice."""
    days, today = meter.fetch_days(), _today()
    by_kind: dict[str, int] = {}
    for one in days:
        if (one.day.year, one.day.month) == (today.year, today.month):
            by_kind[one.kind] = by_kind.get(one.kind, 0) + one.calls
    return PracticeReads(meter.workspace_id or 0, _month(days), by_kind)


def read_practices(store: Store, *, only: int | None = None) -> list[PracticeReads]:
    """Those that are connected, or the one asked for."""
    ids = store.practices.fetch_expected() if only is None else [only]
    return [read_practice(store.for_workspace(id_).meter) for id_ in sorted(ids)]


def _month(days: Collection[MeteredDay]) -> Month:
    return forecast_month(sum_days([(one.day, one.kind, one.calls) for one in days]), _today())


def _today() -> date:
    return datetime.now(UTC).date()
