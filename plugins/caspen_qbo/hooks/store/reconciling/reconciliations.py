"""The runs of the reconciliation, each with all that its report needs."""

from collections.abc import Mapping, Sequence

from caspen_qbo.core.reconciling.stored import ReconciliationRun, RecordedDifference, StoredReport, TrendPoint
from caspen_qbo.core.reconciling.verdict import CheckResult
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.codec import jsonb
from caspen_qbo.hooks.store.monitoring.runs import LEDGER
from caspen_qbo.hooks.store.subject import Subject


class ReconciliationStore(Subject):
    folder = "reconciling/reconciliations"

    def start(self, run_id: str, *, full: bool) -> None:
        self._execute("start_run", run_id=run_id, full_compare=full)

    def finish(
        self,
        run_id: str,
        report: StoredReport,
        *,
        checks: Sequence[CheckResult],
        differences: int,
        success: bool,
        calls: Mapping[str, int],
    ) -> None:
        """:param success: Every check ran and no unexplained difference was found."""
        invoices = report.ledger[DocumentKind.INVOICE]
        self._execute(
            "finish_run",
            run_id=run_id,
            documents_checked=sum(report.compared.values()),
            differences=differences,
            **{name: getattr(invoices, name) for name in LEDGER},
            success=success,
            checks=jsonb(checks),
            calls=jsonb(calls),
            report=jsonb(report),
        )

    def fail(self, run_id: str, calls: Mapping[str, int]) -> None:
        """End a run of which nothing is known: a side could not be read, or a check not be carried out."""
        nothing = dict.fromkeys(("documents_checked", "differences", *LEDGER))
        stored = {"checks": jsonb(()), "calls": jsonb(calls), "report": jsonb({})}
        self._execute("finish_run", run_id=run_id, success=False, **nothing, **stored)

    def close_died(self, run_id: str) -> int:
        """End what has no end, as :meth:`fail` would have; under the workspace's lock. How many."""
        return self._execute("close_died", run_id=run_id)

    def fetch_run(self, run_id: str | None = None) -> ReconciliationRun | None:
        """A finished reconciliation with its report; the latest when no id is given."""
        return next(iter(self._read_values(ReconciliationRun, "select_run", run_id=run_id)), None)

    def fetch_differences(self, run_id: str) -> tuple[RecordedDifference, ...]:
        """In the order written."""
        return tuple(self._read_values(RecordedDifference, "select_differences", run_id=run_id))

    def fetch_trend(self, run_id: str, runs: int) -> tuple[TrendPoint, ...]:
        """Earlier finished reconciliations, oldest first."""
        return tuple(self._read_values(TrendPoint, "select_trend", run_id=run_id, runs=runs))
