"""
### Reconcile QuickBooks
Proves that both sides show the same money: reads back what QuickBooks holds, compares the amounts of every
synced document, and puts each difference on the list with its field and its signed amount.

**Runs:** nightly at 02:30 in Sydney, for every connected practice. Changes neither Caspen's nor QuickBooks'
documents.
**Safe to re-run:** yes. A difference that is gone leaves the list automatically.
**If it fails:** a difference does not fail the run, it is finance's to clear: it is listed, in the report,
and sent by e-mail and Slack where their connections exist. Red means that a check could not be carried out
(`practice.reconcile`: the log names it), or that post, import or reconcile had no successful run for too long
(`check_heartbeat` names practice and job).
**By hand:** `workspace_id` for one practice; `full` to read all documents; `data_docs` for Data Docs.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, Param, TriggerRule, task_group
from airflow.timetables.interval import CronDataIntervalTimetable

from caspen_qbo.operators.exposed.announce import AnnounceEqualOperator
from caspen_qbo.operators.exposed.manual import task
from caspen_qbo.operators.find import FindWorkspacesOperator
from caspen_qbo.operators.heartbeat import CheckHeartbeatOperator
from caspen_qbo.operators.jobs import ReconcileOperator
from caspen_qbo.operators.notify import RECONCILE_TASK, REPORT_TASK, notify_differences, notify_failure
from caspen_qbo.operators.report import WriteReportOperator
from caspen_qbo.operators.retry import task_defaults
from caspen_qbo.operators.shard import Practice
from caspen_qbo.operators.summarise import SummariseOperator
from caspen_qbo.settings import DATA_DOCS, QUICKBOOKS_POOL

with DAG(
    dag_id="reconcile_quickbooks",
    doc_md=__doc__,
    schedule=CronDataIntervalTimetable("30 2 * * *", timezone="Australia/Sydney"),
    start_date=pendulum.datetime(2026, 1, 1, tz="Australia/Sydney"),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=6),
    params={
        "workspace_id": Param(
            None, type=["null", "integer"], description="Only this practice; all if empty."
        ),
        "full": Param(False, type="boolean", description="Read every linked document again."),
        "data_docs": Param(DATA_DOCS, type="boolean", description="Write Data Docs too, see Checks."),
    },
    default_args=task_defaults("reconcile_quickbooks"),
    render_template_as_native_obj=True,
    tags=["caspen", "quickbooks", "checks"],
):
    CheckHeartbeatOperator(**task("check_heartbeat"), on_failure_callback=notify_failure)
    workspaces = FindWorkspacesOperator(
        **task("find_workspaces"),
        job="reconcile",
        workspace_id="{{ params.workspace_id }}",
    )

    @task_group(group_id="practice")
    def reconcile_shard(practices: list[Practice]) -> None:
        reconciled = ReconcileOperator(
            **task("practice.reconcile"),
            practices=practices,
            full="{{ params.full }}",
            data_docs="{{ params.data_docs }}",
            pool=QUICKBOOKS_POOL,
            map_index_template="{{ task.practice }}",
        )
        reconciled >> WriteReportOperator(
            **task("practice.write_report"),
            practices=practices,
            map_index_template="{{ task.practice }}",
            trigger_rule=TriggerRule.ALL_DONE,  # those that were reconciled, whatever became of the others
        )

    summary = SummariseOperator(
        **task("summarise"),
        job="reconcile",
        workspaces=workspaces.output,
        results_of=[RECONCILE_TASK, REPORT_TASK],
        on_success_callback=notify_differences,
        on_failure_callback=notify_failure,
    )
    announce = AnnounceEqualOperator(**task("announce_equal"))
    reconcile_shard.expand(practices=workspaces.output) >> summary >> announce
