"""The rule of the page holds however a backfill is started: Airflow's own API, role by role."""

from __future__ import annotations

from uuid import UUID

import pytest
from airflow.models.hitl import HITLDetail
from airflow.utils.session import create_session

from caspen_qbo.errors import ApprovalNeededError
from caspen_qbo.operators.backfill import BackfillOperator, PlanBackfillOperator
from tests.integration.ui.conftest import Pages, runs
from tests.support.airflow_server import ROLES
from tests.support.flow import Flow
from tests.support.task_context import task_context

DAG = "/api/v2/dags/backfill_invoices/dagRuns"


def start(pages: Pages, role: str, run_id: str) -> int:
    """As Airflow's trigger form and any script do: everything asked for, approved too."""
    conf = {"workspace_id": 1, "invoice_numbers": ["INV-0001"], "dry_run": False, "approved": True}
    body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
    return pages.airflow(role, "POST", DAG, json=body).status_code


def carry_out(run_id: str) -> None:
    """What the worker does once it is that task's turn, whatever the tasks before it were marked as."""
    operator = BackfillOperator(task_id="backfill_invoices", workspace_id=1, invoice_numbers=["INV-0001"])
    operator.execute(task_context(operator.task_id, run_id))


def ask(pages: Pages, run_id: str) -> str:
    """The plan and the question of a run as the worker leaves them; the address to answer at."""
    plan = PlanBackfillOperator(task_id="plan_backfill", workspace_id=1, invoice_numbers=["INV-0001"])
    plan.execute(task_context(plan.task_id, run_id))
    task = f"{DAG}/{run_id}/taskInstances/approve_backfill"
    instance = pages.airflow("admin", "GET", task).json()
    with create_session(scoped=False) as session:
        session.add(
            HITLDetail(ti_id=UUID(instance["id"]), options=["Approve", "Reject"], subject="Carry out?")
        )
    return f"{task}/-1/hitlDetails"


def test_who_may_start_a_run_may_not_carry_it_out(dags: Pages, flow: Flow) -> None:
    flow.invoice("100.00")
    assert {role: start(dags, role, f"asked_by_{role}") for role in ROLES} == {
        "viewer": 403,
        "user": 200,
        "op": 200,
        "admin": 200,
    }
    for role in ROLES[1:]:
        with pytest.raises(ApprovalNeededError, match="no person with the right to has approved this run"):
            carry_out(f"asked_by_{role}")
    assert flow.books("Invoice") == []


def test_who_may_answer_the_question_of_a_run(dags: Pages, flow: Flow) -> None:
    flow.invoice("100.00")
    start(dags, "user", "asked_by_user")
    address = ask(dags, "asked_by_user")
    said = {}
    for role in ("viewer", "user"):
        for option in ("Approve", "Reject"):
            answer = dags.airflow(role, "PATCH", address, json={"chosen_options": [option]})
            said[role, option] = answer.status_code, "the right to configure" in answer.text
    assert set(said.values()) == {(403, True)}
    dags.client.cookies.clear()
    assert dags.client.patch(address, json={"chosen_options": ["Approve"]}).status_code == 401
    for garbage in (
        b"[" * 50_000,
        b"\x00",
        b"{}",
        b'{"chosen_options": 7}',
        b'{"chosen_options": "Approve"}',
    ):
        answer = dags.airflow("op", "PATCH", address, content=garbage)
        assert answer.status_code == 422, garbage[:9]
    with pytest.raises(ApprovalNeededError):
        carry_out("asked_by_user")
    assert dags.airflow("op", "PATCH", address, json={"chosen_options": ["Approve"]}).status_code == 200
    carry_out("asked_by_user")
    assert [row["DocNumber"] for row in flow.books("Invoice")] == ["INV-0001"]
    assert flow.sync_rows("SELECT run_id, approved_by, approved_through FROM qbo_sync.backfill_plan") == [
        ("asked_by_user", "airflow:op", "question")
    ]
    (run,) = runs(dags, "backfill_invoices")
    assert run["triggering_user_name"] == "user"


def test_a_task_marked_as_done_is_no_approval(dags: Pages, flow: Flow) -> None:
    """A user may set a task's state and write its result; both say nothing about who approved."""
    flow.invoice("100.00")
    start(dags, "user", "marked")
    ask(dags, "marked")
    task = f"{DAG}/marked/taskInstances/approve_backfill"
    value = {"key": "return_value", "value": {"chosen_options": ["Approve"]}}
    assert dags.airflow("user", "POST", f"{task}/xcomEntries", json=value).status_code == 201
    assert dags.airflow("user", "PATCH", task, json={"new_state": "success"}).status_code == 200
    with pytest.raises(ApprovalNeededError):
        carry_out("marked")
    assert flow.books("Invoice") == []


def test_teams_hide_pages_and_do_not_divide_the_dags(
    dags: Pages, flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As decision 10 says. A member of another team starts what they like, and carries nothing out."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    flow.invoice("100.00")
    monkeypatch.setenv("AIRFLOW__CORE__MULTI_TEAM", "True")
    member = SimpleAuthManagerUser(username="member", role="user", teams=["workspace_2"])
    dags._tokens["member"] = get_auth_manager().generate_jwt(member)
    assert dags.as_("member").get("/w/1/backfill").status_code == 404
    assert start(dags, "member", "asked_by_member") == 200
    body = {"dag_run_id": "read_by_member", "logical_date": None, "conf": {"workspace_id": 1}}
    runs_of = "/api/v2/dags/reconcile_quickbooks/dagRuns"
    assert dags.airflow("member", "POST", runs_of, json=body).status_code == 200
    address = ask(dags, "asked_by_member")
    answer = dags.airflow("member", "PATCH", address, json={"chosen_options": ["Approve"]})
    assert answer.status_code == 403
    with pytest.raises(ApprovalNeededError):
        carry_out("asked_by_member")
