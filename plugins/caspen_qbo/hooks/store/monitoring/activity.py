"""What ran, and when: read by summaries and the history."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class StuckWork:
    unconfirmed: int
    unconfirmed_since: datetime | None
    waiting: int
    """Documents that nothing is listed for."""
    waiting_since: datetime | None
    numbers: list[str]
    """The first three of them."""


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    document_kind: str
    document_number: str
    what: str
    detail: str | None
    who: str
    run_id: str | None
    request_id: str | None
    bid: str | None
    intuit_tid: str | None
    quickbooks_id: str | None


class ActivityStore(Subject):
    """Reads only."""

    folder = "monitoring/activity"

    def fetch_stuck(self, *, unconfirmed_for: timedelta, waiting_for: timedelta) -> StuckWork:
        """What has been without an answer, or without a listing, for longer than this."""
        (stuck,) = self._fetch_values(
            StuckWork, "select_stuck", unconfirmed_for=unconfirmed_for, waiting_for=waiting_for
        )
        return stuck

    def fetch_history(self, number: str) -> list[Event]:
        """Everything recorded about the documents of a number and what hangs on them, in order."""
        return self._fetch_values(Event, "select_history", number=number)
