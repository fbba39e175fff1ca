"""Who may do what on the pages. The only module that asks Airflow's auth manager.

| right     | asked of the auth manager                                | Airflow's own roles |
|-----------|----------------------------------------------------------|---------------------|
| read      | may read runs of the DAG ``reconcile_quickbooks``        | viewer and above    |
| operate   | may create runs of the DAG ``post_to_quickbooks``        | user and above      |
| configure | may change the connection ``quickbooks``                 | op and above        |

Everyone sees every workspace, but in Airflow's multi-team mode those who may not configure see only those of
their teams: workspace 7 belongs to team ``workspace_7``.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import (
    ConnectionDetails,
    DagAccessEntity,
    DagDetails,
    TeamDetails,
)
from airflow.api_fastapi.core_api.security import GetUserDep
from airflow.configuration import conf
from fastapi import HTTPException, status

from caspen_qbo.airflow.dag_runs import team_of
from caspen_qbo.settings import QUICKBOOKS_CONN_ID


class Right(StrEnum):
    READ = "read"
    OPERATE = "operate"
    """Retry, re-send, accept, run now, plan a backfill."""
    CONFIGURE = "configure"
    """Connect, settings, tax and customer links, sign-off, approve a backfill."""


READ_DAG = "reconcile_quickbooks"
OPERATE_DAG = "post_to_quickbooks"


def holds(user: BaseUser, right: Right) -> bool:
    """Ask Airflow's auth manager. Answers from the user's token and roles; safe to call for each button."""
    manager = get_auth_manager()
    if right is Right.CONFIGURE:
        return manager.is_authorized_connection(
            method="PUT", details=ConnectionDetails(conn_id=QUICKBOOKS_CONN_ID), user=user
        )
    operate = right is Right.OPERATE
    dag_id = OPERATE_DAG if operate else READ_DAG
    return manager.is_authorized_dag(
        method="POST" if operate else "GET",
        access_entity=DagAccessEntity.RUN,
        details=DagDetails(id=dag_id, team_name=_team_of_dag(dag_id)),
        user=user,
    )


def rights_of(user: BaseUser) -> frozenset[Right]:
    return frozenset(right for right in Right if holds(user, right))


def requires(right: Right) -> Callable[[BaseUser], None]:
    """A FastAPI dependency: 401 without a login, 403 without the right."""

    def check(user: GetUserDep) -> None:
        if not holds(user, right):
            raise HTTPException(status.HTTP_403_FORBIDDEN, f"This needs the right to {right}.")

    return check


def sees_all(user: BaseUser) -> bool:
    """Whether every workspace is visible to this user."""
    return not _multi_team() or holds(user, Right.CONFIGURE)


def visible(user: BaseUser, workspace_ids: Iterable[int]) -> list[int]:
    """Those of the workspaces that this user may see, in the given order."""
    if sees_all(user):
        return list(workspace_ids)
    manager = get_auth_manager()
    return [
        workspace_id
        for workspace_id in workspace_ids
        if manager.is_authorized_team(
            method="GET", details=TeamDetails(name=f"workspace_{workspace_id}"), user=user
        )
    ]


def _multi_team() -> bool:
    return conf.getboolean("core", "multi_team", fallback=False)


def _team_of_dag(dag_id: str) -> str | None:
    return team_of(dag_id) if _multi_team() else None
