"""What an event starts: one task that imports and posts, and what it hands on."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from tests.dags.conftest import ended_note, states
from tests.support.flow import Flow

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

RunDag = Callable[..., Any]
EVENTS = "sync_new_work"


def connect(flow: Flow, *ids: int) -> None:
    """Practices that Caspen does not know."""
    for id_ in ids:
        flow.sync_rows(
            "INSERT INTO qbo_sync.connection (workspace_id, realm_id, status)"
            " VALUES (%s, %s, 'connected') RETURNING 1",
            id_,
            f"91300000000000{id_}",
        )


def pay_in_quickbooks(flow: Flow) -> int:
    """An invoice of Caspen's that was paid there; its id."""
    invoice_id = flow.invoice("100.00")
    flow.post()
    (invoice,) = flow.books("Invoice")
    applied = {"Amount": "110.00", "LinkedTxn": [{"TxnType": "Invoice", "TxnId": invoice["Id"]}]}
    payment = {"CustomerRef": invoice["CustomerRef"], "TotalAmt": "110.00", "Line": [applied]}
    flow.person("create", entity="Payment", document=payment)
    return invoice_id


def run_import(flow: Flow) -> None:
    """The first asks for everything, later ones for what changed."""
    from caspen_qbo import wiring
    from caspen_qbo.usecases.importing.run import import_payments

    with wiring.open_session(1, wiring.new_run_id("test")) as session:
        import_payments(session)


class Task(SimpleNamespace):
    """What Airflow gives a task of its own try."""

    def __init__(self, try_number: int = 1) -> None:
        super().__init__(try_number=try_number, dag_id=EVENTS, task_id="t", map_index=-1, pushed={})

    def xcom_push(self, *, key: str, value: Any) -> None:
        self.pushed[key] = value


def context(post: list[int], imports: list[int], *, try_number: int = 1, run: str = "1") -> Any:
    """Of a run that two events started which say the same."""
    event = SimpleNamespace(extra={"payload": {"post": post, "imports": imports}})
    return {
        "run_id": f"asset_triggered__{run}",
        "ti": Task(try_number),
        "triggering_asset_events": {"caspen/qbo/new_work": [event, event]},
    }


def take_up(given: Any) -> tuple[Any, list[list[dict[str, Any]]]]:
    """The operator, and what it hands on."""
    from caspen_qbo.operators.events.sync import SyncNewWorkOperator

    operator = SyncNewWorkOperator(task_id="sync_practices")
    return operator, operator.execute(given)


def test_one_task_imports_posts_and_writes_the_note_and_starts_no_other(flow: Flow, run_dag: RunDag) -> None:
    paid = pay_in_quickbooks(flow)
    flow.invoice("50.00")
    run = run_dag(EVENTS)
    assert run.state == "success", states(run)
    assert states(run) == {
        "sync_practices": ["success"],
        "sync_shard": ["skipped"],
        "summarise": ["skipped"],
    }
    assert len(flow.books("Invoice")) == 2 and flow.staff.balance(paid) == 0
    note = ended_note(run)
    assert note and note.startswith("Harbour Allied Health (1): ")
    assert "invoices posted 1" in note and "payments imported 1" in note
    again = run_dag(EVENTS)
    assert again.state == "success" and len(flow.books("Invoice")) == 2
    assert flow.caspen_rows("SELECT count(*) FROM caspen.payment") == [(1,)]


def test_what_fails_is_handed_on_tried_again_and_turns_the_run_red(flow: Flow, run_dag: RunDag) -> None:
    flow.invoice("100.00")
    connect(flow, 77)
    run = run_dag(EVENTS)
    assert run.state == "failed"
    assert states(run) == {
        "sync_practices": ["success"],
        "sync_shard": ["failed"],
        "summarise": ["failed"],
    }
    (mapped,) = [ti for ti in run.get_task_instances() if ti.task_id == "sync_shard"]
    assert mapped.rendered_map_index == "workspace 77"
    assert len(flow.books("Invoice")) == 1
    note = ended_note(run)
    assert note and note.startswith("1 of 1 practices failed. workspace 77 (77): FAILED. ")
    assert note.index("Caspen has no such workspace.") < note.index("Action needed: ")
    assert note.index("Action needed: ") < note.index("invoices posted 1")


def test_more_than_a_shard_is_shared_out_and_the_troubled_keep_apart(flow: Flow, run_dag: RunDag) -> None:
    flow.invoice("100.00")
    connect(flow, 77)
    for job in ("import", "post"):
        flow.sync_rows(
            "INSERT INTO qbo_sync.sync_run (run_id, workspace_id, job, started_at, finished_at, success)"
            " VALUES ('before', 77, %s, now(), now(), false) RETURNING 1",
            job,
        )
    run = run_dag(EVENTS)
    assert run.state == "failed"
    assert states(run) == {
        "sync_practices": ["success"],
        "sync_shard": ["success", "failed"],
        "summarise": ["failed"],
    }
    assert len(flow.books("Invoice")) == 1
    note = ended_note(run)
    assert note and note.startswith("1 of 2 practices failed. workspace 77 (77): FAILED. ")


def test_a_run_that_finds_nothing_for_want_of_a_database_says_so(
    flow: Flow, run_dag: RunDag, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_CASPEN_DB")
    run = run_dag(EVENTS)
    assert run.state == "failed"
    assert states(run) == {
        "sync_practices": ["failed"],
        "sync_shard": ["upstream_failed"],
        "summarise": ["failed"],
    }
    note = ended_note(run)
    assert note and note.startswith("Failed: ") and "caspen_db" in note


def test_only_the_practices_and_jobs_that_events_name_are_worked_on_and_a_busy_one_is_left(
    flow: Flow,
) -> None:
    from caspen_qbo.wiring import open_store

    flow.invoice("10.00")
    connect(flow, 77)
    calls = len(flow.requests())
    operator, handed_on = take_up(context([], [98]))
    assert (list(operator.practices), handed_on, len(flow.requests())) == ([], [], calls)
    with open_store() as store, store.for_workspace(1).lock():
        operator, handed_on = take_up(context([1, 99], [], run="2"))
    assert handed_on == [] and flow.books("Invoice") == []
    with open_store() as store:
        (note,) = store.notes.fetch(EVENTS, "asset_triggered__2")
    assert note == "Harbour Allied Health (1): nothing to do. Left to another run, which is working on it."
    operator, handed_on = take_up(context([1, 99], [], run="3"))
    assert [(one["workspace_id"], one["jobs"]) for one in operator.practices] == [(1, ["post"])]
    assert handed_on == [] and len(flow.books("Invoice")) == 1


ENDED = {"code": "6190", "message": "Invalid Company Status", "detail": "Subscription period has ended"}
NO_IMPORT = {"kind": "unavailable", "endpoint": "cdc"}
NO_POST = {"kind": "refuse", "endpoint": "batch", "errors": [ENDED]}


@pytest.mark.parametrize(("failed", "rule"), [("import", NO_IMPORT), ("post", NO_POST)])
def test_what_fails_in_one_job_neither_hides_nor_repeats_the_other(
    flow: Flow, failed: str, rule: dict[str, Any]
) -> None:
    from caspen_qbo.operators.events.sync import NewWorkOperator

    flow.post()
    run_import(flow)
    paid = pay_in_quickbooks(flow)
    flow.invoice("50.00")
    flow.door("faults", seed=1, rules=[rule])
    operator, handed_on = take_up(context([1], [1]))
    assert operator.shown == 1
    assert [[(one["workspace_id"], one["jobs"]) for one in shard] for shard in handed_on] == [[(1, [failed])]]
    assert (len(flow.books("Invoice")), flow.staff.balance(paid)) == (
        (2, 110) if failed == "import" else (1, 0)
    )
    done = "SELECT job, success FROM qbo_sync.sync_run WHERE run_id = 'asset_triggered__1' ORDER BY 1"
    assert flow.sync_rows(done) == [("import", failed != "import"), ("post", failed != "post")]

    both: Any = [{"workspace_id": 1, "practice": "", "jobs": ["import", "post"]}]
    operator = NewWorkOperator(task_id="sync_shard", practices=both)
    flow.door("faults", seed=1, rules=[])
    ends = "SELECT job, finished_at FROM qbo_sync.sync_run WHERE run_id = 'asset_triggered__1'"
    ended = flow.sync_rows(ends)
    (outcome,) = operator.execute(context([1], [1], try_number=2))
    assert (len(flow.books("Invoice")), flow.staff.balance(paid)) == (2, 0)
    assert (outcome["counts"]["invoices_posted"], outcome["counts"]["payments_imported"]) == (1, 1)
    repeated = {job for job, moment in flow.sync_rows(ends) if (job, moment) not in ended}
    assert repeated == {failed}, "a try repeats what failed, and nothing else"


def test_a_slow_practice_keeps_the_others_of_its_task_waiting_for_seconds_only(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    from caspen_qbo import settings
    from caspen_qbo.operators.events.sync import NewWorkOperator

    monkeypatch.setattr(settings, "EVENT_PATIENCE_SECONDS", 0.1)
    flow.caspen_rows(
        "INSERT INTO caspen.workspace (id, name) OVERRIDING SYSTEM VALUE"
        " SELECT i, 'Practice ' || i FROM generate_series(77, 79) i RETURNING 1"
    )
    connect(flow, 77, 78, 79)
    flow.invoice("100.00")
    flow.door("latency", seconds=0.3)
    errands: Any = [{"workspace_id": id_, "practice": "", "jobs": ["post"]} for id_ in (1, 77, 78, 79)]
    outcomes = NewWorkOperator(task_id="s", practices=errands).execute(context([], []))
    ended = [one["workspace_id"] for one in outcomes]
    assert ended[0] == 77 and sorted(ended) == [1, 77, 78, 79]
    assert len(flow.books("Invoice")) == 1
