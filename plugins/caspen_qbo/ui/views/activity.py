"""Activity: what may be run now, and what became of each run."""

from collections.abc import Collection
from typing import NamedTuple

from fastapi import Request

from caspen_qbo.hooks.store.monitoring.pages import JobRun, Ledger
from caspen_qbo.hooks.store.monitoring.progress import RunProgress
from caspen_qbo.ui.context import RequestContext, prefix
from caspen_qbo.ui.templating import url_part
from caspen_qbo.ui.views.progress import Work
from caspen_qbo.usecases.shared.reads import BudgetOfReads, ModeOfReading, PracticeReads
from caspen_qbo.wording import counted, counts_words


class Job(NamedTuple):
    label: str
    dag_id: str
    what: str


JOBS = {
    "post": Job("Post to QuickBooks", "post_to_quickbooks", "Sends what is due."),
    "import": Job("Import from QuickBooks", "import_from_quickbooks", "Brings back payments recorded there."),
    "reconcile": Job("Reconcile", "reconcile_quickbooks", "Compares both sides and lists what differs."),
    "backfill": Job("Backfill", "backfill_invoices", "Takes chosen invoices by number, planned first."),
}
JOB_OF_DAG = {job.dag_id: job for job in JOBS.values()}
AIRFLOW_RUN_PREFIXES = (
    "scheduled__",
    "manual__",
    "backfill__",
    "asset_triggered__",
    "webhook__",
    "approved__",
)
"""How the ids of runs begin that Airflow started; others have no page there."""

STATE_WORDS = {
    "running": "Running",
    "interrupted": "Interrupted",
    "success": "Done",
    "apart": "Done, money unexplained",
    "failed": "Failed",
    "waiting": "Paused; resumes automatically",
}

NOT_SHOWN = {
    "staged",
    "statuses_written",
    "documents_read",
    "documents_checked",
    "verified",
    "payments_seen",
}
"""Counts that every run has, or that another column shows already; the log has them."""
SAID_ALREADY = {"reconcile": {"differences", "unexplained"}}
"""Counts that the message of a run of the job puts in words."""


def reads_words(practice: PracticeReads, app: BudgetOfReads, mode: ModeOfReading) -> str:
    """Reads that Intuit meters: of this practice, and of the app's monthly allowance; and how it reads."""
    own, all_ = practice.month, app.month
    return (
        f"{counted(own.used, 'metered read')} at QuickBooks this month, {own.forecast:,} by its end at this "
        f"rate; all practices together {all_.used:,}, {all_.forecast:,} by its end, of {app.allowance:,}. "
        f"Reading is {mode}."
    )


def waiting_words(ledger: Ledger | None, stopped: RunProgress | None = None) -> str:
    """:param stopped: The newest run, where it was interrupted: its count is newer than the ledger."""
    if stopped is not None and stopped.due:
        wait = "waits" if stopped.due == 1 else "wait"
        words = f"{counted(stopped.due, 'document')} {wait} for the next run"
        if stopped.unanswered:
            were = "was" if stopped.unanswered == 1 else "were"
            words += (
                f"; {stopped.unanswered:,} {were} sent, and QuickBooks' answer is not known: "
                "the next run looks that up first"
            )
        return f"{words}. Counted after the run that was interrupted."
    if ledger is None:
        return "No run has posted yet."
    waiting, listed = ledger.waiting, ledger.listed
    words = "No invoice waits for the next run"
    if waiting:
        words = f"{counted(waiting, 'invoice')} {'waits' if waiting == 1 else 'wait'} for the next run"
    if listed:
        words += f"; {listed:,} {'needs' if listed == 1 else 'need'} attention"
    return f"{words}. Counted before the run that was interrupted." if stopped else f"{words}."


def run_state(run: JobRun, work: Work | None, open_run_ids: Collection[str]) -> str:
    """One of STATE_WORDS: what failed in a run that has not ended in Airflow may be tried again."""
    if run.success and (run.counts or {}).get("unexplained"):
        return "apart"
    if run.finished_at is not None:
        return "success" if run.success else "waiting" if run.run_id in open_run_ids else "failed"
    alive = work is not None and work.alive and (work.run.run_id, work.run.job) == (run.run_id, run.job)
    return "running" if alive else "interrupted"


def done_words(run: JobRun) -> str:
    """What a run did, by its counts; empty where its message says enough."""
    shown = NOT_SHOWN | (SAID_ALREADY.get(run.job, set()) if run.message else set())
    counts = {name: number for name, number in (run.counts or {}).items() if name not in shown}
    if any(counts.values()):
        return counts_words(counts).capitalize()
    return "" if run.message or not run.success else "Nothing to do"


def airflow_url(context: RequestContext, dag_id: str, run_id: str) -> str:
    return run_address(context.request, dag_id, run_id)


def url_of_run(context: RequestContext, job: str | None, run_id: str) -> str | None:
    """The page in Airflow of the run that did a job; None where it was not a run of Airflow's."""
    ours = job in JOBS and run_id.startswith(AIRFLOW_RUN_PREFIXES)
    return airflow_url(context, JOBS[job].dag_id, run_id) if job and ours else None


def run_address(request: Request, dag_id: str, run_id: str) -> str:
    """Of Airflow's own page of a run."""
    airflow = prefix(request).removesuffix("/quickbooks")
    return f"{airflow}/dags/{dag_id}/runs/{url_part(run_id)}"
