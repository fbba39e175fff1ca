"""
### Import from QuickBooks
Records in Caspen the payments that people recorded in QuickBooks against Caspen's invoices, and follows those
that were edited or deleted there. Two or more payments on one invoice are listed, not imported.

**Runs:** every 15 minutes, once at a time, for every connected practice where something may have happened: at
once after a webhook; else every 30 minutes in working hours, more seldom in the evening, at weekends and at
night, and where nothing has come for two weeks. Started by hand it asks at once.
**Safe to re-run:** yes, at any time. A QuickBooks payment is recorded in Caspen once and never posted back.
**If it fails:** the log of `summarise` names the practice and the reason. The other practices were done.
**By hand:** `workspace_id` for one practice; `dry_run` to see what would be imported and write nothing.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, Param
from airflow.timetables.interval import CronDataIntervalTimetable

from caspen_qbo.operators.exposed.manual import task
from caspen_qbo.operators.find import FindWorkspacesOperator
from caspen_qbo.operators.jobs import ImportOperator
from caspen_qbo.operators.notify import notify_failure
from caspen_qbo.operators.retry import task_defaults
from caspen_qbo.operators.summarise import SummariseOperator
from caspen_qbo.settings import QUICKBOOKS_POOL

with DAG(
    dag_id="import_from_quickbooks",
    doc_md=__doc__,
    # Between two runs of post_to_quickbooks, so that the two seldom wait for each other.
    schedule=CronDataIntervalTimetable("7-59/15 * * * *", timezone="UTC"),
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
    params={
        "workspace_id": Param(
            None, type=["null", "integer"], description="Only this practice; all if empty."
        ),
        "dry_run": Param(False, type="boolean", description="Plan and report; write nothing to Caspen."),
    },
    default_args=task_defaults("import_from_quickbooks"),
    render_template_as_native_obj=True,
    tags=["caspen", "quickbooks", "sync"],
):
    workspaces = FindWorkspacesOperator(
        **task("find_workspaces"),
        job="import",
        workspace_id="{{ params.workspace_id }}",
        only_to_ask=True,
    )
    imported = ImportOperator.partial(
        **task("import_workspace"),
        plan_only="{{ params.dry_run }}",
        pool=QUICKBOOKS_POOL,
        map_index_template="{{ task.practice }}",
    ).expand(practices=workspaces.output)
    imported >> SummariseOperator(
        **task("summarise"),
        job="import",
        workspaces=workspaces.output,
        results_of=["import_workspace"],
        on_failure_callback=notify_failure,
    )
