"""Runs of the use cases: when, what they did, their ledger and their calls to QuickBooks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from psycopg.types.json import Jsonb

from caspen_qbo.hooks.database import Database
from caspen_qbo.hooks.store.posting.documents import LedgerRow


class RunStore:
    def __init__(self, database: Database) -> None:
        self._db = database

    def start(self, run_id: str, workspace_id: int, job: str) -> None:
        """:param job: post, import, reconcile or backfill. Safe to repeat for a retried task."""
        self._db.execute(
            "monitoring/runs/start_run", {"run_id": run_id, "workspace_id": workspace_id, "job": job}
        )

    def read_clock(self) -> datetime:
        """Our database's time, which is what ``posted_at`` and the like are compared with."""
        return self._db.fetch_one("monitoring/runs/select_now")["now"]  # type: ignore[index]

    def finish(
        self,
        run_id: str,
        workspace_id: int,
        job: str,
        *,
        counts: Mapping[str, int],
        calls: Mapping[str, int],
        ledger: LedgerRow | None,
        success: bool,
        message: str = "",
    ) -> None:
        self._db.execute(
            "monitoring/runs/finish_run",
            {
                "run_id": run_id,
                "workspace_id": workspace_id,
                "job": job,
                "counts": Jsonb(dict(counts)),
                "calls": Jsonb(dict(calls)),
                "finalised": ledger.finalised if ledger else None,
                "synced": ledger.synced if ledger else None,
                "waiting": ledger.waiting if ledger else None,
                "listed": ledger.listed if ledger else None,
                "excluded": ledger.excluded if ledger else None,
                "success": success,
                "message": message,
            },
        )
