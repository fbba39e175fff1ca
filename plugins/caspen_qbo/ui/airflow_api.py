"""Airflow's public API asked in-process, as the signed-in user: their rights and the audit log both hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import anyio.from_thread
import httpx
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from fastapi import Request

from caspen_qbo.errors import ConfigurationError, SyncError

TIMEOUT_SECONDS = 20.0


class AirflowRefusedError(SyncError):
    """Airflow did not do what was asked; the message says what it answered."""


@dataclass(frozen=True, slots=True)
class AirflowRun:
    """A DAG run."""

    dag_id: str
    run_id: str
    state: str
    """queued, running, success or failed."""
    queued_at: datetime | None
    conf: dict[str, Any]
    username: str
    """Who started it; empty for schedules."""

    @property
    def is_open(self) -> bool:
        return self.state in ("queued", "running")


class AirflowMissingError(AirflowRefusedError):
    """There is no such run, or it has no such result."""


class AirflowApi:
    """Only from a route that runs in a worker thread (``def``, not ``async def``)."""

    def __init__(self, request: Request) -> None:
        self._app = request.scope.get("caspen_qbo.airflow")
        self._token = _bearer(request) or request.cookies.get(COOKIE_NAME_JWT_TOKEN, "")

    def trigger(self, dag_id: str, conf: dict[str, Any], note: str, *, run_id: str | None = None) -> str:
        """
        Start a DAG run now.

        :param run_id: A name of our own: then a second run of that name is refused.
        :return: Its run id.
        :raises AirflowRefusedError: not permitted, no such DAG, the DAG is switched off, wrong parameters, or
            there is a run of that name.
        """
        dag = self._call("GET", f"/api/v2/dags/{quote(dag_id)}", dag_id)
        if dag.get("is_paused"):
            raise AirflowRefusedError(
                f"The DAG {dag_id} is switched off in Airflow: a run would wait for ever. Switch it on first."
            )
        body = {"logical_date": None, "conf": conf, "note": note, "dag_run_id": run_id}
        return self._call("POST", f"/api/v2/dags/{quote(dag_id)}/dagRuns", dag_id, json=body)["dag_run_id"]

    def open_runs(self, dag_id: str, limit: int = 20) -> list[AirflowRun]:
        """Queued and running runs of a DAG, newest first; empty when the DAG is not there."""
        return self._runs(dag_id, {"state": ["queued", "running"], "limit": limit})

    def runs(self, dag_id: str, limit: int) -> list[AirflowRun]:
        """The newest runs of a DAG, newest first; empty when the DAG is not there."""
        return self._runs(dag_id, {"limit": limit})

    def _runs(self, dag_id: str, params: dict[str, Any]) -> list[AirflowRun]:
        path = f"/api/v2/dags/{quote(dag_id)}/dagRuns"
        try:
            found = self._call("GET", path, dag_id, params={**params, "order_by": "-id"})
        except AirflowRefusedError:
            return []
        return [_run(each) for each in found["dag_runs"]]

    def run(self, dag_id: str, run_id: str) -> AirflowRun:
        """:raises AirflowMissingError: there is no such run."""
        return _run(self._call("GET", _path(dag_id, run_id), dag_id))

    def task_states(self, dag_id: str, run_id: str) -> dict[str, str]:
        """Task id to state, empty while a task has none."""
        found = self._call("GET", f"{_path(dag_id, run_id)}/taskInstances", dag_id)
        return {each["task_id"]: each["state"] or "" for each in found["task_instances"]}

    def result(self, dag_id: str, run_id: str, task_id: str) -> Any:
        """What a task returned; None when it has returned nothing, or not yet."""
        path = f"{_path(dag_id, run_id)}/taskInstances/{quote(task_id)}/xcomEntries/return_value"
        try:
            return self._call("GET", path, dag_id, params={"stringify": "false"})["value"]
        except AirflowMissingError:
            return None

    def _call(self, method: str, path: str, dag_id: str, **how: Any) -> dict[str, Any]:
        if self._app is None:
            raise ConfigurationError(
                "These pages are not mounted in Airflow's API server; DAGs cannot be reached."
            )
        answer: httpx.Response = anyio.from_thread.run(self._send, method, path, how)
        if answer.is_success:
            return answer.json()
        told = {
            401: "your login has ended",
            403: "your role does not permit it",
            404: "there is no such DAG or run; is the file in the DAGs folder and without errors?",
            409: "there is such a run already",
        }
        reason = told.get(answer.status_code, f"HTTP {answer.status_code}")
        refused = AirflowMissingError if answer.status_code == 404 else AirflowRefusedError
        raise refused(f"Airflow did not accept this for the DAG {dag_id}: {reason}.")

    async def _send(self, method: str, path: str, how: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {self._token}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://airflow", timeout=TIMEOUT_SECONDS
        ) as client:
            return await client.request(method, path, headers=headers, **how)


def _path(dag_id: str, run_id: str) -> str:
    return f"/api/v2/dags/{quote(dag_id)}/dagRuns/{quote(run_id, safe='')}"


def _run(found: dict[str, Any]) -> AirflowRun:
    return AirflowRun(
        found["dag_id"],
        found["dag_run_id"],
        found["state"],
        _instant(found.get("queued_at")),
        found.get("conf") or {},
        found.get("triggering_user_name") or "",
    )


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
