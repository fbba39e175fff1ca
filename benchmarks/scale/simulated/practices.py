"""Practices of different sizes, and what happens in them on a day. The same each time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from caspen_qbo.core.importing.rhythm import Asked, Rhythm, decide_when_to_ask
from caspen_qbo.core.monitoring.metering import Budget
from caspen_qbo.core.monitoring.watch import MovedRow, Watched

ZONES = (
    ("Australia/Sydney",) * 6
    + ("Australia/Brisbane", "Australia/Perth", "Pacific/Auckland")
    + ("Europe/London",)
)
START = datetime(2026, 11, 2, tzinfo=UTC)
"""A Monday."""
WORKING_DAYS = 22
INVOICES, HOURS_A_MONTH = 600, 220
"""Of an ordinary practice."""
ORDINARY = (450, 750)
"""Invoices a month."""
PAYMENTS_IN, PAYMENTS_OUT = 50 / 600, 500 / 600
"""Made in QuickBooks, and in Caspen, for each invoice; four of five of the latter with the invoice."""
IN_HOURS, EVENINGS = 0.9, 0.05
SATURDAY = 5
LOST = 0.002
"""Of webhooks."""
REPORTED_SECONDS = 30.0
"""After the payment, at most."""


@dataclass(slots=True)
class Practice:
    id: int
    zone: ZoneInfo
    invoices: float
    """A month."""
    asked: Asked
    due_at: float = 0.0
    """When its import asks next, by the rhythm. Seconds since the start, as all times here."""
    open: list[float] = field(default_factory=list)
    """When documents were finalised that are not posted yet."""
    rows: list[MovedRow] = field(default_factory=list)
    """The same, as the watcher sees them."""
    moved: int = 0
    """Rows after the position in Caspen: the open ones, and after a run the statuses it wrote."""
    unseen: list[float] = field(default_factory=list)
    """When payments were made in QuickBooks that are not in Caspen yet."""
    posted_at: float = -1e9
    imported_at: float = -1e9
    asks_seconds: float | None = None
    busy: bool = False
    looked_again: bool = False
    """The watcher will, whatever happens until then."""

    @property
    def ordinary(self) -> bool:
        return ORDINARY[0] <= self.invoices <= ORDINARY[1]

    @property
    def has_news(self) -> bool:
        """Where there is none, a look finds nothing; what it remembers is older than whatever comes."""
        reported, asked = self.asked.reported_at, self.asked.asked_at
        return bool(self.rows) or (reported is not None and (asked is None or reported > asked))

    def plan(self, budget: Budget, rhythm: Rhythm) -> None:
        """By the core's own policy."""
        moment = decide_when_to_ask(self.asked, rhythm, self.zone, budget)
        self.due_at = (moment - START).total_seconds()

    def watched(self, now: datetime) -> Watched:
        return Watched(
            self.id,
            now=now,
            position=START,
            posted_at=at(self.posted_at),
            imported_at=at(self.imported_at),
            touched_at=None,
            reported_at=self.asked.reported_at,
            asked_at=self.asked.asked_at,
        )

    def note(
        self,
        *,
        asked: datetime | None = None,
        found: datetime | None = None,
        wrote: datetime | None = None,
        heard: datetime | None = None,
        reported: datetime | None = None,
    ) -> None:
        """What is known of its payments; ``dataclasses.replace`` takes thrice as long."""
        was = self.asked
        self.asked = Asked(
            was.connected_at,
            asked or was.asked_at,
            found or was.found_at,
            wrote or was.wrote_at,
            heard or was.heard_at,
            reported or was.reported_at,
        )


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def practices(number: int, chance: random.Random) -> list[Practice]:
    """Half of them make fewer than 300 invoices a month, one in fifty more than 1,900."""
    made = []
    for id_ in range(1, number + 1):
        zone = ZoneInfo(chance.choice(ZONES))
        invoices = min(20_000.0, max(20.0, chance.lognormvariate(5.7, 0.9)))
        before = START - timedelta(seconds=chance.uniform(0, 1800))
        asked = Asked(START - timedelta(days=60), asked_at=before, found_at=before)
        one = Practice(id_, zone, invoices, asked)
        one.posted_at = -chance.uniform(0, 3600)
        made.append(one)
    return made


def finalised(one: Practice, day: int, chance: random.Random) -> Iterator[float]:
    """Times at which documents come on one day, invoices and payments taken later; working hours only."""
    midnight = datetime.combine((START + timedelta(days=day)).date(), time(0), one.zone)
    if midnight.weekday() >= SATURDAY:
        return
    start = (midnight - START).total_seconds()
    for _ in range(_whole(one.invoices * (1 + PAYMENTS_OUT / 5) / WORKING_DAYS, chance)):
        yield start + chance.uniform(8 * 3600, 18 * 3600)


def paid(one: Practice, day: int, chance: random.Random) -> Iterator[float]:
    """Times of payments that people make in QuickBooks on one day."""
    midnight = datetime.combine((START + timedelta(days=day)).date(), time(0), one.zone)
    start = (midnight - START).total_seconds()
    working = midnight.weekday() < SATURDAY
    month = one.invoices * PAYMENTS_IN
    if working:
        for _ in range(_whole(month * IN_HOURS / WORKING_DAYS, chance)):
            yield start + chance.uniform(8 * 3600, 18 * 3600)
        for _ in range(_whole(month * EVENINGS / WORKING_DAYS, chance)):
            yield start + chance.uniform(18 * 3600, 22 * 3600)
    else:
        for _ in range(_whole(month * (1 - IN_HOURS - EVENINGS) / 8, chance)):
            yield start + chance.uniform(9 * 3600, 20 * 3600)


def _whole(expected: float, chance: random.Random) -> int:
    return int(expected) + (chance.random() < expected % 1)
