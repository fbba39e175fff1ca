"""The check that something ran at all: a schedule that stopped makes no error of its own."""

import logging
from datetime import UTC, datetime, timedelta

from caspen_qbo import settings
from caspen_qbo.core.importing.rhythm import Rhythm, longest_pause
from caspen_qbo.hooks.store import Store
from caspen_qbo.hooks.store.monitoring.practices import OverdueJob
from caspen_qbo.settings import QUIET_AT_MOST
from caspen_qbo.usecases.shared.jobs import close_died
from caspen_qbo.usecases.shared.reads import read_budget

log = logging.getLogger(__name__)

JOB = "heartbeat"


def find_overdue_jobs(store: Store, *, now: datetime | None = None) -> list[OverdueJob]:
    """Every practice and job without a successful run for too long, judged by ``now``. Reads only."""
    now = now or datetime.now(UTC)
    overdue = store.practices.fetch_overdue(QUIET_AT_MOST, now)
    if not any(job.job == "import" for job in overdue):
        return overdue
    asked, budget = store.practices.fetch_asked(), read_budget(store.meter).budget
    rhythm = Rhythm(timedelta(minutes=settings.ASK_MINUTES))

    def may_wait(job: OverdueJob) -> bool:
        known = asked.get(job.workspace_id)
        if job.job != "import" or known is None:
            return False
        return now - job.since <= QUIET_AT_MOST["import"] + longest_pause(known, rhythm, now, budget)

    return [job for job in overdue if not may_wait(job)]


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
