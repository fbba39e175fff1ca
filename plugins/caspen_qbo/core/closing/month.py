"""A calendar month of a practice: its days, and its moments in the practice's time zone."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_WRITTEN = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    first: date
    """Its first day."""

    @classmethod
    def of(cls, day: date) -> "Month":
        return cls(day.replace(day=1))

    @classmethod
    def parse(cls, text: str) -> "Month | None":
        """``2026-10``; None for anything else."""
        found = _WRITTEN.fullmatch(text)
        if found is None or not 1 <= int(found[2]) <= 12 or int(found[1]) < 1:
            return None
        return cls(date(int(found[1]), int(found[2]), 1))

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    @property
    def before(self) -> "Month":
        return Month.of(self.first - timedelta(days=1))

    @property
    def after(self) -> "Month":
        return Month.of(self.last + timedelta(days=1))

    @property
    def words(self) -> str:
        """``October 2026``."""
        return f"{self.first:%B %Y}"

    def begins(self, zone: ZoneInfo) -> datetime:
        return datetime(self.first.year, self.first.month, 1, tzinfo=zone)

    def ends(self, zone: ZoneInfo) -> datetime:
        """The first moment after it."""
        return self.after.begins(zone)

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"
