"""How long a practice whose company answers slowly delays the others of its task.

    python -m benchmarks.delay

One task posts for thirty practices, the slow one first: each call of its company takes some seconds. The
others have a run each without anything to post. The baseline is the same task where none is overtaken.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from caspen_qbo import settings
from caspen_qbo.operators.jobs import PostOperator
from caspen_qbo.operators.shard import Practice
from tests.support.flow import WORKSPACE, Flow
from tests.support.standalone import Services, services

OTHERS = 30
CALL_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds until the last of the others was done."""

    overtaken: float
    in_turn: float
    slow: float
    """What the slow practice's own run took."""


class _Task:
    """What the operator asks of Airflow's task."""

    try_number = 1

    def xcom_push(self, **_: Any) -> None:
        """Nothing failed that has to be summarised."""


def _run(started: Services, patience: float) -> tuple[float, float]:
    caspen, sync = started.caspen.create(), started.sync.create()
    started.prepare_for(caspen, sync)
    flow = Flow.open(caspen, sync, started.sandbox)
    flow.invoice("100.00")
    ids = range(101, 101 + OTHERS)
    for id_ in ids:
        flow.caspen_rows(
            "INSERT INTO caspen.workspace (id, name) OVERRIDING SYSTEM VALUE VALUES (%s, %s) RETURNING 1",
            id_,
            f"Practice {id_}",
        )
        flow.sync_rows(
            "INSERT INTO qbo_sync.connection (workspace_id, realm_id, status) "
            "VALUES (%s, %s, 'connected') RETURNING 1",
            id_,
            f"9130{id_}",
        )
    flow.door("latency", seconds=CALL_SECONDS)
    practices = [Practice(workspace_id=id_, practice=f"Practice {id_}") for id_ in (WORKSPACE, *ids)]
    usual, settings.PATIENCE_SECONDS = settings.PATIENCE_SECONDS, patience
    begun = time.monotonic()
    try:
        operator = PostOperator(task_id="post_workspace", practices=practices)
        context: Any = {"ti": _Task(), "run_id": "benchmark"}
        operator.execute(context)
    finally:
        settings.PATIENCE_SECONDS = usual
        flow.door("latency", seconds=0)
    whole = time.monotonic() - begun
    ((first, last),) = flow.sync_rows(
        "SELECT min(started_at), max(finished_at) FILTER (WHERE workspace_id <> 1) FROM qbo_sync.sync_run"
        " WHERE run_id = 'benchmark'"
    )
    flow.close()
    assert isinstance(first, datetime) and isinstance(last, datetime)
    return (last - first).total_seconds(), whole


def measure(started: Services) -> Measured:
    overtaken, slow = _run(started, settings.PATIENCE_SECONDS)
    in_turn, _ = _run(started, 3600.0)
    return Measured(overtaken, in_turn, slow)


def main() -> None:
    logging.getLogger("caspen_qbo").setLevel(logging.WARNING)
    with services() as started:
        print(measure(started))


if __name__ == "__main__":
    main()
