"""
### Sync new work
Posts and imports as soon as something is new: a watcher in the triggerer looks every few seconds at what
moved in Caspen and at what QuickBooks' webhook reported, and names the practices; only those are worked on.

**Runs:** when the asset `caspen/qbo/new_work` is updated, up to three at a time. The schedules of
`post_to_quickbooks` and `import_from_quickbooks` stay: they find whatever an event missed, and with this DAG
switched off everything is found by them, a quarter of an hour later at most.
**Safe to re-run:** yes, at any time. It does what those two do; a practice that another run works on is left
to it.
**If it fails:** the log of `summarise` names the practice and the reason. The other practices were done.
**By hand:** works on every practice with something to do.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import DAG, task_group

from caspen_qbo.operators.exposed.manual import task
from caspen_qbo.operators.find import FindNewWorkOperator
from caspen_qbo.operators.jobs import ImportOperator, PostOperator
from caspen_qbo.operators.notify import notify_failure
from caspen_qbo.operators.retry import task_defaults
from caspen_qbo.operators.shard import ShardOperator
from caspen_qbo.operators.summarise import SummariseOperator
from caspen_qbo.operators.watch import NEW_WORK
from caspen_qbo.settings import QUICKBOOKS_POOL

with DAG(
    dag_id="sync_new_work",
    doc_md=__doc__,
    schedule=[NEW_WORK],
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=3,
    dagrun_timeout=timedelta(hours=2),
    default_args=task_defaults("sync_new_work"),
    render_template_as_native_obj=True,
    tags=["caspen", "quickbooks", "sync"],
):
    for job, name, operator in (
        ("import", "import_workspace", ImportOperator),
        ("post", "post_workspace", PostOperator),
    ):

        @task_group(group_id=job)
        def work(job: str = job, name: str = name, operator: type[ShardOperator] = operator) -> None:
            found = FindNewWorkOperator(**task("find_workspaces"), job=job)
            done = operator.partial(
                **task(name),
                leave_busy=True,
                pool=QUICKBOOKS_POOL,
                map_index_template="{{ task.practice }}",
            ).expand(practices=found.output)
            done >> SummariseOperator(
                **task("summarise"),
                job=job,
                workspaces=found.output,
                results_of=[f"{job}.{name}"],
                on_failure_callback=notify_failure,
            )

        work()
