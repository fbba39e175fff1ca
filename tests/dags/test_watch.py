"""The watcher on real databases: what it announces, what silence and refusal do to it, what it costs."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from caspen_qbo import settings
from ops.local.postgres import Database
from tests.support.flow import Flow

pytestmark = pytest.mark.airflow

SECONDS = 0.1


def watch(looks: Callable[[Any], Any]) -> Any:
    """Run ``looks`` on the events of a trigger that was serialised and made again, as the triggerer does."""
    from caspen_qbo.operators.watch import WorkTrigger

    async def run() -> Any:
        path, arguments = WorkTrigger(seconds=SECONDS).serialize()
        assert path == "caspen_qbo.operators.watch.WorkTrigger"
        events: Any = WorkTrigger(**arguments).run()
        try:
            return await looks(events)
        finally:
            await events.aclose()

    return asyncio.run(run())


async def first(events: Any, seconds: float = 20) -> Any:
    return (await asyncio.wait_for(anext(events), seconds)).payload


async def none_within(events: Any, seconds: float) -> bool:
    try:
        await asyncio.wait_for(anext(events), seconds)
    except TimeoutError:
        return True
    return False


def test_what_is_finalised_is_announced_once_and_idle_practices_never(flow: Flow) -> None:
    flow.invoice("10.00")
    flow.post()  # from now on it is known how far Caspen was read
    flow.post()

    async def looks(events: Any) -> Any:
        event = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0.5)
        quiet = not event.done()  # what was posted bears our own status, within the overlap of the cursor
        flow.invoice("20.00")
        return quiet, (await asyncio.wait_for(event, 20)).payload, await none_within(events, 0.5)

    assert watch(looks) == (True, {"post": [1], "imports": []}, True)


def test_a_draft_is_not_announced(flow: Flow) -> None:
    from caspen_qbo.hooks.caspen.billing import CaspenBilling
    from caspen_qbo.wiring import open_billing

    flow.invoice("10.00")
    since = flow.caspen_rows("SELECT max(updated_at) FROM caspen.invoice")[0][0]
    flow.caspen_rows("UPDATE caspen.invoice SET status = 'draft' RETURNING 1")
    with open_billing() as billing:
        assert isinstance(billing, CaspenBilling) and billing.fetch_newest({1: since}) == []
        flow.caspen_rows("UPDATE caspen.invoice SET status = 'open' RETURNING 1")
        (row,) = billing.fetch_newest({1: since, 2: since})
    assert (row.workspace_id, row.kind) == (1, "invoice") and row.updated_at > since


def test_finding_costs_one_statement_at_each_database_by_index(flow: Flow, caspen_db: Database) -> None:
    from caspen_qbo import queries

    flow.caspen_rows(
        "INSERT INTO caspen.workspace (id, name) OVERRIDING SYSTEM VALUE"
        " SELECT 100 + i, 'Practice ' || i FROM generate_series(1, 300) i RETURNING 1"
    )
    ids = list(range(101, 401))
    since = flow.caspen_rows("SELECT now()")[0][0]
    with caspen_db.connect() as connection:
        connection.execute("SET enable_seqscan = off")
        plan = connection.execute(
            "EXPLAIN " + queries.load("caspen/select_newest"),
            {"workspace_ids": ids, "since": [since] * len(ids), "most": 100},
        ).fetchall()
    text = "\n".join(line for (line,) in plan)
    assert text.count("Index") >= 3 and "Seq Scan" not in text, text


@pytest.mark.parametrize("silent", [False, True], ids=["refused", "silent"])
def test_a_database_that_refuses_or_is_silent_ends_nothing_and_the_work_is_announced_when_it_is_back(
    flow: Flow, connections: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, silent: bool
) -> None:
    monkeypatch.setattr(settings, "WATCH_DEADLINE_SECONDS", 0.5)
    flow.invoice("10.00")
    flow.post()
    flow.invoice("20.00")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if silent:
            listener.listen()
        gone = {**json.loads(connections["AIRFLOW_CONN_CASPEN_DB"]), "port": listener.getsockname()[1]}
        gone["extra"] = {"connect_timeout": "2"}
        monkeypatch.setenv("AIRFLOW_CONN_CASPEN_DB", json.dumps(gone))

        async def looks(events: Any) -> Any:
            task = asyncio.ensure_future(anext(events))
            await asyncio.sleep(1)
            began = time.monotonic()
            await asyncio.sleep(0)
            assert time.monotonic() - began < 0.5, "the loop that it shares with other triggers goes on"
            assert not task.done(), task.result() if task.done() else ""
            monkeypatch.setenv("AIRFLOW_CONN_CASPEN_DB", connections["AIRFLOW_CONN_CASPEN_DB"])
            return (await asyncio.wait_for(task, 30)).payload

        assert watch(looks) == {"post": [1], "imports": []}


def test_many_practices_are_announced_in_parts() -> None:
    from caspen_qbo.core.monitoring.watch import News
    from caspen_qbo.operators.watch import IDS_MAX, events_of

    assert list(events_of(News())) == []
    parts = list(events_of(News(tuple(range(2 * IDS_MAX + 1)), (5,))))
    assert [len(part["post"]) for part in parts] == [IDS_MAX, IDS_MAX, 1]
    assert [part["imports"] for part in parts] == [[5], [], []]


@pytest.mark.parametrize(
    ("extra", "ids"),
    [
        ({"from_trigger": True, "payload": {"post": [1, 2], "imports": [3]}}, {1, 2}),
        ({"post": [4]}, {4}),
        ({"payload": "nonsense"}, set()),
        ({"payload": {"post": "1"}}, set()),
        (None, set()),
    ],
)
def test_an_event_also_of_a_person_names_practices_or_none(extra: Any, ids: set[int]) -> None:
    from caspen_qbo.operators.events.sync import ids_in

    assert ids_in(extra, "post") == ids


def test_a_watcher_killed_again_and_again_loses_no_document_of_either_side(flow: Flow) -> None:
    """The long form is `tests.support.watcher_kills` in `ops/long-proofs`."""
    import caspen_qbo.operators.watch  # noqa: F401 - before it is forked
    from tests.support.watcher_kills import kill_again_and_again

    result = kill_again_and_again(flow, 6)
    assert result.lost == 0 and result.documents - result.payments > 3 and result.payments > 0
