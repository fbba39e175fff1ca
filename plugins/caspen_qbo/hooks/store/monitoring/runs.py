"""Runs of the use cases: when, what they did, their ledger and their calls to QuickBooks."""

from __future__ import annotations

from collections.abc import Mapping

from psycopg.types.json import Jsonb

from caspen_qbo.hooks.store.posting.documents import LedgerRow
from caspen_qbo.hooks.store.subject import Subject


class RunStore(Subject):
    folder = "monitoring/runs"

    def start(self, run_id: str, job: str) -> None:
        """:param job: post, import, reconcile or backfill. Safe to repeat for a retried task."""
        self._execute("start_run", run_id=run_id, job=job)

    def finish(
        self,
        run_id: str,
        job: str,
        *,
        counts: Mapping[str, int],
        calls: Mapping[str, int],
        ledger: LedgerRow | None,
        success: bool,
        message: str = "",
    ) -> None:
        self._execute(
            "finish_run",
            run_id=run_id,
            job=job,
            counts=Jsonb(dict(counts)),
            calls=Jsonb(dict(calls)),
            finalised=ledger.finalised if ledger else None,
            synced=ledger.synced if ledger else None,
            waiting=ledger.waiting if ledger else None,
            listed=ledger.listed if ledger else None,
            excluded=ledger.excluded if ledger else None,
            success=success,
            message=message,
        )
