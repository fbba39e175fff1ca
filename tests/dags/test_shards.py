"""Tasks that work on several practices: what one of them meets stays its own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from ops.local.postgres import PostgresServer
from tests.dags.conftest import ended_note, states
from tests.support.flow import Flow

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

RunDag = Callable[..., Any]
PRACTICES = 30
"""More than have a task each."""


def connect_more(flow: Flow, *, unknown: int | None = None) -> None:
    """Practices that have chosen nothing yet; and one that Caspen does not know."""
    flow.caspen_rows(
        "INSERT INTO caspen.workspace (id, name) OVERRIDING SYSTEM VALUE"
        f" SELECT 100 + i, 'Practice ' || i FROM generate_series(1, {PRACTICES}) i RETURNING 1"
    )
    flow.sync_rows(
        "INSERT INTO qbo_sync.connection (workspace_id, realm_id, status)"
        f" SELECT 100 + i, '9130' || i, 'connected' FROM generate_series(1, {PRACTICES}) i RETURNING 1"
    )
    if unknown:
        flow.sync_rows(
            "INSERT INTO qbo_sync.connection (workspace_id, realm_id, status)"
            f" VALUES ({unknown}, '9139', 'connected') RETURNING 1"
        )


def test_more_practices_than_airflow_maps_are_served_and_one_that_fails_stops_none(
    flow: Flow, run_dag: RunDag, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__MAX_MAP_LENGTH", "4")
    flow.invoice("100.00")
    connect_more(flow, unknown=77)
    run = run_dag("post_to_quickbooks")
    assert run.state == "failed"
    assert states(run) == {
        "find_workspaces": ["success"],
        "post_workspace": ["failed"],
        "summarise": ["failed"],
    }
    assert len(flow.books("Invoice")) == 1
    done = flow.sync_rows("SELECT count(*) FROM qbo_sync.sync_run WHERE job = 'post' AND success")
    assert done == [(PRACTICES + 1,)]
    note = ended_note(run)
    assert note.startswith(f"1 of {PRACTICES + 2} practices failed. workspace 77 (77): FAILED. workspace 77:")
    assert "Caspen has no such workspace. Action needed: Administrator." in note
    assert "Harbour Allied Health (1): " in note or "Practice 1 (101): " in note
    (mapped,) = [ti for ti in run.get_task_instances() if ti.task_id == "post_workspace"]
    assert mapped.rendered_map_index.endswith(f" and {PRACTICES - 1} more")


class Task:
    """What Airflow gives a task of its own try."""

    def __init__(self, try_number: int) -> None:
        self.try_number = try_number
        self.pushed: dict[str, Any] = {}

    def xcom_push(self, *, key: str, value: Any) -> None:
        self.pushed[key] = value


def shard(*ids: int) -> list[dict[str, Any]]:
    return [{"workspace_id": id_, "practice": f"Practice {id_}"} for id_ in ids]


def context(try_number: int = 1) -> Any:
    return {"ti": Task(try_number), "run_id": "manual__1"}


def test_what_an_earlier_try_did_stays_done_and_is_reported_all_the_same(
    flow: Flow, caplog: pytest.LogCaptureFixture
) -> None:
    from caspen_qbo.errors import ConfigurationError
    from caspen_qbo.operators.jobs import PostOperator

    caplog.set_level("INFO", "caspen_qbo.operators.shard")
    flow.invoice("100.00")
    operator = PostOperator(task_id="post_workspace", practices=shard(77, 1))
    outcomes = []
    for try_number in (1, 2):
        calls = len(flow.requests())
        with pytest.raises(ConfigurationError, match="no such workspace"):
            operator.execute(tried := context(try_number))
        done, failure = tried["ti"].pushed["failure"]
        outcomes.append(done)
        assert failure["workspace_id"] == 77
        assert (len(flow.requests()) > calls) is (try_number == 1)
    assert outcomes[0] == outcomes[1] and outcomes[0]["counts"]["invoices_posted"] == 1
    assert operator.shown == 77, "the button leads to the practice that failed"
    written = caplog.text
    assert re.search(r"::group::Practice 77 \(77\) \S*/quickbooks/w/77/", written)
    assert written.count("::group::") == written.count("::endgroup::") == 3


def test_a_practice_that_another_run_works_on_is_taken_last(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    from caspen_qbo import settings, wiring
    from caspen_qbo.errors import ConfigurationError
    from caspen_qbo.operators.jobs import PostOperator

    monkeypatch.setattr(settings, "WORKSPACE_LOCK_WAIT_SECONDS", 0.2)
    flow.invoice("100.00")
    operator = PostOperator(task_id="post_workspace", practices=shard(1, 77))
    with wiring.open_store() as store, store.for_workspace(1).lock():
        with pytest.raises(Exception, match="2 of 2 practices failed") as error:
            operator.execute(tried := context())
    assert [each["workspace_id"] for each in tried["ti"].pushed["failure"]] == [77, 1]
    assert "another run is working on it (waited 0 s)" in str(error.value)
    with pytest.raises(ConfigurationError):  # free again: only the other one fails
        operator.execute(context(2))
    assert len(flow.books("Invoice")) == 1


def test_a_practice_that_takes_long_is_overtaken_and_finished_all_the_same(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    from caspen_qbo import settings
    from caspen_qbo.operators.jobs import PostOperator

    monkeypatch.setattr(settings, "PATIENCE_SECONDS", 0.1)
    connect_more(flow)
    flow.invoice("100.00")
    flow.door("latency", seconds=0.3)
    seen: dict[int, list[int]] = {}

    class LookingOperator(PostOperator):
        def work(self, session: Any) -> Any:
            seen[session.workspace_id] = [session.store.database.connection.info.backend_pid]
            result = super().work(session)
            seen[session.workspace_id] += [session.store.database.connection.info.backend_pid]
            return result

    operator = LookingOperator(task_id="post_workspace", practices=shard(1, 101, 102, 103))
    outcomes = operator.execute(context())
    ended = [one["workspace_id"] for one in outcomes]
    assert ended[0] == 101 and sorted(ended) == [1, 101, 102, 103]
    assert len(flow.books("Invoice")) == 1
    (slow,) = set(seen.pop(1))
    assert slow not in seen[101], "which was under way alongside"


@pytest.mark.parametrize("lost", ["caspen", "sync"])
def test_practices_share_their_sessions_and_one_that_loses_its_own_spoils_no_other(
    flow: Flow, postgres_server: PostgresServer, lost: str
) -> None:
    from caspen_qbo.errors import CaspenUnavailableError, StoreUnavailableError
    from caspen_qbo.operators.jobs import PostOperator

    seen: dict[int, set[int]] = {}
    connect_more(flow)
    flow.invoice("100.00")

    class LosingOperator(PostOperator):
        """In one practice a session is ended by another, in the middle of a transaction."""

        def work(self, session: Any) -> Any:
            databases = {"caspen": session.billing._database, "sync": session.store.database}
            seen[session.workspace_id] = {each.connection.info.backend_pid for each in databases.values()}
            if session.workspace_id == 102:
                with databases[lost].transaction() as connection, postgres_server.admin() as admin:
                    admin.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
                    connection.execute("SELECT 1")
            return super().work(session)

    operator = LosingOperator(task_id="post_workspace", practices=shard(101, 102, 1, 103))
    error = {"caspen": CaspenUnavailableError, "sync": StoreUnavailableError}[lost]
    with pytest.raises(error):
        operator.execute(tried := context())
    *done, failure = tried["ti"].pushed["failure"]
    assert [one["workspace_id"] for one in done] == [101, 1, 103] and failure["workspace_id"] == 102
    assert seen[102] == seen[101] and len(seen[1] & seen[102]) == 1, "all but the one that was lost"
    assert seen[103] == seen[1]
    assert len(flow.books("Invoice")) == 1
    locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    assert flow.sync_rows(locks) == [(0,)]


def test_reports_are_written_of_those_that_were_reconciled(
    flow: Flow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from caspen_qbo.errors import ConfigurationError
    from caspen_qbo.operators.jobs import ReconcileOperator
    from caspen_qbo.operators.report import WriteReportOperator

    monkeypatch.setenv("CASPEN_QBO_REPORTS", str(tmp_path))
    practices = shard(77, 1)
    with pytest.raises(ConfigurationError):
        ReconcileOperator(task_id="reconcile", practices=practices).execute(context())
    (report,) = WriteReportOperator(task_id="write_report", practices=cast("Any", practices)).execute(
        context()
    )
    assert report["workspace_id"] == 1 and (tmp_path / "1").is_dir()


def test_where_no_practice_was_found_nothing_is_reconciled(flow: Flow, run_dag: RunDag) -> None:
    run = run_dag("reconcile_quickbooks", workspace_id=5)
    assert run.state == "failed"
    assert states(run)["find_workspaces"] == states(run)["summarise"] == ["failed"]
    assert {states(run)[f"practice.{name}"][0] for name in ("reconcile", "write_report")} == {
        "upstream_failed"
    }
