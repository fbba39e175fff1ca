"""The runs of the reconciliation, each with all that its report needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from psycopg.types.json import Jsonb

from caspen_qbo.core.reconciling.verdict import CheckResult
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.posting.documents import LedgerRow
from caspen_qbo.hooks.store.subject import Subject


class ReconciliationStore(Subject):
    folder = "reconciling/reconciliations"

    def start(self, run_id: str, *, full: bool) -> None:
        self._execute("start_run", run_id=run_id, full_compare=full)

    def finish(
        self,
        run_id: str,
        *,
        documents_checked: int | None,
        differences: int | None,
        ledger: LedgerRow | None,
        success: bool,
        checks: Sequence[CheckResult],
        calls: Mapping[str, int],
        report: Mapping[str, Any],
    ) -> None:
        """:param success: Every check ran and no unexplained difference was found."""
        columns = ("finalised", "synced", "waiting", "listed", "excluded")
        self._execute(
            "finish_run",
            run_id=run_id,
            documents_checked=documents_checked,
            differences=differences,
            **{name: getattr(ledger, name) if ledger else None for name in columns},
            success=success,
            checks=Jsonb([asdict(check) for check in checks]),
            calls=Jsonb(dict(calls)),
            report=Jsonb(dict(report)),
        )

    def fetch_run(self, run_id: str | None = None) -> Row | None:
        """A finished reconciliation with its report; the latest when no id is given."""
        return self._fetch_one("select_run", run_id=run_id)

    def fetch_differences(self, run_id: str) -> list[Row]:
        return self._fetch_all("select_differences", run_id=run_id)

    def fetch_trend(self, run_id: str, runs: int) -> list[Row]:
        """Earlier finished reconciliations, oldest first."""
        return self._fetch_all("select_trend", run_id=run_id, runs=runs)
