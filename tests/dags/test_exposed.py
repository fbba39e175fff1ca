"""What Airflow's users see of our tasks: manuals, links, assets, priorities, lineage."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from caspen_qbo.settings import PRIORITIES
from ops.local.postgres import Database
from ops.paths import DAGS, ROOT

pytestmark = pytest.mark.airflow

LINKED, LISTED, PROVED = (
    f"caspen/qbo/{name}" for name in ("document_link", "unsynced_invoice", "reconciliation")
)
UPDATES = {
    "post_to_quickbooks.post_workspace": {LINKED, LISTED},
    "import_from_quickbooks.import_workspace": {LINKED, LISTED},
    "reconcile_quickbooks.practice.reconcile": {LISTED},
    "reconcile_quickbooks.announce_equal": {PROVED},
    "sync_new_work.sync_practices": {LINKED, LISTED},
    "sync_new_work.sync_shard": {LINKED, LISTED},
    "backfill_invoices.backfill_invoices": {LINKED, LISTED},
}


@pytest.fixture(scope="module")
def tasks() -> dict[str, Any]:
    """Every task of every DAG, by ``dag.task``."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=DAGS)
    found = {f"{dag.dag_id}.{task.task_id}": task for dag in bag.dags.values() for task in dag.tasks}
    assert len(found) > 12
    return found


def test_every_task_has_its_manual_its_buttons_and_its_priority(tasks: dict[str, Any]) -> None:
    for key, task in tasks.items():
        assert task.doc_md.startswith(f"### {task.task_id.rpartition('.')[2]}\n"), key
        assert {link.name for link in task.operator_extra_links} >= {
            "QuickBooks pages of the practice",
            "Last reconciliation report",
            "Unsynced invoices",
            "Practices of this task",
            "What the run did",
        }, key
        assert task.priority_weight == PRIORITIES[key.partition(".")[0]], key


def test_which_task_updates_which_asset(tasks: dict[str, Any]) -> None:
    found = {key: {asset.name for asset in task.outlets} for key, task in tasks.items() if task.outlets}
    assert found == UPDATES


def test_pool_priorities_and_assets_are_documented() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text().split("## As Airflow shows it")[1]
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", text, re.MULTILINE))
    assert rows == {name: str(number) for name, number in PRIORITIES.items()}
    assert all(f"`{name}`" in text for name in (LINKED, LISTED, PROVED, "quickbooks"))


def links_of(operator: Any) -> dict[str, str]:
    key = SimpleNamespace(dag_id="post_to_quickbooks", run_id="scheduled__2026-11-28T00:00:00+00:00")
    return {
        link.name: link.get_link(operator, ti_key=key).partition("/quickbooks/")[2]
        for link in operator.operator_extra_links
    }


def test_links_of_a_shard_lead_to_the_practice_shown_and_to_all_of_it() -> None:
    from caspen_qbo.operators.exposed.links import LISTED_MAX
    from caspen_qbo.operators.jobs import PostOperator

    practices: Any = [{"workspace_id": id_, "practice": f"Practice {id_}"} for id_ in range(1, 301)]
    operator = PostOperator(task_id="post_workspace", practices=practices)
    operator.shown = 7
    links = links_of(operator)
    assert links["QuickBooks pages of the practice"] == "w/7/"
    assert links["Last reconciliation report"] == "w/7/reconciliation/last"
    assert links["Unsynced invoices"] == "w/7/unsynced"
    assert links["Practices of this task"].startswith("?only=1,2,3")
    assert links["Practices of this task"].count(",") == LISTED_MAX - 1
    assert links["What the run did"] == "runs/post_to_quickbooks/scheduled__2026-11-28T00%3A00%3A00%2B00%3A00"


@pytest.mark.parametrize(("asked", "leads_to"), [("7", "w/7/"), (7, "w/7/"), (None, "")])
def test_links_of_a_task_of_all_practices_lead_to_the_front_door(asked: Any, leads_to: str) -> None:
    from caspen_qbo.operators.find import FindWorkspacesOperator

    operator = FindWorkspacesOperator(task_id="find_workspaces", job="post", workspace_id=asked)
    assert links_of(operator)["QuickBooks pages of the practice"] == leads_to


@pytest.mark.parametrize("plan_only", [False, True])
def test_an_update_carries_counts_and_a_dry_run_updates_nothing(plan_only: bool) -> None:
    from caspen_qbo.operators.exposed.assets import DOCUMENT_LINK
    from caspen_qbo.operators.jobs import PostOperator

    class Posts(PostOperator):
        def work_on(self, practice: Any, run_id: str, *, patient: bool) -> Any:
            counts = {"invoices_posted": practice["workspace_id"]}
            return {**practice, "counts": counts, "message": ""}

    practices: Any = [{"workspace_id": id_, "practice": ""} for id_ in (1, 2)]
    operator = Posts(
        task_id="post_workspace", practices=practices, plan_only=plan_only, outlets=[DOCUMENT_LINK]
    )
    event = SimpleNamespace(extra={})
    context: Any = {
        "ti": SimpleNamespace(try_number=1),
        "run_id": "manual__1",
        "outlet_events": {DOCUMENT_LINK: event},
    }
    operator.execute(context)
    said = {"run_id": "manual__1", "practices": 2, "workspace_ids": [1, 2], "invoices_posted": 3}
    assert (event.extra, operator.outlets) == (({}, []) if plan_only else (said, [DOCUMENT_LINK]))


def test_equal_is_announced_when_every_practice_is_proved_and_only_then(
    connections: Mapping[str, str], sync_db: Database
) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    from caspen_qbo.operators.exposed.announce import AnnounceEqualOperator
    from caspen_qbo.operators.exposed.assets import RECONCILIATION

    def announce() -> str | dict[str, Any]:
        event = SimpleNamespace(extra={})
        context: Any = {"run_id": "scheduled__1", "outlet_events": {RECONCILIATION: event}}
        operator = AnnounceEqualOperator(task_id="announce_equal", outlets=[RECONCILIATION])
        try:
            operator.execute(context)
        except AirflowSkipException as skipped:
            return str(skipped)
        return event.extra

    def run(statement: str) -> None:
        with sync_db.connect() as connection:
            connection.execute(statement)

    def reconciled(workspace_id: int, run_id: str, success: str, ago: str = "1 hour") -> None:
        run(
            f"INSERT INTO qbo_sync.sync_run (run_id, workspace_id, job, started_at)"
            f" VALUES ('{run_id}', {workspace_id}, 'reconcile', now() - interval '{ago}')"
        )
        run(
            "INSERT INTO qbo_sync.reconciliation_run"
            " (run_id, workspace_id, started_at, finished_at, documents_checked, differences, success)"
            f" VALUES ('{run_id}', {workspace_id}, now() - interval '{ago}', now(), 5, 0, {success})"
        )

    assert announce() == "No practice is connected: nothing is proved."
    run(
        "INSERT INTO qbo_sync.connection (workspace_id, realm_id, status) VALUES"
        " (1, '91', 'connected'), (2, '92', 'connected'), (3, '93', 'disconnected')"
    )
    reconciled(1, "a", "true")
    assert announce() == "Not announced as equal: workspace 2 was not reconciled lately."
    reconciled(2, "a", "false")
    assert announce() == "Not announced as equal: workspace 2 has unexplained differences."
    reconciled(2, "b", "true", "30 minutes")
    assert announce() == {
        "run_id": "scheduled__1",
        "practices": 2,
        "workspace_ids": [1, 2],
        "documents_checked": 10,
        "differences": 0,
        "unexplained": 0,
    }
    run("UPDATE qbo_sync.connection SET status = 'needs_reconnect' WHERE workspace_id = 2")
    assert announce() == "Not announced as equal: workspace 2 waits to be reconnected."
    run("UPDATE qbo_sync.connection SET status = 'disconnected' WHERE workspace_id = 2")
    run("UPDATE qbo_sync.reconciliation_run SET started_at = now() - interval '31 hours'")
    assert announce() == "Not announced as equal: workspace 1 was not reconciled lately."
    reconciled(1, "c", "NULL", "1 minute")
    assert "workspace 1" in str(announce()), "one that did not get to its end proves nothing"


@pytest.mark.parametrize("job", ["post", "import", "reconcile", "backfill"])
def test_lineage_names_tables_that_exist(
    job: str, connections: Mapping[str, str], caspen_db: Database, sync_db: Database
) -> None:
    from caspen_qbo.operators.exposed.lineage import of_job

    lineage = of_job(job)
    real = set()
    for database in (caspen_db, sync_db):
        with database.connect() as connection:
            rows = connection.execute(
                "SELECT table_schema, table_name FROM information_schema.tables"
                " WHERE table_schema IN ('caspen', 'qbo_sync')"
            )
            where = f"postgres://{database.host}:{database.port}"
            real |= {(where, f"{database.name}.{schema}.{table}") for schema, table in rows}
    named = {(each.namespace, each.name) for each in (*lineage.inputs, *lineage.outputs)}
    assert named - real == set()
    assert of_job(job, writes=False).outputs == []


def test_without_the_provider_or_with_another_one_there_is_no_lineage_and_no_error(
    connections: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from caspen_qbo.operators.exposed import lineage

    monkeypatch.delenv("AIRFLOW_CONN_CASPEN_DB")
    assert lineage.of_job("post") is None
    for gone in (lineage.PROVIDER, lineage.TYPES):
        with monkeypatch.context() as without:
            without.setitem(sys.modules, gone, None)
            assert lineage.of_job("post") is None
