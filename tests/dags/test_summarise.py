"""The task that decides whether a run is green, on results as Airflow hands them over."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import time
from typing import Any, cast

import pytest

from caspen_qbo.core.monitoring.mail_wishes import Wishes
from caspen_qbo.wiring import open_store
from ops.local.ports import free_port
from ops.local.postgres import Database
from tests.support.flow import Flow
from tests.support.postbox import Postbox, running_postbox

pytestmark = pytest.mark.airflow

WORKSPACES = [{"workspace_id": 1, "practice": "Harbour"}, {"workspace_id": 2, "practice": "Bay"}]


class Results:
    """Airflow's answer for mapped tasks: a list over their instances, without those that failed."""

    def __init__(self, failures: list[Any] | None = None, **by_task: list[Any]) -> None:
        self.by_task, self.failures = by_task, failures
        self.dag_id, self.task_id, self.map_index = "post_to_quickbooks", "summarise", -1

    def xcom_pull(self, *, task_ids: list[str], key: str = "return_value") -> list[Any] | None:
        (task_id,) = task_ids
        return self.by_task[task_id] if key == "return_value" else self.failures

    @property
    def note(self) -> str:
        """What was left for the run's note."""
        from caspen_qbo.wiring import open_store

        with open_store() as store:
            return "".join(store.notes.fetch(self.dag_id, "manual__1"))


def _result(workspace_id: int, message: str = "", **counts: int) -> dict[str, Any]:
    return {"workspace_id": workspace_id, "practice": "", "counts": counts, "message": message}


def _summarise(
    results: Results,
    workspaces: list[dict[str, Any]] | None = WORKSPACES,
    *,
    job: str = "post",
    run_id: str = "manual__1",
) -> str:
    from caspen_qbo.operators.summarise import SummariseOperator

    operator = SummariseOperator(
        task_id="summarise", job=job, workspaces=cast("Any", workspaces), results_of=list(results.by_task)
    )
    context: Any = {"ti": results, "run_id": run_id}
    return operator.execute(context)


def test_every_practice_has_its_line(connections: Mapping[str, str]) -> None:
    results = Results(post=[_result(1, invoices_posted=2), _result(2, "Set-up incomplete.")])
    summary = _summarise(results)
    assert summary == "Harbour (1): invoices posted 2\nBay (2): nothing to do. Set-up incomplete."
    assert results.note == summary.replace("\n", "\n\n")


def test_a_practice_without_result_fails_the_run_and_its_reason_is_reported(
    connections: Mapping[str, str], sync_db: Database
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    with sync_db.connect() as connection:
        connection.execute(
            "INSERT INTO qbo_sync.sync_run (run_id, workspace_id, job, success, message)"
            " VALUES ('manual__1', 2, 'post', false, 'the connection waits for a person')"
        )
    with pytest.raises(
        AirflowFailException, match=r"(?s)1 of 2 practices failed.*the connection waits for a person"
    ) as e:
        _summarise(results := Results(post=[_result(1)]))
    assert "Harbour (1): nothing to do" in str(e.value)
    assert results.note == (
        "1 of 2 practices failed. "
        "Bay (2): FAILED. the connection waits for a person Action needed: Administrator. "
        "The log of the failed task says why.\n\nHarbour (1): nothing to do"
    )


def test_the_reason_a_task_left_is_reported_with_who_has_to_act(
    connections: Mapping[str, str],
) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    from caspen_qbo.errors import QboAuthError, StoreUnavailableError
    from caspen_qbo.operators.note import action_needed

    failures = [
        {"workspace_id": number, "reason": str(error), "action": action_needed(error)}
        for number, error in ((1, QboAuthError("The connection ended.")), (2, StoreUnavailableError("Gone.")))
    ]
    results = Results(failures, post=[None])
    with pytest.raises(AirflowFailException, match="FAILED. The connection ended."):
        _summarise(results)
    harbour, bay = results.note.split("\n\n")
    assert harbour.endswith(
        "Action needed: Administrator. Reconnect; waiting documents then post automatically."
    )
    assert bay.startswith("Bay (2): FAILED. Gone. Action needed: none. It is retried automatically")


def test_a_practice_must_get_through_all_of_its_tasks(connections: Mapping[str, str]) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    results = Results(reconcile=[_result(1), _result(2)], report=[_result(1, "Report: 1.html")])
    with pytest.raises(AirflowFailException, match="Bay .2.: FAILED"):
        _summarise(results)


def test_no_workspaces_is_green_and_unknown_workspaces_is_red(connections: Mapping[str, str]) -> None:
    from airflow.sdk.exceptions import AirflowFailException

    assert _summarise(Results(post=[None]), []) == "Nothing to do in any practice."
    with pytest.raises(AirflowFailException, match="find_workspaces failed"):
        _summarise(Results(post=[None]), None)


@pytest.mark.parametrize(
    ("job", "run_id", "sends"),
    [
        ("post", "scheduled__2026-11-25T20:30:00+00:00", True),
        ("import", "scheduled__2026-11-25T20:37:00+00:00", True),
        ("reconcile", "scheduled__2026-11-25T15:30:00+00:00", False),  # in the quiet hours of most
        ("post", "manual__1", False),
        ("post", "asset_triggered__1", False),  # new work does not wait for mails
    ],
)
def test_a_scheduled_round_of_posting_or_importing_sends_the_mails_that_are_due(
    flow: Flow, monkeypatch: pytest.MonkeyPatch, job: str, run_id: str, sends: bool
) -> None:
    flow.staff.finalise(flow.staff.draft_invoice(flow.client_id, []))
    flow.post()
    with running_postbox() as box, open_store() as store:
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", box.connection)
        at_any_hour = Wishes(("books@example.com",), time(0), time(0), time(0), weekends=True)
        store.mails.save_wishes(1, at_any_hour, "cli:test")
        _summarise(Results(work=[]), [], job=job, run_id=run_id)
        assert [mail["To"] for mail in box.mails] == ["books@example.com"] * sends


@pytest.mark.parametrize("green", [True, False])
def test_mails_that_cannot_be_sent_change_nothing_of_a_round(
    flow: Flow, monkeypatch: pytest.MonkeyPatch, green: bool
) -> None:
    """Neither a mail server that is away nor one that is set up wrongly."""
    from airflow.sdk.exceptions import AirflowFailException

    with open_store() as store:
        at_any_hour = Wishes(("books@example.com",), time(0), time(0), time(0), weekends=True)
        store.mails.save_wishes(1, at_any_hour, "cli:test")
    flow.staff.finalise(flow.staff.draft_invoice(flow.client_id, []))
    flow.post()
    for connection in (Postbox(free_port()).connection, '{"conn_type": "smtp"}'):
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", connection)
        ends = nullcontext() if green else pytest.raises(AirflowFailException, match="practices failed")
        with ends:
            summary = _summarise(
                Results(work=[_result(1, invoices_posted=2), *[_result(2)] * green]),
                run_id="scheduled__2026-11-25T20:30:00+00:00",
            )
            assert summary == "Harbour (1): invoices posted 2\nBay (2): nothing to do"
