"""What ran, when, and whether a run is due: read by schedules, summaries and the heartbeat."""

from __future__ import annotations

from datetime import timedelta

from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.subject import Subject


class ActivityStore(Subject):
    """Reads only."""

    folder = "monitoring/activity"

    def is_post_due(self, *, max_age: timedelta) -> bool:
        """Something is known to be left to do, or no post run ended well within ``max_age``."""
        row = self._fetch_one("is_post_due", max_age=max_age)
        return bool(row and row["due"])

    def fetch_stuck(self, *, doubt: timedelta, waiting: timedelta) -> Row:
        """Requests without an answer for longer than ``doubt``, unlisted documents idle for ``waiting``."""
        row = self._fetch_one("select_stuck", doubt=doubt, waiting=waiting)
        return row or {}

    def fetch_history(self, number: str) -> list[Row]:
        """Everything recorded about the documents of a number and what hangs on them, in order."""
        return self._fetch_all("select_history", number=number)
