"""What a practice looks like among many, and what it needs in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum


class Need(IntEnum):
    """The worst of what holds for a practice, as the view ``practice_need`` ranks it."""

    OFF = 0
    """Never connected, or disconnected: nothing is expected of it."""
    FINE = 1
    SOON = 2
    """Its connection ends soon, or its set-up is not complete."""
    LISTED = 3
    """Documents wait for a person."""
    MONEY = 4
    """The last reconciliation found a difference that nothing explains."""
    STOPPED = 5
    """The connection is lost, or a job has gone too long without a good run."""

    @property
    def calls_a_person(self) -> bool:
        return self >= Need.SOON


@dataclass(frozen=True, slots=True)
class PracticeRow:
    """Of one practice; amounts in its own currency, never negative."""

    workspace_id: int
    name: str
    time_zone: str
    currency: str
    status: str | None
    """connected, needs_reconnect or disconnected; None: never connected."""
    company_name: str | None
    connected_at: datetime | None
    ends_at: datetime | None
    """When the connection ends unless it is used or renewed before."""
    posted_at: datetime | None
    """The end of the last good run, as the two below."""
    imported_at: datetime | None
    reconciled_at: datetime | None
    late_at: datetime | None
    """When a job will have gone too long without a good run; in the past where it has."""
    waiting: int
    """Invoices that the next run posts."""
    listed_practice: int
    """Open rows by whose turn it is, as the two below."""
    listed_finance: int
    listed_admin: int
    listed_since: datetime | None
    reconciliation_id: str | None
    unexplained: int
    """Differences of the last reconciliation that no open row names."""
    unexplained_amount: Decimal
    """The largest of each document, without their signs."""
    reads: int
    """Metered by Intuit this month."""
    need: int
    refreshed_at: datetime
    found: int
    """How many practices the filter leaves."""
    month_state: str = "off"
    """Of the month asked for: closed, changed (since), ready, open, or off (not connected)."""
    month_covered: bool = False
    """A good reconciliation ended after that month."""
    closed_at: datetime | None = None
    closed_by: str | None = None
    closed_changed: int = 0
    """Documents that stand otherwise since it was closed."""

    @property
    def needs(self) -> Need:
        return Need(self.need)

    @property
    def listed(self) -> int:
        return self.listed_practice + self.listed_finance + self.listed_admin

    def late_jobs(self, quiet_at_most: Mapping[str, timedelta], now: datetime) -> list[str]:
        """Jobs that have gone too long without a good run, while the practice is connected."""
        if self.status != "connected" or self.connected_at is None:
            return []
        ends = {"post": self.posted_at, "import": self.imported_at, "reconcile": self.reconciled_at}
        since = {job: max(self.connected_at, ends[job] or self.connected_at) for job in quiet_at_most}
        return [job for job, most in quiet_at_most.items() if since[job] + most < now]

    def days_left(self, now: datetime) -> int | None:
        """Whole days until the connection ends; None where it does not end or is not there."""
        return None if self.ends_at is None else max(0, (self.ends_at - now).days)
