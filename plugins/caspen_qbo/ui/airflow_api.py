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
class OpenRun:
    """A DAG run that has not ended."""

    dag_id: str
    run_id: str
    state: str
    """queued or running."""
    queued_at: datetime | None
    conf: dict[str, Any]


class AirflowApi:
    """Only from a route that runs in a worker thread (``def``, not ``async def``)."""

    def __init__(self, request: Request) -> None:
        self._app = request.scope.get("caspen_qbo.airflow")
        self._token = _bearer(request) or request.cookies.get(COOKIE_NAME_JWT_TOKEN, "")

    def trigger(self, dag_id: str, conf: dict[str, Any], note: str) -> str:
        """
        Start a DAG run now.

        :return: Its run id.
        :raises AirflowRefusedError: not permitted, no such DAG, the DAG is switched off, or wrong parameters.
        """
        dag = self._call("GET", f"/api/v2/dags/{quote(dag_id)}", dag_id)
        if dag.get("is_paused"):
            raise AirflowRefusedError(
                f"The DAG {dag_id} is switched off in Airflow: a run would wait for ever. Switch it on first."
            )
        body = {"logical_date": None, "conf": conf, "note": note}
        return self._call("POST", f"/api/v2/dags/{quote(dag_id)}/dagRuns", dag_id, json=body)["dag_run_id"]

    def open_runs(self, dag_id: str, limit: int = 20) -> list[OpenRun]:
        """Queued and running runs of a DAG, newest first; empty when the DAG is not there."""
        try:
            found = self._call(
                "GET",
                f"/api/v2/dags/{quote(dag_id)}/dagRuns",
                dag_id,
                params={"state": ["queued", "running"], "limit": limit, "order_by": "-id"},
            )
        except AirflowRefusedError:
            return []
        return [
            OpenRun(
                dag_id, run["dag_run_id"], run["state"], _instant(run.get("queued_at")), run.get("conf") or {}
            )
            for run in found["dag_runs"]
        ]

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
            404: "there is no such DAG; is the file in the DAGs folder and without errors?",
        }
        reason = told.get(answer.status_code, f"HTTP {answer.status_code}")
        raise AirflowRefusedError(f"Airflow did not accept this for the DAG {dag_id}: {reason}.")

    async def _send(self, method: str, path: str, how: dict[str, Any]) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app, raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {self._token}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://airflow", timeout=TIMEOUT_SECONDS
        ) as client:
            return await client.request(method, path, headers=headers, **how)


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
