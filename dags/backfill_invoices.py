"""
### Backfill invoices
Takes chosen invoices, by number, to QuickBooks: recreated ones and listed ones are posted like any other; one
that QuickBooks already has, with the same number, customer, date, amounts and payments, is linked and not
posted. Older invoices are never posted. A number that clashes is shown with the QuickBooks document's id,
date and total.

**Runs:** by hand. `dry_run` is on unless you switch it off: `plan_backfill` shows what would become of each
number. With `dry_run` off the plan waits an hour for an Op or Admin to approve it (*Required Actions*, or the
pages); no answer means no. The approval is stored with the plan and checked by `backfill_invoices`, so
`approved` alone carries nothing out: it only says that a person has approved this run on the pages.
**Safe to re-run:** yes. It continues where it ended, and a second run finds nothing to do.
**If it fails:** the log of the red task says why; what was done is recorded and will be recognised.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, Param

from caspen_qbo.operators.backfill import ApproveBackfillOperator, BackfillOperator, PlanBackfillOperator
from caspen_qbo.operators.exposed.manual import task
from caspen_qbo.operators.notify import notify_failure
from caspen_qbo.operators.retry import task_defaults
from caspen_qbo.settings import QUICKBOOKS_POOL

CHOSEN = {"workspace_id": "{{ params.workspace_id }}", "invoice_numbers": "{{ params.invoice_numbers }}"}

with DAG(
    dag_id="backfill_invoices",
    doc_md=__doc__,
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    params={
        "workspace_id": Param(
            None, type=["null", "integer"], description="The practice; empty if there is one."
        ),
        "invoice_numbers": Param(
            [], type=["null", "array", "string"], description="Invoice numbers as printed."
        ),
        "dry_run": Param(True, type="boolean", description="Show what would happen; send nothing."),
        "approved": Param(False, type="boolean", description="Set by the pages; opens nothing by itself."),
    },
    default_args={
        **task_defaults("backfill_invoices"),
        "execution_timeout": timedelta(hours=6),
        "on_failure_callback": notify_failure,
    },
    render_template_as_native_obj=True,
    tags=["caspen", "quickbooks", "sync"],
):
    plan = PlanBackfillOperator(**task("plan_backfill"), pool=QUICKBOOKS_POOL, **CHOSEN)
    approve = ApproveBackfillOperator(
        **task("approve_backfill"),
        plan_only="{{ params.dry_run }}",
        workspace_id="{{ ti.xcom_pull(task_ids='plan_backfill')['workspace_id'] }}",
        planned="{{ ti.xcom_pull(task_ids='plan_backfill')['counts'] }}",
        subject="Carry out the backfill of {{ task.planned.values() | sum }} invoice(s)?",
        defaults=ApproveBackfillOperator.REJECT,
        response_timeout=timedelta(hours=1),
    )
    backfill = BackfillOperator(**task("backfill_invoices"), pool=QUICKBOOKS_POOL, **CHOSEN)
    plan >> approve >> backfill
