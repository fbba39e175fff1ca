"""Seconds of CPU that one practice of a shard takes, ours and PostgreSQL's, where sessions are kept from one
practice to the next and where each opens its own.

    python -m benchmarks.practices [--practices N] [--rounds N]

The shard's own operators work on practices, each connected to a company of its own in the sandbox. Both ways
take turns, so that what else the machine does weighs on both. Airflow's own work on a task is not in it.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import count
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import psutil

from benchmarks.scale.crowd import connect_many
from caspen_qbo.operators import shard
from caspen_qbo.operators.jobs import ImportOperator, PostOperator, ReconcileOperator
from caspen_seed.scale import add_an_invoice_each
from tests.support.flow import WORKSPACE, Flow
from tests.support.standalone import Services, services

PRACTICES, ROUNDS = 40, 3
LEAVING_SECONDS = 1.0
"""By then the server has counted sessions that have ended."""

Operator = type[PostOperator | ImportOperator | ReconcileOperator]
JOBS: dict[str, Operator] = {
    "has nothing to post": PostOperator,
    "asks and finds nothing": ImportOperator,
    "is reconciled": ReconcileOperator,
}
FIRST = "posts a first invoice with its client"
"""Once only: half of the practices each way."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds of CPU for one practice."""

    ours: float
    postgres: float
    sandbox: float

    def __str__(self) -> str:
        return f"ours {self.ours:.3f}, PostgreSQL {self.postgres:.3f}, sandbox {self.sandbox:.3f}"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a practice does; with sessions kept, and with its own."""

    does: str
    kept: Taken
    apart: Taken


def measure(started: Services, practices: int = PRACTICES, rounds: int = ROUNDS) -> list[Measured]:
    """The median of the rounds, each the mean of all practices."""
    caspen, sync = started.caspen.create(), started.sync.create()
    started.prepare_for(caspen, sync)
    flow = Flow.open(caspen, sync, started.sandbox)
    try:
        flow.post()  # its lists are read
        connect_many(flow, caspen.uri, 2 * practices + 1)
        add_an_invoice_each(caspen.uri)
        ids = range(WORKSPACE + 1, WORKSPACE + 1 + practices)
        others = range(ids.stop, ids.stop + practices)
        _run(started, PostOperator, [WORKSPACE])  # what is loaded once
        found = [Measured(FIRST, _run(started, PostOperator, ids), _run_apart(started, PostOperator, others))]
        for does, operator in JOBS.items():
            _run(started, operator, ids)  # what is loaded once, and what only a first run does
            kept, apart = list[Taken](), list[Taken]()
            for _ in range(rounds):
                kept.append(_run(started, operator, ids))
                apart.append(_run_apart(started, operator, ids))
            found.append(Measured(does, _middle(kept), _middle(apart)))
        return found
    finally:
        flow.close()


_runs = count(1)


class _Task:
    """What the operator asks of Airflow's task."""

    try_number, dag_id, map_index = 1, "benchmark", 0

    def xcom_push(self, **_: Any) -> None:
        """Nothing failed that has to be summarised."""


def _run(started: Services, operator: Operator, ids: Sequence[int]) -> Taken:
    """One shard of all these practices."""
    practices = [shard.Practice(workspace_id=id_, practice=f"Practice {id_}") for id_ in ids]
    context: Any = {"ti": _Task(), "run_id": f"benchmark {next(_runs)}"}
    with _seconds(started) as taken:
        operator(task_id="work", practices=practices).execute(context)
    return Taken(taken.ours / len(ids), taken.postgres / len(ids), taken.sandbox / len(ids))


def _run_apart(started: Services, operator: Operator, ids: Sequence[int]) -> Taken:
    with patch.object(shard, "keeping_sessions", nullcontext):
        return _run(started, operator, ids)


@contextmanager
def _seconds(started: Services) -> Iterator[SimpleNamespace]:
    postgres, sandbox = psutil.Process(started.server.process.pid), _sandbox()
    taken = SimpleNamespace()
    ours, theirs, others = time.process_time(), _cpu(postgres), _cpu(sandbox)
    yield taken
    taken.ours = time.process_time() - ours
    time.sleep(LEAVING_SECONDS)
    taken.postgres, taken.sandbox = _cpu(postgres) - theirs, _cpu(sandbox) - others


def _sandbox() -> psutil.Process:
    return next(child for child in psutil.Process().children() if "qbo_emulator" in child.cmdline())


def _cpu(process: psutil.Process) -> float:
    """Of it and its children, those that have ended among them."""
    own = process.cpu_times()
    alive = [child.cpu_times() for child in process.children()]
    return float(
        sum(each.user + each.system for each in [own, *alive]) + own.children_user + own.children_system
    )


def _middle(taken: Sequence[Taken]) -> Taken:
    return Taken(
        *(statistics.median(getattr(one, name) for one in taken) for name in ("ours", "postgres", "sandbox"))
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("--practices", type=int, default=PRACTICES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    logging.disable(logging.WARNING)
    with services() as started:
        for each in measure(started, asked.practices, asked.rounds):
            print(f"{each.does}: kept {each.kept}; a session each: {each.apart}")


if __name__ == "__main__":
    main()
