"""Calls to QuickBooks as Intuit meters them, by practice, day and kind."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from caspen_qbo.core.monitoring.metering import READS, REFUSED, WRITE
from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.database import Database

log = logging.getLogger(__name__)

_FOLDER = "monitoring/meter"


@dataclass(frozen=True, slots=True)
class MeteredDay:
    day: date
    """UTC."""
    kind: str
    """query, cdc, read or write."""
    calls: int


class MeterStore:
    """Of one practice, or of the whole app."""

    def __init__(self, database: Database, workspace_id: int | None = None) -> None:
        self._db = database
        self.workspace_id = workspace_id

    def add(self, calls: Mapping[str, int]) -> None:
        """To today's, by kind. Not safe to repeat: it adds."""
        if calls.keys() & set(READS):
            self._db.execute(f"{_FOLDER}/delete_refused", {"workspace_id": self.workspace_id})
        rows = [
            {"workspace_id": self.workspace_id, "kind": kind, "calls": number}
            for kind, number in sorted(calls.items())
        ]
        self._db.execute_many(f"{_FOLDER}/add_calls", rows)

    def is_refused(self) -> bool:
        """Whether Intuit refused this practice's last read, today or yesterday, as beyond the month's."""
        params = {"workspace_id": self.workspace_id}
        return bool(self._db.fetch_all(f"{_FOLDER}/select_refused", params))

    def count_month(self) -> int:
        """Metered reads of this month."""
        params = {"workspace_id": self.workspace_id, "kinds": list(READS)}
        (row,) = self._db.fetch_all(f"{_FOLDER}/count_month", params)
        return int(row["reads"])

    def fetch_days(self) -> list[MeteredDay]:
        """Since the month's first, and at least eight days back."""
        params = {"workspace_id": self.workspace_id}
        return self._db.fetch_values(MeteredDay, f"{_FOLDER}/select_days", params)


STORE_EVERY = 200
"""Calls: a killed process leaves at most so many uncounted."""


class Meter:
    """Counts in memory and stores once a visit.

    :param store: Adds calls by kind to what is stored; in no transaction of the caller's.
    """

    def __init__(self, store: Callable[[Mapping[str, int]], None]) -> None:
        self._store = store
        self._new: Counter[str] = Counter()

    def count(self, kind: str, items: int) -> None:
        """A call that was answered, or may have been: Intuit does not count what it turned away."""
        self._new[kind if kind in READS else WRITE] += items
        if self._new.total() >= STORE_EVERY:
            self.flush()

    def note_refused(self) -> None:
        """A read that Intuit refused because the month's are used up."""
        self._new[REFUSED] += 1

    def flush(self) -> None:
        """Store what is new. What cannot be stored now is kept, and the run goes on. Safe to repeat."""
        if not self._new:
            return
        try:
            self._store(dict(self._new))
        except SyncError as error:
            log.warning("calls not counted: %s", error.message)
        else:
            self._new.clear()
