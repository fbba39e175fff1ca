"""How long a practice in trouble delays the others of the same run.

    python -m benchmarks.delay

Thirty healthy practices with an invoice each, and one in trouble, named by one event: found, planned into
shards and posted by the operators of ``sync_new_work``, in one task or four shards at a time. What is
measured is when the last of the healthy ones was done, less what they take alone. Where none is overtaken,
the others of a shard wait for as long as the run of the one in trouble takes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from benchmarks.scale.crowd import Crowd
from caspen_qbo.operators.events.sync import Errand, NewWorkOperator, SyncNewWorkOperator
from tests.support.flow import WORKSPACE, Flow
from tests.support.standalone import Services, open_practice, services

OTHERS = 30
CALL_SECONDS = 15.0
"""Of each call to a company that is slow."""
SILENT_SECONDS = 600.0
"""Longer than any call is waited for."""
BACKLOG = 2000
SLOTS = 4

Trouble = Callable[[Crowd, int, str], None]
"""Brings trouble to a practice and its company, by workspace and realm."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Seconds."""

    kind: str
    others: float
    """By how much the last of the healthy ones was later than without the one in trouble."""
    in_turn: float
    """The same, where the one in trouble is waited for: as long as its own run."""


def _slow(crowd: Crowd, id_: int, realm: str) -> None:
    crowd.finalise(id_)
    _rule(crowd, kind="delay", seconds=CALL_SECONDS, realm=realm)


def _silent(crowd: Crowd, id_: int, realm: str) -> None:
    crowd.finalise(id_)
    _rule(crowd, kind="delay", seconds=SILENT_SECONDS, realm=realm)


def _refusing(crowd: Crowd, id_: int, realm: str) -> None:
    crowd.finalise(id_)
    _rule(crowd, kind="server_error", realm=realm)


def _revoked(crowd: Crowd, id_: int, realm: str) -> None:
    """Each call is answered 401, and so is the refresh of its token."""
    crowd.finalise(id_)
    _rule(crowd, kind="token_expired", realm=realm)
    _rule(crowd, kind="invalid_grant", endpoint="oauth")


def _poisoned(crowd: Crowd, id_: int, _: str) -> None:
    """Invoices whose date no run can read: whatever looks at one raises."""
    crowd.finalise(id_, 20)
    crowd.flow.caspen_rows(
        "UPDATE caspen.invoice SET issue_date = 'infinity' WHERE workspace_id = %s RETURNING 1", id_
    )


def _backlog(crowd: Crowd, id_: int, _: str) -> None:
    crowd.finalise(id_, BACKLOG)


KINDS: dict[str, Trouble] = {
    "slow": _slow,
    "refusing": _refusing,
    "revoked": _revoked,
    "poisoned": _poisoned,
    "backlog": _backlog,
    "silent": _silent,
}
SHORT = ("slow", "refusing", "revoked", "poisoned", "backlog")
"""Without the one that is silent, which takes five minutes to be given up."""


def _rule(crowd: Crowd, **rule: Any) -> None:
    crowd.flow.door("faults", seed=1, rules=[*_rules, rule])
    _rules.append(rule)


_rules: list[dict[str, Any]] = []


class _Task:
    """What the operator asks of Airflow's task."""

    try_number, dag_id, task_id, map_index = 1, "sync_new_work", "sync_shard", 0

    def xcom_push(self, **_: Any) -> None:
        """Nothing failed that has to be summarised."""


def _run(ids: Sequence[int], run_id: str) -> None:
    """One event's run over these practices."""
    event = SimpleNamespace(extra={"payload": {"post": list(ids), "imports": []}})
    context: Any = {"ti": _Task(), "run_id": run_id, "triggering_asset_events": {"new_work": [event]}}
    shards = SyncNewWorkOperator(task_id="sync_practices").execute(context)

    def post(shard: list[Errand]) -> None:
        with suppress(Exception):  # the one in trouble fails its task, and Airflow tries it again
            NewWorkOperator(task_id="sync_shard", practices=shard).execute(context)

    with ThreadPoolExecutor(SLOTS) as slots:
        list(slots.map(post, shards))


def _ended(flow: Flow, run_id: str, id_: int) -> tuple[float, float]:
    """Seconds until the last of the others was done; and of this one's own run."""
    ((others, own),) = flow.sync_rows(
        "SELECT extract(epoch FROM max(finished_at) FILTER (WHERE workspace_id <> %s)"
        " - min(started_at))::float8,"
        " extract(epoch FROM max(finished_at - started_at) FILTER (WHERE workspace_id = %s))::float8"
        " FROM qbo_sync.sync_run WHERE run_id = %s AND job = 'post'",
        id_,
        id_,
        run_id,
    )
    return float(others), float(own or 0.0)


def measure(started: Services, kinds: Sequence[str] = tuple(KINDS)) -> list[Delay]:
    """Each kind in a run of its own, with a practice of its own in trouble."""
    _rules.clear()
    with open_practice(started) as flow:
        crowd = Crowd(flow, OTHERS + len(kinds))
        realms = dict(flow.sync_rows("SELECT workspace_id, realm_id FROM qbo_sync.connection"))
        ids = list(crowd.staff)
        healthy, troubled = ids[:OTHERS], ids[OTHERS:]
        assert WORKSPACE in healthy
        for warm in range(2):  # the lists are read, as on any but the first day
            _finalise(crowd, ids if not warm else healthy)
            _run(ids if not warm else healthy, f"warm {warm}")
        _finalise(crowd, healthy)
        _run(healthy, "alone")
        alone, _ = _ended(flow, "alone", 0)
        return [
            _measure(crowd, kind, healthy, id_, realms[id_], alone)
            for kind, id_ in zip(kinds, troubled, strict=True)
        ]


def _finalise(crowd: Crowd, ids: Sequence[int]) -> None:
    for id_ in ids:
        crowd.finalise(id_)


def _measure(crowd: Crowd, kind: str, healthy: Sequence[int], id_: int, realm: str, alone: float) -> Delay:
    _finalise(crowd, healthy)
    KINDS[kind](crowd, id_, realm)
    try:
        _run([id_, *healthy], kind)
    finally:
        crowd.flow.door("faults", seed=1, rules=[])
        _rules.clear()
    others, own = _ended(crowd.flow, kind, id_)
    return Delay(kind, max(0.0, others - alone), own)


def main() -> None:
    logging.disable(logging.ERROR)
    with services() as started:
        for found in measure(started):
            print(
                f"{found.kind:10} others later by {found.others:6.1f} s; "
                f"{found.in_turn:6.1f} s where none is overtaken",
                flush=True,
            )


if __name__ == "__main__":
    main()
