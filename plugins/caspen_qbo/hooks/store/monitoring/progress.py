"""How far work has come that is under way: counted from what is stored, never told by the run itself."""

from __future__ import annotations

import re

from psycopg import sql
from psycopg.errors import UndefinedTable

from caspen_qbo import queries
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.locks import workspace_lock_key
from caspen_qbo.hooks.store.subject import Subject

WINDOW_SECONDS = 60
"""QuickBooks counts calls by the minute."""


class ProgressStore(Subject):
    """Reads only."""

    folder = "monitoring/progress"

    def fetch_running(self) -> list[Row]:
        """Runs of this workspace without an end, newest first: under way, or interrupted."""
        return self._fetch_all("select_unfinished")

    def fetch_progress(self, run_id: str, job: str) -> Row | None:
        """started_at, sent, refused, due, answered_at; None when the run has ended or is not there."""
        return self._fetch_one("select_progress", run_id=run_id, job=job)

    def is_worked_on(self) -> bool:
        """Whether somebody holds the workspace's lock now: a run that has no end and no lock has died."""
        key = workspace_lock_key(self.workspace_id)
        row = self._fetch_one("is_locked", high=(key >> 32) & 0xFFFFFFFF, low=key & 0xFFFFFFFF)
        return bool(row and row["locked"])

    def count_calls(self, realm_id: str, kind: str) -> int:
        """
        Calls to a company within the last minute, as the limiter shared by all processes counts them.

        :param kind: requests or batches.
        """
        realm = re.sub(r"\W", "_", realm_id)
        table = f"ratelimit___{kind}_{realm}".lower()
        statement = sql.SQL(queries.load("monitoring/progress/count_calls")).format(
            table=sql.Identifier("qbo_sync", table)
        )
        try:
            row = self._db.connection.execute(statement, {"seconds": WINDOW_SECONDS}).fetchone()
        except UndefinedTable:  # nothing was ever called
            return 0
        return row["calls"] if row else 0
