"""### Monthly figures (an example of another team's DAG)
Starts when both sides are proved equal: `reconcile_quickbooks` updates the asset it is scheduled on only when
every connected practice is reconciled and no difference is unexplained, and not after any other night.
Copy it into your own DAGs folder; it needs nothing of ours but the asset's name.
"""

from __future__ import annotations

import pendulum
from airflow.sdk import DAG, Asset, task

RECONCILIATION = Asset("caspen/qbo/reconciliation")

with DAG(
    dag_id="monthly_figures",
    doc_md=__doc__,
    schedule=[RECONCILIATION],
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    tags=["example"],
):

    @task(inlets=[RECONCILIATION])
    def read_figures(triggering_asset_events: object = None) -> dict[str, int]:
        """What was proved: the counts that came with the update."""
        events = triggering_asset_events[RECONCILIATION]  # type: ignore[index]
        extra = events[-1].extra
        return {
            name: extra[name] for name in ("practices", "documents_checked", "differences", "unexplained")
        }

    read_figures()
