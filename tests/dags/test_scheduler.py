"""What only a scheduler and a triggerer show: new work is posted within seconds, also what came while no
triggerer ran; another team's DAG starts when both sides are proved equal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ops.demo.practice import POOL, POOL_SLOTS
from ops.local.postgres import PostgresServer
from ops.paths import ROOT
from tests.support.bookkeeper import edit
from tests.support.celery_system import until
from tests.support.flow import Flow
from tests.support.scheduled_system import ScheduledSystem, scheduled_system

RECONCILE, THEIRS, EVENTS = "reconcile_quickbooks", "monthly_figures", "sync_new_work"


@pytest.mark.airflow
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_new_work_is_posted_at_once_and_another_teams_dag_runs_after_a_clean_night_only(
    flow: Flow, connections: Mapping[str, str], postgres_server: PostgresServer, tmp_path: Path
) -> None:
    invoice_id = flow.invoice("100.00")
    flow.post()
    flow.post()  # how far Caspen was read is known
    example = ROOT / "examples" / f"{THEIRS}.py"
    with scheduled_system(tmp_path, postgres_server, connections, example, switched_on=[EVENTS]) as system:
        system.api.ensure_pool(POOL, POOL_SLOTS, "")
        posts_at_once(system, flow)

        system.api.unpause({THEIRS})
        system.api.unpause({RECONCILE})  # which starts last night's run
        (night,) = until(lambda: runs_of(system, RECONCILE), bool)
        clean = system.api.finish(RECONCILE, night["dag_run_id"], 240)
        assert clean.state == "success", system.logs()
        theirs = until(
            lambda: runs_of(system, THEIRS),
            lambda found: bool(found) and found[0]["state"] == "success",
        )
        assert [run["state"] for run in theirs] == ["success"], f"{theirs}\n{system.logs()}"
        (event,) = events_of(system, "caspen/qbo/reconciliation")
        assert event["extra"]["unexplained"] == 0 and event["extra"]["documents_checked"] == 2
        links = links_of(system, clean.run_id, "practice.reconcile")
        assert {link.partition("/quickbooks/")[2] for link in links.values()} >= {
            "w/1/",
            "w/1/reconciliation/last",
            "w/1/unsynced",
            "?only=1",
        }
        assert tables_in(system.lineage) >= {"caspen.invoice", "qbo_sync.reconciliation_difference"}

        edit(flow, invoice_id, DueDate="2031-01-31")
        apart = system.api.run(RECONCILE, {"full": True}, timeout_seconds=240)
        assert apart.state == "success", system.logs()
        states = {task["task_id"]: task["state"] for task in system.api.tasks(RECONCILE, apart.run_id)}
        assert states["announce_equal"] == "skipped" and states["summarise"] == "success"
        assert len(events_of(system, "caspen/qbo/reconciliation")) == 1
        assert len(runs_of(system, THEIRS)) == 1
        unsynced = [event["extra"] for event in events_of(system, "caspen/qbo/unsynced_invoice")]
        assert sum(extra.get("unexplained", 0) for extra in unsynced) == 1


def posts_at_once(system: ScheduledSystem, flow: Flow) -> None:
    """What was finalised while no triggerer ran, as after one was killed, is announced by the next."""
    flow.invoice("20.00")
    with system.triggerer("triggerer"):
        posted = until(lambda: len(flow.books("Invoice")), lambda found: found == 2)
        assert posted == 2, system.logs()
    ended = until(
        lambda: {run["state"] for run in runs_of(system, EVENTS)}, lambda found: found == {"success"}
    )
    assert ended == {"success"}, system.logs()
    assert runs_of(system, EVENTS)[0]["dag_run_id"].startswith("asset_triggered__")


def runs_of(system: ScheduledSystem, dag_id: str) -> list[dict[str, Any]]:
    return system.api.get(f"/api/v2/dags/{dag_id}/dagRuns")["dag_runs"]


def events_of(system: ScheduledSystem, name: str) -> list[dict[str, Any]]:
    return [
        event for event in system.api.get("/api/v2/assets/events")["asset_events"] if event["name"] == name
    ]


def links_of(system: ScheduledSystem, run_id: str, task_id: str) -> dict[str, str]:
    path = f"/api/v2/dags/{RECONCILE}/dagRuns/{run_id}/taskInstances/{task_id}/links"
    return system.api.get(path, map_index=0)["extra_links"]


def tables_in(lineage: Path) -> set[str]:
    """Without their database."""
    events = [json.loads(line) for line in lineage.read_text().splitlines()]
    named = {
        each["name"] for event in events for each in (*event.get("inputs", ()), *event.get("outputs", ()))
    }
    return {name.partition(".")[2] for name in named}
