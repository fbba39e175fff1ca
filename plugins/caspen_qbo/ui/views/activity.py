"""Activity as texts: runs under way, runs past, and what may be run now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from caspen_qbo.airflow.api import AirflowRun
from caspen_qbo.hooks.database import Row
from caspen_qbo.ui import texts
from caspen_qbo.ui.access import Right
from caspen_qbo.ui.progress import Progress
from caspen_qbo.ui.views.progress import ProgressView, progress_view
from caspen_qbo.ui.visit import Visit, prefix

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class Job:
    key: str
    label: str
    dag_id: str
    what: str


JOBS = (
    Job("post", "Post to QuickBooks", "post_to_quickbooks", "Sends what is due."),
    Job("import", "Import from QuickBooks", "import_from_quickbooks", "Brings back payments recorded there."),
    Job("reconcile", "Reconcile", "reconcile_quickbooks", "Compares both sides and lists what differs."),
)
DAG_OF_JOB = {**{job.key: job.dag_id for job in JOBS}, "backfill": "backfill_invoices"}
LABELS = {**{job.key: job.label for job in JOBS}, "backfill": "Backfill"}
AIRFLOW_RUN_PREFIXES = (
    "scheduled__",
    "manual__",
    "backfill__",
    "asset_triggered__",
    "webhook__",
    "approved__",
)


STATE_TEXTS = {
    "running": "Running",
    "interrupted": "Interrupted",
    "success": "Done",
    "failed": "Failed",
    "waiting": "Paused; its run goes on",
}


@dataclass(frozen=True, slots=True)
class OpenRunRow:
    label: str
    state: str
    since: str
    url: str
    run_id: str


@dataclass(frozen=True, slots=True)
class RunRow:
    label: str
    started: str
    started_iso: str
    lasted: str
    state: str
    """One of STATE_TEXTS."""
    state_text: str
    did: str
    ledger: str
    calls: str
    message: str
    url: str
    run_id: str


@dataclass(frozen=True, slots=True)
class ActivityView:
    progress: ProgressView | None
    under_way: bool
    ready: bool
    connected: bool
    open_runs: tuple[OpenRunRow, ...]
    runs: tuple[RunRow, ...]
    waiting: str
    jobs: tuple[Job, ...]
    may_run: bool
    newer_url: str
    older_url: str


def activity_view(
    visit: Visit,
    *,
    open_runs: Iterable[AirflowRun],
    progress: Progress | None,
    ready: bool,
    rows: Sequence[Row],
    ledger: Row | None,
    number: int,
    more: bool,
) -> ActivityView:
    labels = {dag_id: LABELS[key] for key, dag_id in DAG_OF_JOB.items()}
    mine = [
        run
        for run in open_runs
        if run.asked("workspace_id") in (None, visit.workspace_id, str(visit.workspace_id))
    ]
    going_on = {run.run_id for run in mine}
    return ActivityView(
        progress=progress_view(visit.zone, progress) if progress else None,
        under_way=bool(mine) or (progress is not None and progress.alive),
        ready=ready,
        connected=visit.connected,
        open_runs=tuple(
            OpenRunRow(
                labels[run.dag_id],
                run.state,
                texts.moment(run.queued_at, visit.zone),
                _run_url(visit, run.dag_id, run.run_id),
                run.run_id,
            )
            for run in mine
        ),
        runs=tuple(_run(visit, row, _state(row, progress, going_on)) for row in rows),
        waiting=_waiting(ledger),
        jobs=JOBS,
        may_run=visit.may(Right.OPERATE),
        newer_url=visit.url(f"activity?page={number - 1}") if number > 1 else "",
        older_url=visit.url(f"activity?page={number + 1}") if more else "",
    )


def _waiting(ledger: Row | None) -> str:
    if ledger is None:
        return "No run has posted yet."
    waiting, listed = ledger["waiting"], ledger["listed"]
    parts = [f"{texts.counted(waiting, 'invoice')} {'waits' if waiting == 1 else 'wait'} for the next run"]
    if not waiting:
        parts = ["No invoice waits for the next run"]
    if listed:
        parts.append(f"{listed:,} {'is' if listed == 1 else 'are'} listed for a person")
    return "; ".join(parts) + "."


def _state(row: Row, progress: Progress | None, going_on: set[str]) -> str:
    """:param going_on: Runs that have not ended in Airflow: what failed in one may be tried again."""
    if row["finished_at"] is not None:
        return "success" if row["success"] else "waiting" if row["run_id"] in going_on else "failed"
    mine = progress is not None and (progress.run_id, progress.job) == (row["run_id"], row["job"])
    return "running" if mine and progress.alive else "interrupted"


def _run(visit: Visit, row: Row, state: str) -> RunRow:
    calls = sum((row["calls"] or {}).values())
    return RunRow(
        label=LABELS.get(row["job"], row["job"]),
        started=texts.moment(row["started_at"], visit.zone),
        started_iso=row["started_at"].isoformat(),
        lasted=texts.lasted(row["started_at"], row["finished_at"]),
        state=state,
        state_text=STATE_TEXTS[state],
        did=_did(row["counts"] or {}) or ("" if row["message"] or state != "success" else "Nothing to do"),
        ledger=_ledger(row),
        calls=texts.count(calls) if row["calls"] else texts.NONE,
        message=row["message"] or "",
        url=_run_url(visit, DAG_OF_JOB.get(row["job"], ""), row["run_id"]),
        run_id=row["run_id"],
    )


INNER = {"staged", "statuses_written", "documents_read", "documents_checked", "verified", "payments_seen"}
"""Counts that every run has, or that its sentence tells already; the log has them."""


def _did(counts: dict[str, int]) -> str:
    done = [
        f"{name.replace('_', ' ')} {number:,}"
        for name, number in sorted(counts.items())
        if number and name not in INNER
    ]
    return ", ".join(done).capitalize()


def _ledger(row: Row) -> str:
    if row["finalised"] is None:
        return ""
    return (
        f"finalised {row['finalised']:,} = synced {row['synced']:,} + waiting {row['waiting']:,} + "
        f"listed {row['listed']:,} + excluded {row['excluded']:,}"
    )


def _run_url(visit: Visit, dag_id: str, run_id: str) -> str:
    """Airflow's own page of the run; empty for runs that Airflow did not start."""
    if not dag_id or not run_id.startswith(AIRFLOW_RUN_PREFIXES):
        return ""
    airflow = prefix(visit.request).removesuffix("/quickbooks")
    return f"{airflow}/dags/{dag_id}/runs/{quote(run_id, safe='')}"
