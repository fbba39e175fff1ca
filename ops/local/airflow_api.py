"""Airflow's public REST API, as far as the demo and the launcher use it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Self

import httpx

from ops.errors import OpsError

COMPONENTS = ("metadatabase", "scheduler", "triggerer", "dag_processor")
POLL_SECONDS = 0.5
NOTE_SECONDS = 5
"""A run's note is written a moment after its end."""


@dataclass(frozen=True)
class DagRun:
    """One finished run: `state` is `success` or `failed`; `seconds`, its wall time; `note`, its text."""

    dag_id: str
    run_id: str
    state: str
    seconds: float
    failed_tasks: tuple[str, ...] = ()
    note: str = ""


class AirflowApi:
    """A signed-in client. `check` is called while waiting, to stop at once when a service has died."""

    def __init__(self, base_url: str, *, check: Callable[[], None] = lambda: None) -> None:
        self._http = httpx.Client(base_url=base_url, timeout=30)
        self._check = check

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def health(self) -> dict[str, str]:
        """Status by component; empty while the API server does not answer."""
        try:
            answer = self._http.get("/api/v2/monitor/health")
        except httpx.TransportError:
            return {}
        return {name: (answer.json().get(name) or {}).get("status") or "starting" for name in COMPONENTS}

    def wait_healthy(self, timeout_seconds: float, without: Collection[str] = ()) -> None:
        """Wait for every component, except those that are not part of this system.

        :raises OpsError: one is not healthy in time; names it.
        """
        health = self._wait(
            lambda: {name: status for name, status in self.health().items() if name not in without},
            lambda found: bool(found) and all(status == "healthy" for status in found.values()),
            timeout_seconds,
        )
        bad = {name: status for name, status in health.items() if status != "healthy"}
        if bad or not health:
            raise OpsError(
                f"Airflow is not healthy after {timeout_seconds:.0f} s: {bad or 'no answer'}; see var/log/"
            )

    def warm(self, timeout_seconds: float) -> None:
        """Have the task API build its schemas as soon as the server answers; else the first task waits for
        them.

        :raises OpsError: the server does not answer in time.
        """
        if not self._wait(self.health, bool, timeout_seconds):
            raise OpsError(f"the API server does not answer after {timeout_seconds:.0f} s; see var/log/")
        self._http.get("/execution/health", timeout=timeout_seconds).raise_for_status()

    def sign_in(self, name: str, password: str) -> None:
        answer = self._http.post("/auth/token", json={"username": name, "password": password})
        if answer.status_code != httpx.codes.CREATED:
            raise OpsError(f"Airflow refused the login of {name} (HTTP {answer.status_code}).")
        self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def wait_for_dags(self, dag_ids: set[str], timeout_seconds: float = 90) -> None:
        """:raises OpsError: a DAG file does not load, or is not found in time; names it."""
        missing = self._wait(lambda: dag_ids - self.dag_ids(), lambda left: not left, timeout_seconds)
        if missing:
            errors = self.get("/api/v2/importErrors").get("import_errors", [])
            reasons = "; ".join(
                f"{e['filename']}: {e['stack_trace'].strip().splitlines()[-1]}" for e in errors
            )
            names = ", ".join(sorted(missing))
            raise OpsError(f"Airflow did not load {names}. {reasons or 'See var/log/dag-processor.log'}")

    def dag_ids(self) -> set[str]:
        return {dag["dag_id"] for dag in self.get("/api/v2/dags", limit=100)["dags"]}

    def ensure_pool(self, name: str, slots: int, description: str) -> None:
        """Create a pool; one that is there keeps the slots people gave it."""
        pool = {"name": name, "slots": slots, "description": description}
        answer = self._http.post("/api/v2/pools", json=pool)
        if answer.status_code != httpx.codes.CONFLICT:
            answer.raise_for_status()

    def unpause(self, dag_ids: set[str]) -> None:
        self._set_paused(dag_ids, paused=False)

    def pause(self, dag_ids: set[str]) -> None:
        """What begins no longer: neither runs nor the tasks of those that have begun."""
        self._set_paused(dag_ids, paused=True)

    def _set_paused(self, dag_ids: set[str], *, paused: bool) -> None:
        for dag_id in sorted(dag_ids):
            self._http.patch(f"/api/v2/dags/{dag_id}", json={"is_paused": paused}).raise_for_status()

    def run(self, dag_id: str, conf: dict[str, Any] | None = None, timeout_seconds: float = 600) -> DagRun:
        """Start a run as a person would, and wait for its end.

        :raises OpsError: refused, or not finished in time. A failed run is returned, not raised.
        """
        return self.finish(dag_id, self.start(dag_id, conf), timeout_seconds)

    def start(self, dag_id: str, conf: dict[str, Any] | None = None) -> str:
        """Start a run as a person would; its id. :raises OpsError: refused."""
        answer = self._http.post(
            f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": conf or {}}
        )
        if answer.is_error:
            raise OpsError(
                f"Airflow refused a run of {dag_id}: HTTP {answer.status_code} {answer.text[:300]}"
            )
        return answer.json()["dag_run_id"]

    def runs(self, dag_id: str) -> list[str]:
        """Ids of its runs, whoever started them."""
        return [run["dag_run_id"] for run in self.get(f"/api/v2/dags/{dag_id}/dagRuns")["dag_runs"]]

    def state(self, dag_id: str, run_id: str) -> str:
        return self.get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}")["state"]

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Its task instances as the API gives them: `task_id`, `state`, `hostname`, `try_number` and more."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances"
        return self.get(path, limit=1000)["task_instances"]

    def clear(self, dag_id: str, run_id: str, task_id: str) -> None:
        """Let a task of a run be done again at once, as a person does with Clear."""
        body = {"dry_run": False, "dag_run_id": run_id, "task_ids": [task_id], "only_failed": False}
        self._http.post(f"/api/v2/dags/{dag_id}/clearTaskInstances", json=body).raise_for_status()

    def finish(self, dag_id: str, run_id: str, timeout_seconds: float = 600) -> DagRun:
        """Wait for the end of a run. :raises OpsError: not finished in time. A failed run is returned."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}"
        began = time.monotonic()
        state = self._wait(
            lambda: self.state(dag_id, run_id), lambda found: found in ("success", "failed"), timeout_seconds
        )
        if state not in ("success", "failed"):
            raise OpsError(f"{dag_id} {run_id} is still {state} after {timeout_seconds:.0f} s; see var/log/")
        seconds = time.monotonic() - began
        note = self._wait(lambda: self.get(path)["note"], bool, NOTE_SECONDS)
        failed = tuple(
            t["task_id"] for t in self.tasks(dag_id, run_id) if t["state"] in ("failed", "upstream_failed")
        )
        return DagRun(dag_id, run_id, state, seconds, failed, note or "")

    def get(self, path: str, **params: Any) -> Any:
        """A page of the API, as its JSON."""
        answer = self._http.get(path, params=params)
        answer.raise_for_status()
        return answer.json()

    def _wait(self, read: Callable[[], Any], done: Callable[[Any], bool], timeout_seconds: float) -> Any:
        deadline = time.monotonic() + timeout_seconds
        while True:
            value = read()
            if done(value) or time.monotonic() > deadline:
                return value
            self._check()
            time.sleep(POLL_SECONDS)
