"""What runs and rounds are measured by; nothing is read or reported where nobody asks for figures."""

from collections.abc import Mapping
from datetime import UTC, datetime

from caspen_qbo.catalogue import CATALOGUE
from caspen_qbo.core.monitoring import metrics
from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.metrics import count, gauge, reported, timing
from caspen_qbo.hooks.store import Store, WorkspaceStore
from caspen_qbo.hooks.store.monitoring.overview import OverviewQuery
from caspen_qbo.settings import QUIET_AT_MOST
from caspen_qbo.usecases.shared.reads import read_budget

NOT_DOCUMENTS = frozenset(
    {"staged", "statuses_written", "documents_checked", "documents_read", "differences"}
)
"""Counts of a run that are no outcome of a document."""


def measure_run(store: WorkspaceStore, job: str, counts: Mapping[str, int], *, good: bool) -> None:
    """After a run on one practice, as recorded."""
    if not reported():
        return
    count(metrics.RUNS, job=job, result="good" if good else "failed")
    for outcome, number in counts.items():
        if number and outcome not in NOT_DOCUMENTS:
            count(metrics.DOCUMENTS, number, job=job, outcome=outcome)
    try:
        _measure_practice(store)
    except SyncError:  # the run's own end says what is wrong with the database
        return


def _measure_practice(store: WorkspaceStore) -> None:
    listed = dict.fromkeys(CATALOGUE, 0)
    for cause in store.pages.fetch_causes():
        listed[cause.error_key] = listed.get(cause.error_key, 0) + cause.waiting
    for key, rows in listed.items():
        gauge(metrics.UNSYNCED, rows, workspace=store.workspace_id, key=key)
    for row in store.overview.fetch(OverviewQuery(), [store.workspace_id], page_size=1, skip=0):
        amount = float(row.unexplained_amount)
        gauge(metrics.UNEXPLAINED, amount, workspace=store.workspace_id, currency=row.currency)


def measure_synced(finalised_at: datetime | None) -> None:
    """An invoice of which QuickBooks now holds Caspen's version."""
    if finalised_at is not None and reported():
        seconds = (datetime.now(UTC) - finalised_at).total_seconds()
        timing(metrics.SECONDS_TO_SYNCED, max(0.0, seconds))


def measure_round(store: Store, job: str, *, good: bool) -> None:
    """After a round over all practices: what no single practice shows."""
    if not reported():
        return
    count(metrics.ROUNDS, job=job, result="good" if good else "failed")
    now = datetime.now(UTC)
    oldest: dict[str, float] = dict.fromkeys(QUIET_AT_MOST, 0.0)
    late = dict.fromkeys(QUIET_AT_MOST, 0)
    for row in store.overview.iterate(OverviewQuery(), None):
        if row.status != "connected" or row.connected_at is None:
            continue
        ends = {"post": row.posted_at, "import": row.imported_at, "reconcile": row.reconciled_at}
        for name in QUIET_AT_MOST:
            since = max(row.connected_at, ends[name] or row.connected_at)
            oldest[name] = max(oldest[name], (now - since).total_seconds())
        for name in row.late_jobs(QUIET_AT_MOST, now):
            late[name] += 1
    for name in QUIET_AT_MOST:
        gauge(metrics.LAST_GOOD_RUN_AGE, oldest[name], job=name)
        gauge(metrics.PRACTICES_LATE, late[name], job=name)
    reads = read_budget(store.meter)
    gauge(metrics.READS_USED, reads.month.used)
    gauge(metrics.READS_ALLOWED, reads.allowance)
