"""What the pages need of Airflow's own models. These have no public interface, so they are imported where
used: if one moves, only this breaks. `tests/dags/test_airflow_internals.py` names every one.
"""


def team_of(dag_id: str) -> str | None:
    """The team a DAG belongs to, where Airflow divides DAGs among teams."""
    from airflow.models.dag import DagModel

    return DagModel.get_team_name(dag_id)
