"""The check that something ran at all: a schedule that stopped makes no error of its own."""

import logging
from datetime import UTC, datetime

from caspen_qbo.hooks.store import Store
from caspen_qbo.hooks.store.monitoring.practices import OverdueJob
from caspen_qbo.settings import QUIET_AT_MOST
from caspen_qbo.usecases.shared.jobs import close_died

log = logging.getLogger(__name__)

JOB = "heartbeat"


def find_overdue_jobs(store: Store, *, now: datetime | None = None) -> list[OverdueJob]:
    """Every practice and job without a successful run for too long, judged by ``now``. Reads only."""
    return store.practices.fetch_overdue(QUIET_AT_MOST, now or datetime.now(UTC))


def check_heartbeat(store: Store, run_id: str) -> list[OverdueJob]:
    """Close the records of runs that died, look for overdue jobs, log them, and record practice by practice
    whether there were any: the page shows runs from the record. Safe to repeat for a run.
    """
    close_died(store)
    overdue = find_overdue_jobs(store)
    for workspace_id in store.practices.fetch_expected():
        lines = [str(job) for job in overdue if job.workspace_id == workspace_id]
        runs = store.for_workspace(workspace_id).runs
        runs.start(run_id, JOB)
        counts, message = {"overdue_jobs": len(lines)}, "\n".join(lines)
        runs.finish(run_id, JOB, success=not lines, message=message, counts=counts, calls={}, ledger=None)
        for line in lines:
            log.warning("heartbeat %s", line)
    return overdue
