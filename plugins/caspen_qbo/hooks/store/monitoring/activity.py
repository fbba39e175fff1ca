"""What ran, when, and whether a run is due: read by schedules, summaries and the heartbeat."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from caspen_qbo.hooks.database import Database, Row


class ActivityStore:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def fetch_awaiting_reconnection(self) -> list[int]:
        """Workspaces whose connection died and waits for a person."""
        return [
            row["workspace_id"]
            for row in self._db.fetch_all("monitoring/activity/select_awaiting_reconnection")
        ]

    def fetch_expected_workspaces(self) -> list[int]:
        """Workspaces where runs should end well: all that are not disconnected."""
        return [
            row["workspace_id"]
            for row in self._db.fetch_all("monitoring/activity/select_expected_workspaces")
        ]

    def is_post_due(self, workspace_id: int, *, max_age: timedelta) -> bool:
        """Something is known to be left to do, or no post run ended well within ``max_age``."""
        row = self._db.fetch_one(
            "monitoring/activity/is_post_due", {"workspace_id": workspace_id, "max_age": max_age}
        )
        return bool(row and row["due"])

    def fetch_run(self, run_id: str, job: str) -> dict[int, Row]:
        """What a run did, by workspace; one that never got as far as its workspace is absent."""
        rows = self._db.fetch_all("monitoring/activity/select_run", {"run_id": run_id, "job": job})
        return {row["workspace_id"]: row for row in rows}

    def fetch_last_success(self, jobs: Collection[str]) -> list[Row]:
        """For each connected workspace and job: when it last ended well and what it last failed of."""
        return self._db.fetch_all("monitoring/activity/select_last_success", {"jobs": list(jobs)})

    def fetch_stuck(self, workspace_id: int, *, doubt: timedelta, waiting: timedelta) -> Row:
        """Requests without an answer for longer than ``doubt``, unlisted documents idle for ``waiting``."""
        row = self._db.fetch_one(
            "monitoring/activity/select_stuck",
            {"workspace_id": workspace_id, "doubt": doubt, "waiting": waiting},
        )
        return row or {}

    def fetch_history(self, workspace_id: int, number: str) -> list[Row]:
        """Everything recorded about the documents of a number and what hangs on them, in order."""
        return self._db.fetch_all(
            "monitoring/activity/select_history", {"workspace_id": workspace_id, "number": number}
        )
