"""Airflow's public API, called in-process as the signed-in user: their rights and the audit log both hold."""

from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote

import anyio.from_thread
import httpx
import msgspec
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from fastapi import Request
from starlette.types import ASGIApp

from caspen_qbo.errors import ConfigurationError, SyncError

T = TypeVar("T")

TIMEOUT_SECONDS = 20.0
MOUNTED_IN = "caspen_qbo.airflow"
"""Under this key of the request's scope the pages find Airflow's own application."""

REFUSALS: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "your login has ended",
    HTTPStatus.FORBIDDEN: "your role does not permit it",
    HTTPStatus.NOT_FOUND: "there is no such DAG or run; is the file in the DAGs folder and without errors?",
    HTTPStatus.CONFLICT: "there is such a run already",
}


class AirflowRefusedError(SyncError):
    """Airflow did not do what was asked; the message says what it answered."""


class AirflowMissingError(AirflowRefusedError):
    """There is no such run, or it has no such result."""


class AirflowRun(
    msgspec.Struct, frozen=True, rename={"run_id": "dag_run_id", "username": "triggering_user_name"}
):
    """A DAG run."""

    dag_id: str
    run_id: str
    state: str
    """queued, running, success or failed."""
    queued_at: datetime | None = None
    conf: dict[str, Any] | None = None
    username: str | None = None
    """Who started it; None for schedules."""

    @property
    def is_open(self) -> bool:
        return self.state in ("queued", "running")

    def asked(self, name: str, default: object = None) -> Any:
        """A parameter it was started with."""
        return (self.conf or {}).get(name, default)


class _Dag(msgspec.Struct):
    is_paused: bool


class _Runs(msgspec.Struct):
    dag_runs: list[AirflowRun]


class _Task(msgspec.Struct):
    task_id: str
    state: str | None


class _Tasks(msgspec.Struct):
    task_instances: list[_Task]


class _Result(msgspec.Struct):
    value: Any


class AirflowApi:
    """Only from a route that runs in a worker thread (``def``, not ``async def``)."""

    def __init__(self, request: Request) -> None:
        self._app: ASGIApp | None = request.scope.get(MOUNTED_IN)
        self._token = _bearer(request) or request.cookies.get(COOKIE_NAME_JWT_TOKEN, "")

    def trigger(self, dag_id: str, conf: dict[str, Any], note: str, *, run_id: str | None = None) -> str:
        """Start a DAG run now; its run id. A ``run_id`` of our own: a second run of that name is refused.
        AirflowRefusedError: not permitted, no such DAG, the DAG is off, wrong parameters, or such a run.
        """
        if self._call(_Dag, "GET", dag_id, "").is_paused:
            raise AirflowRefusedError(
                f"The DAG {dag_id} is switched off in Airflow: a run would wait for ever. Switch it on first."
            )
        body = {"logical_date": None, "conf": conf, "note": note, "dag_run_id": run_id}
        return self._call(AirflowRun, "POST", dag_id, "/dagRuns", json=body).run_id

    def open_runs(self, dag_id: str, limit: int = 20) -> list[AirflowRun]:
        """Queued and running runs of a DAG, newest first; empty when the DAG is not there."""
        return self._runs(dag_id, state=["queued", "running"], limit=limit)

    def runs(self, dag_id: str, limit: int) -> list[AirflowRun]:
        """The newest runs of a DAG, newest first; empty when the DAG is not there."""
        return self._runs(dag_id, limit=limit)

    def _runs(self, dag_id: str, **params: Any) -> list[AirflowRun]:
        try:
            found = self._call(_Runs, "GET", dag_id, "/dagRuns", params={**params, "order_by": "-id"})
        except AirflowRefusedError:
            return []
        return found.dag_runs

    def run(self, dag_id: str, run_id: str) -> AirflowRun:
        """:raises AirflowMissingError: there is no such run."""
        return self._call(AirflowRun, "GET", dag_id, _run_path(run_id))

    def task_states(self, dag_id: str, run_id: str) -> dict[str, str]:
        """Task id to state, empty while a task has none."""
        found = self._call(_Tasks, "GET", dag_id, f"{_run_path(run_id)}/taskInstances")
        return {task.task_id: task.state or "" for task in found.task_instances}

    def result(self, kind: type[T], dag_id: str, run_id: str, task_id: str) -> T | None:
        """What a task returned; None: nothing, or not yet. msgspec.ValidationError: not of this kind."""
        path = f"{_run_path(run_id)}/taskInstances/{quote(task_id)}/xcomEntries/return_value"
        try:
            value = self._call(_Result, "GET", dag_id, path, params={"stringify": "false"}).value
        except AirflowMissingError:
            return None
        return None if value is None else msgspec.convert(value, kind)

    def _call(self, kind: type[T], method: str, dag_id: str, path: str, **how: Any) -> T:
        if self._app is None:
            raise ConfigurationError(
                "These pages are not mounted in Airflow's API server; DAGs cannot be reached."
            )
        address = f"/api/v2/dags/{quote(dag_id)}{path}"
        answer = anyio.from_thread.run(self._send, self._app, method, address, how)
        if answer.is_success:
            return msgspec.json.decode(answer.content, type=kind)
        reason = REFUSALS.get(answer.status_code, f"HTTP {answer.status_code}")
        refused = AirflowMissingError if answer.status_code == HTTPStatus.NOT_FOUND else AirflowRefusedError
        raise refused(f"Airflow did not accept this for the DAG {dag_id}: {reason}.")

    async def _send(self, app: ASGIApp, method: str, address: str, how: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport,
            base_url="http://airflow",
            headers={"Authorization": f"Bearer {self._token}"},
            timeout=TIMEOUT_SECONDS,
        ) as client:
            return await client.request(method, address, **how)


def _run_path(run_id: str) -> str:
    return f"/dagRuns/{quote(run_id, safe='')}"


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""
