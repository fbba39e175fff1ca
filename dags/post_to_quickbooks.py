"""
### Post to QuickBooks
Brings QuickBooks to what Caspen shows: customers, invoices, credit notes and payments that were finalised,
changed or voided since the last run; then writes `Synced`, or why not, back to Caspen.

**Runs:** every 15 minutes, once at a time, for every connected practice that has something to do. A practice
where nothing happens is checked every three hours.
**Safe to re-run:** yes, at any time, also after a crash. What was sent is looked up before anything is sent
again.
**If it fails:** the log of `summarise` names the practice and the reason. The other practices were done. A
document that cannot go does not fail the run: it is in *Unsynced invoices* with its cause and what to do.
**By hand:** `workspace_id` for one practice; `dry_run` to see what would be sent, with reasons, and send
nothing.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, Param
from airflow.timetables.interval import CronDataIntervalTimetable

from caspen_qbo.operators.exposed.manual import task
from caspen_qbo.operators.find import FindWorkspacesOperator
from caspen_qbo.operators.jobs import PostOperator
from caspen_qbo.operators.notify import notify_failure
from caspen_qbo.operators.retry import task_defaults
from caspen_qbo.operators.summarise import SummariseOperator
from caspen_qbo.settings import QUICKBOOKS_POOL

with DAG(
    dag_id="post_to_quickbooks",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("*/15 * * * *", timezone="UTC"),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    params={
        "workspace_id": Param(
            None, type=["null", "integer"], description="Only this practice; all if empty."
        ),
        "dry_run": Param(False, type="boolean", description="Plan and report; send nothing."),
    },
    default_args=task_defaults("post_to_quickbooks"),
    render_template_as_native_obj=True,
    tags=["caspen", "quickbooks", "sync"],
):
    workspaces = FindWorkspacesOperator(
        **task("find_workspaces"),
        job="post",
        workspace_id="{{ params.workspace_id }}",
        only_with_work=True,
    )
    posted = PostOperator.partial(
        **task("post_workspace"),
        plan_only="{{ params.dry_run }}",
        pool=QUICKBOOKS_POOL,
        map_index_template="{{ task.practice }}",
    ).expand(practices=workspaces.output)
    posted >> SummariseOperator(
        **task("summarise"),
        job="post",
        workspaces=workspaces.output,
        results_of=["post_workspace"],
        on_failure_callback=notify_failure,
    )
