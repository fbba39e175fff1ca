"""One service after the other is killed in the middle of a run, stays away for a while, and comes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import httpx

from ops.compose_test.practice import Trial
from ops.compose_test.stack import LOOK_EVERY_SECONDS, Container, Stack
from ops.errors import OpsError
from ops.local.airflow_api import AirflowApi
from ops.progress import Progress

T = TypeVar("T")

POST, IMPORT, RECONCILE = "post_to_quickbooks", "import_from_quickbooks", "reconcile_quickbooks"
POST_TASK = "post_workspace"
LATENCY_SECONDS = 1.0
"""On each answer of QuickBooks while something is to be killed, so that there is a middle."""
STANDSTILL_SECONDS = 20.0
"""On each further answer, so that the middle lasts until the kill."""
MIDDLE_SECONDS = 240
NOTICED_SECONDS = 240
RUN_SECONDS = 1500
AWAY_SECONDS = 15
"""The least a service is away: longer than anybody's single attempt."""


@dataclass(frozen=True)
class Kill:
    """What is killed, and whose health checks must say so, or must not."""

    service: str
    ill: tuple[str, ...] = ()
    """Services that cannot do their work meanwhile: their own checks fail."""
    well: tuple[str, ...] = ()
    component: str = ""
    """Of Airflow's health page: must not be called healthy while the service is away."""


KILLS = (
    Kill("worker", well=("scheduler", "api-server", "postgres", "redis")),
    Kill("redis", ill=("worker",), well=("api-server", "postgres")),
    Kill("scheduler", well=("worker", "api-server", "redis"), component="scheduler"),
    Kill("postgres", ill=("api-server", "scheduler"), well=("redis",)),
    Kill("api-server", well=("scheduler", "worker", "postgres")),
    Kill("triggerer", well=("scheduler", "worker", "api-server"), component="triggerer"),
)


@dataclass(frozen=True)
class Survived:
    """How it went, for the table of figures."""

    service: str
    before: int
    """Of the new invoices, those in QuickBooks when it was killed."""
    new: int
    away_seconds: float
    run_seconds: float
    """From the kill to the run's end."""
    tries: int
    """Of the task that posts."""
    state: str
    """Of the run that was in the middle."""


def survive(kill: Kill, trial: Trial, api: AirflowApi, progress: Progress) -> tuple[Survived, list[str]]:
    """Bill, post, kill in the middle, look at the health checks, start again, wait; and let the next run do
    what is left.

    :raises OpsError: a health check lied, or a run did not end.
    """
    stack = trial.stack
    numbers = trial.bill()
    trial.latency(LATENCY_SECONDS)
    run_id = api.start(POST)
    before = _await_middle(trial, numbers)
    trial.latency(STANDSTILL_SECONDS)
    victim = _victim(kill, stack, api, run_id)
    stack.kill(victim)
    killed = time.monotonic()
    progress.line(f"{kill.service} killed with {before} of {len(numbers)} new invoices in QuickBooks")
    trial.latency(0)
    _look(kill, stack, api, victim)
    time.sleep(max(0.0, AWAY_SECONDS - (time.monotonic() - killed)))
    away = time.monotonic() - killed
    stack.start(victim)
    for service in {kill.service, *kill.ill}:
        for container in stack.containers(service):
            _until(partial(stack.is_well, container), f"{service} is not well again")
    state = _await_end(api, POST, run_id)
    took = time.monotonic() - killed
    tries = max(
        t["try_number"] for t in _patient(lambda: api.tasks(POST, run_id)) if t["task_id"] == POST_TASK
    )
    progress.line(f"{kill.service} back after {away:.0f} s; the run ended as {state}, in {tries} tries")
    require_success(api, POST)
    return Survived(kill.service, before, len(numbers), away, took, tries, state), numbers


def require_success(api: AirflowApi, dag_id: str) -> None:
    """One run that must succeed. :raises OpsError: it did not; names its failed tasks."""
    run_id = _patient(lambda: api.start(dag_id))
    state = _await_end(api, dag_id, run_id)
    if state != "success":
        failed = [t["task_id"] for t in api.tasks(dag_id, run_id) if t["state"] != "success"]
        raise OpsError(f"{dag_id} {run_id} ended as {state}: {failed}")


def _await_middle(trial: Trial, numbers: list[str]) -> int:
    deadline = time.monotonic() + MIDDLE_SECONDS
    while time.monotonic() < deadline:
        if found := trial.in_quickbooks(numbers):
            return found
        time.sleep(0.1)
    raise OpsError(f"no invoice was posted in {MIDDLE_SECONDS} s\n{trial.stack.logs('worker', 'scheduler')}")


def _victim(kill: Kill, stack: Stack, api: AirflowApi, run_id: str) -> Container:
    """The container to kill; of the workers, the one that posts."""
    containers = stack.containers(kill.service)
    if len(containers) == 1:
        return containers[0]
    hosts = {t["hostname"] for t in api.tasks(POST, run_id) if t["task_id"] == POST_TASK}
    posting = [container for container in containers if container.id.startswith(tuple(hosts or {"none"}))]
    if not posting:
        raise OpsError(f"the post runs on {hosts}, which is no worker of {[c.id[:12] for c in containers]}")
    return posting[0]


def _look(kill: Kill, stack: Stack, api: AirflowApi, victim: Container) -> None:
    """Do the health checks tell the truth? :raises OpsError: one does not."""
    others = [c for name in (kill.service, *kill.well) for c in stack.containers(name) if c != victim]
    if stack.is_well(victim):
        raise OpsError(f"{kill.service} is called healthy and is dead")
    for container in others:
        _until(partial(stack.is_well, container), f"{container.service} lives and is called unhealthy")
    for service in kill.ill:
        for container in stack.containers(service):
            _until(
                partial(stack.is_ill, container),
                f"{service} is called healthy without {kill.service}",
            )
    if kill.component:
        _until(
            lambda: api.health().get(kill.component, "") not in ("", "healthy"),
            f"Airflow calls the {kill.component} healthy, which is dead",
        )


def _until(holds: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + NOTICED_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise OpsError(f"{otherwise} (after {NOTICED_SECONDS} s)")
        time.sleep(LOOK_EVERY_SECONDS)


def _await_end(api: AirflowApi, dag_id: str, run_id: str) -> str:
    deadline = time.monotonic() + RUN_SECONDS
    while time.monotonic() < deadline:
        state = _patient(lambda: api.state(dag_id, run_id))
        if state in ("success", "failed"):
            return state
        time.sleep(LOOK_EVERY_SECONDS)
    raise OpsError(f"{dag_id} {run_id} did not end in {RUN_SECONDS} s: {api.tasks(dag_id, run_id)}")


def _patient(ask: Callable[[], T]) -> T:
    """Ask Airflow while it may be on its way back. :raises OpsError: it does not come back."""
    deadline = time.monotonic() + NOTICED_SECONDS
    while True:
        try:
            return ask()
        except (httpx.TransportError, httpx.HTTPStatusError) as error:
            gone = not isinstance(error, httpx.HTTPStatusError) or error.response.is_server_error
            if not gone or time.monotonic() > deadline:
                raise OpsError(f"Airflow does not answer: {error}") from None
        time.sleep(LOOK_EVERY_SECONDS)
