"""Backfill on the pages: a plan first, an approval by those who may, then what became of each invoice."""

from __future__ import annotations

import pytest
from airflow.sdk import BaseOperator

from caspen_qbo.operators.backfill import BackfillOperator, PlanBackfillOperator
from tests.integration.ui.conftest import Door, Pages, runs
from tests.support.flow import Flow
from tests.support.task_context import task_context

DAG = "/api/v2/dags/backfill_invoices/dagRuns"


def work_off(pages: Pages, run_id: str, operator: BaseOperator, skipped: tuple[str, ...]) -> None:
    """What Airflow's worker does with a task and scheduler with a run: carry out, store, mark the rest."""
    value = operator.execute(task_context(operator.task_id, run_id))
    tasks = f"{DAG}/{run_id}/taskInstances"
    body = {"key": "return_value", "value": value}
    stored = pages.airflow("admin", "POST", f"{tasks}/{operator.task_id}/xcomEntries", json=body)
    assert stored.status_code == 201, stored.text
    for task_id, state in [(operator.task_id, "success"), *((each, "skipped") for each in skipped)]:
        pages.airflow("admin", "PATCH", f"{tasks}/{task_id}", json={"new_state": state})
    pages.airflow("admin", "PATCH", f"{DAG}/{run_id}", json={"state": "success"})


def make_plan(pages: Pages, door: Door, form: dict[str, str]) -> tuple[str, list[str]]:
    """Send the form; the page it leads to, and the numbers the run was started with."""
    answer = door.post("/w/1/backfill", form)
    (run,) = runs(pages, "backfill_invoices")
    assert run["conf"]["dry_run"] is True
    numbers = run["conf"]["invoice_numbers"]
    assert door.message(answer) == "The plan is being made. Nothing is sent."
    plan = PlanBackfillOperator(task_id="plan_backfill", workspace_id=1, invoice_numbers=numbers)
    work_off(pages, run["dag_run_id"], plan, ("approve_backfill", "backfill_invoices"))
    return answer.headers["location"].removeprefix("/quickbooks"), numbers


def test_a_plan_is_approved_by_an_op_and_carried_out(dags: Pages, flow: Flow) -> None:
    flow.invoice("100.00")
    user, op = dags.as_("user"), dags.as_("op")
    page, numbers = make_plan(dags, user, {"numbers": "INV-0001\nNO-SUCH; INV-0001"})
    assert numbers == ["INV-0001", "NO-SUCH"]
    text = user.get(page).text
    assert "What would happen to each invoice" in text
    assert "1 would be posted, 1 not found in Caspen." in text and "110.00 AUD" in text
    assert "Approve and carry out" not in text and "needs an Op or Admin" in text
    assert user.post(f"{page}/approve").status_code == 403
    assert flow.books("Invoice") == []
    assert "Approve and carry out: 2 invoices" in op.get(page).text
    answer = op.post(f"{page}/approve")
    assert op.message(answer) == "Approved. The backfill has been started."
    carried = next(run for run in runs(dags, "backfill_invoices") if run["state"] == "queued")
    assert carried["triggering_user_name"] == "op"
    assert carried["conf"] == {
        "workspace_id": 1,
        "invoice_numbers": numbers,
        "dry_run": False,
        "approved": True,
    }
    assert (
        "This page refreshes automatically"
        in op.get(answer.headers["location"].removeprefix("/quickbooks")).text
    )
    assert "there is such a run already" in op.message(op.post(f"{page}/approve")), "a plan is approved once"
    send = BackfillOperator(task_id="backfill_invoices", workspace_id=1, invoice_numbers=numbers)
    work_off(dags, carried["dag_run_id"], send, ())
    text = user.get(answer.headers["location"].removeprefix("/quickbooks")).text
    assert "What happened to each invoice" in text and "1 posted, 1 not found in Caspen." in text
    assert [row["DocNumber"] for row in flow.books("Invoice")] == ["INV-0001"]
    listed = user.get("/w/1/backfill").text
    assert "Carried out" in listed and "Plan" in listed


def test_what_is_listed_is_planned_by_its_cause(dags: Pages, flow: Flow) -> None:
    flow.staff.finalise(flow.staff.draft_invoice(flow.client_id, []))
    flow.post()
    user = dags.as_("user")
    assert "Required param missing (1 document)" in user.get("/w/1/backfill").text
    page, numbers = make_plan(dags, user, {"key": "required_param_missing"})
    assert numbers == ["INV-0001"]
    assert "1 would be listed." in user.get(page).text


def test_a_plan_with_nothing_to_do_is_not_approved(dags: Pages, flow: Flow) -> None:
    op = dags.as_("op")
    page, _ = make_plan(dags, op, {"numbers": "NO-SUCH"})
    assert "Approve and carry out" not in op.get(page).text
    assert op.message(op.post(f"{page}/approve")) == "There is nothing to approve here."


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "Give at least one invoice number, or choose a cause."),
        ({"numbers": " ,; \n"}, "Give at least one invoice number, or choose a cause."),
        ({"numbers": ",".join(map(str, range(501)))}, "501 invoices are too many at once: at most 500."),
    ],
)
def test_a_form_that_cannot_be_planned_says_why(dags: Pages, flow: Flow, form: dict, said: str) -> None:
    user = dags.as_("user")
    assert user.message(user.post("/w/1/backfill", form)) == said
    assert runs(dags, "backfill_invoices") == []


def test_a_backfill_of_another_workspace_is_not_found(dags: Pages, flow: Flow) -> None:
    for run_id, conf in {"manual__other": {"workspace_id": 2}, "manual__none": {}}.items():
        body = {"dag_run_id": run_id, "logical_date": None, "conf": conf}
        assert dags.airflow("admin", "POST", DAG, json=body).status_code == 200
        for door in (dags.as_("viewer"), dags.as_("admin")):
            assert door.get(f"/w/1/backfill/{run_id}").status_code == 404
            assert run_id not in door.get("/w/1/backfill").text
        assert dags.as_("admin").post(f"/w/1/backfill/{run_id}/approve").status_code == 404
