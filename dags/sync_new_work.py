"""
### Sync new work
Posts and imports as soon as something is new: a watcher in the triggerer looks every few seconds at what
moved in Caspen and at what QuickBooks' webhook reported, and names the practices; only those are worked on.

**Runs:** when the asset `caspen/qbo/new_work` is updated, up to sixteen at a time. Usually one task does all
of it, and the others are skipped: they take what is more than about a minute's work, and what failed in the
first, to try it again. The schedules of `post_to_quickbooks` and `import_from_quickbooks` stay: they find
whatever an event missed, and with this DAG switched off everything is found by them, a quarter of an hour
later at most.
**Safe to re-run:** yes, at any time. It does what those two do; a practice that another run works on is left
to it.
**If it fails:** the run's note and the log of `summarise` name the practice and the reason. The other
practices were done.
**By hand:** works on every practice with something to do.
"""

from __future__ import annotations

from datetime import timedelta

import pendulum
from airflow.sdk import DAG

from caspen_qbo.operators.events.sync import (
    NewWorkOperator,
    SummariseNewWorkOperator,
    SyncNewWorkOperator,
)
from caspen_qbo.operators.exposed.manual import task
from caspen_qbo.operators.notify import notify_failure
from caspen_qbo.operators.retry import task_defaults
from caspen_qbo.operators.watch import NEW_WORK
from caspen_qbo.settings import QUICKBOOKS_POOL

with DAG(
    dag_id="sync_new_work",
    doc_md=__doc__,
    schedule=[NEW_WORK],
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    # One that waits, for a slow company or for another try, keeps no other from starting.
    max_active_runs=16,
    dagrun_timeout=timedelta(hours=2),
    default_args=task_defaults("sync_new_work"),
    render_template_as_native_obj=True,
    tags=["caspen", "quickbooks", "sync"],
):
    found = SyncNewWorkOperator(**task("sync_practices"), pool=QUICKBOOKS_POOL)
    handed_on = NewWorkOperator.partial(
        **task("sync_shard"),
        pool=QUICKBOOKS_POOL,
        map_index_template="{{ task.practice }}",
    ).expand(practices=found.output)
    handed_on >> SummariseNewWorkOperator(
        **task("summarise"),
        workspaces=found.output,
        results_of=["sync_shard"],
        on_failure_callback=notify_failure,
    )
