"""How far work under way has come: counted from what is stored, never reported by the run itself."""

import re
from dataclasses import dataclass
from datetime import datetime

from psycopg import sql
from psycopg.errors import UndefinedTable

from caspen_qbo import queries
from caspen_qbo.hooks.store.subject import Subject, workspace_lock_key

WINDOW_SECONDS = 60
"""QuickBooks counts calls by the minute."""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """A run without an end: under way, or interrupted."""

    run_id: str
    job: str
    started_at: datetime
    sent: int
    refused: int
    due: int
    """Documents that are still to be tried, or to be looked up."""
    answered_at: datetime | None
    """QuickBooks' last answer to this run."""
    unanswered: int = 0
    """Documents that it sent, and of which no answer is recorded."""


class ProgressStore(Subject):
    """Reads only."""

    folder = "monitoring/progress"

    def fetch_progress(self) -> RunProgress | None:
        """The newest run of the workspace, where it has no end."""
        return self._fetch_value(RunProgress, "select_progress")

    def is_worked_on(self) -> bool:
        """Whether the workspace's lock is held now: a run without an end and without the lock has died."""
        key = workspace_lock_key(self.workspace_id)
        return self._is("is_locked", high=(key >> 32) & 0xFFFFFFFF, low=key & 0xFFFFFFFF)

    def count_calls(self, realm_id: str, kind: str) -> int:
        """Calls to a company in the last minute, by the shared limiter; ``kind``: requests or batches."""
        realm = re.sub(r"\W", "_", realm_id)
        table = f"ratelimit___{kind}_{realm}".lower()
        statement = sql.SQL(queries.load("monitoring/progress/count_calls")).format(
            table=sql.Identifier("qbo_sync", table)
        )
        try:
            row = self._db.connection.execute(statement, {"seconds": WINDOW_SECONDS}).fetchone()
        except UndefinedTable:  # nothing was ever called
            return 0
        return int(row[0]) if row else 0
