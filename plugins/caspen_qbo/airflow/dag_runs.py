"""What the pages need of Airflow's own models. These have no public interface, so they are imported where
used: if one moves, only this breaks. `tests/dags/test_airflow_internals.py` names every one.
"""

import logging
from datetime import datetime

log = logging.getLogger(__name__)


def queue_run(dag_id: str, run_id: str, *, workspace_id: int, run_after: datetime, note: str) -> None:
    """Queue a run for one workspace, without the login the public API needs. A second of its name is not
    queued. Logged and left undone where the DAG is missing, off or refuses: its schedule starts one anyway.
    """
    from airflow.api.common.trigger_dag import trigger_dag
    from airflow.exceptions import DagNotFound, DagRunAlreadyExists
    from airflow.models.dag import DagModel
    from airflow.sdk.exceptions import AirflowException
    from airflow.utils.types import DagRunTriggeredByType

    try:
        dag = DagModel.get_current(dag_id)
        if dag is None or dag.is_paused:
            log.warning("run=%s: the DAG %s is missing or switched off", run_id, dag_id)
            return
        trigger_dag(
            dag_id,
            triggered_by=DagRunTriggeredByType.REST_API,
            run_id=run_id,
            run_after=run_after,
            conf={"workspace_id": workspace_id},
            note=note,
        )
    except DagRunAlreadyExists:
        return
    except (DagNotFound, AirflowException) as error:
        log.warning("run=%s dag=%s error=%s", run_id, dag_id, type(error).__name__)


def team_of(dag_id: str) -> str | None:
    """The team a DAG belongs to, where Airflow divides DAGs among teams."""
    from airflow.models.dag import DagModel

    return DagModel.get_team_name(dag_id)
