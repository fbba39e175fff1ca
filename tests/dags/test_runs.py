"""Each DAG from its first task to its last."""

from __future__ import annotations

import stat
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from tests.dags.conftest import ended_note, states, text_of
from tests.support.bookkeeper import edit
from tests.support.flow import Flow

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

RunDag = Callable[..., Any]


def _writes(flow: Flow) -> list[Any]:
    """QuickBooks takes long queries as POST too; they change nothing."""
    return [r for r in flow.requests() if r["method"] == "POST" and not r["path"].endswith("/query")]


def test_post_puts_a_finalised_invoice_and_its_payment_into_quickbooks_once(
    flow: Flow, run_dag: RunDag
) -> None:
    invoice_id = flow.invoice("100.00")
    flow.pay(invoice_id, "40.00")

    first = run_dag("post_to_quickbooks")
    assert first.state == "success", states(first)
    assert states(first) == {
        "find_workspaces": ["success"],
        "post_workspace": ["success"],
        "summarise": ["success"],
    }
    (invoice,) = [row for row in flow.books("Invoice") if row["TotalAmt"]]
    assert (invoice["TotalAmt"], invoice["Balance"]) == (110, 70)
    note = ended_note(first)
    assert note.startswith("Harbour Allied Health (1): ") and "invoices posted 1" in note
    assert "O'Neil" not in note

    before = [
        (row["Id"], row["SyncToken"]) for entity in ("Invoice", "Payment") for row in flow.books(entity)
    ]
    second = run_dag("post_to_quickbooks")
    assert second.state == "success", states(second)
    after = [(row["Id"], row["SyncToken"]) for entity in ("Invoice", "Payment") for row in flow.books(entity)]
    assert before == after


def test_a_dry_run_reports_and_sends_nothing(flow: Flow, run_dag: RunDag) -> None:
    flow.invoice("100.00")
    writes = _writes(flow)
    run = run_dag("post_to_quickbooks", dry_run=True, workspace_id=1)
    assert run.state == "success", states(run)
    assert flow.books("Invoice") == []
    assert flow.caspen_rows("SELECT quickbooks_status FROM caspen.invoice") == [("Not synced",)]
    assert _writes(flow) == writes


def test_mapped_tasks_are_named_by_the_practice(flow: Flow, run_dag: RunDag) -> None:
    flow.invoice("10.00")
    run = run_dag("post_to_quickbooks")
    (mapped,) = [ti for ti in run.get_task_instances() if ti.task_id == "post_workspace"]
    assert mapped.rendered_map_index == "Harbour Allied Health"


def test_without_any_connected_practice_a_run_does_nothing_and_is_green(
    connections: Any, run_dag: RunDag
) -> None:
    run = run_dag("post_to_quickbooks")
    assert run.state == "success", states(run)
    assert states(run)["post_workspace"] == ["skipped"]


def test_one_failing_practice_does_not_stop_the_other(flow: Flow, run_dag: RunDag) -> None:
    flow.invoice("100.00")
    flow.sync_rows(
        "INSERT INTO qbo_sync.connection (workspace_id, realm_id, status)"
        " VALUES (77, '9130000000000077', 'connected') RETURNING 1"
    )
    run = run_dag("post_to_quickbooks")
    assert run.state == "failed"
    assert states(run) == {
        "find_workspaces": ["success"],
        "post_workspace": ["success", "failed"],
        "summarise": ["failed"],
    }
    assert len(flow.books("Invoice")) == 1
    note = ended_note(run)
    assert note.startswith("1 of 2 practices failed. workspace 77 (77): FAILED. ")
    assert note.index("Caspen has no such workspace.") < note.index("Action needed: ")
    assert note.index("Action needed: ") < note.index("invoices posted 1")


def test_asking_for_a_practice_that_is_not_connected_fails_in_words(
    connections: Any, run_dag: RunDag
) -> None:
    run = run_dag("post_to_quickbooks", workspace_id=5)
    assert run.state == "failed"
    assert states(run)["find_workspaces"] == ["failed"]
    note = ended_note(run)
    assert note.startswith("Failed: workspace 5: ") and "Action needed: Administrator." in note


def test_a_backfill_is_a_dry_run_unless_told_otherwise(flow: Flow, run_dag: RunDag) -> None:
    flow.invoice("100.00")
    run = run_dag("backfill_invoices", workspace_id=1, invoice_numbers=["INV-0001", "NO-SUCH"])
    assert run.state == "success", states(run)
    assert states(run) == {
        "plan_backfill": ["success"],
        "approve_backfill": ["skipped"],
        "backfill_invoices": ["skipped"],
    }
    assert flow.books("Invoice") == []
    assert ended_note(run) == "Planned, nothing sent: not found 1, post 1."


def test_a_backfill_carried_out_twice_posts_once(flow: Flow, run_dag: RunDag) -> None:
    flow.invoice("100.00")
    flow.invoice("50.00")
    for _ in range(2):
        run = run_dag("backfill_invoices", invoice_numbers="INV-0001", dry_run=False)
        assert run.state == "success", states(run)
        assert states(run)["backfill_invoices"] == ["success"]
        assert [row["DocNumber"] for row in flow.books("Invoice")] == ["INV-0001"]


@pytest.mark.parametrize(
    ("given", "note"),
    [
        ("1_000", "Planned, nothing sent: not found 1."),
        ([{"a": 1}], "Failed: invoice_numbers is no list of numbers"),
    ],
)
def test_numbers_reach_a_backfill_as_they_were_given(
    flow: Flow, run_dag: RunDag, given: Any, note: str
) -> None:
    run = run_dag("backfill_invoices", workspace_id=1, invoice_numbers=given)
    assert ended_note(run).startswith(note)
    planned = flow.sync_rows("SELECT lines::text FROM qbo_sync.backfill_plan")
    assert [f'"{given}"' in lines for (lines,) in planned] == ([True] if isinstance(given, str) else [])


def test_a_backfill_without_numbers_does_nothing(connections: Any, run_dag: RunDag) -> None:
    run = run_dag("backfill_invoices")
    assert run.state == "success", states(run)


def test_import_records_a_payment_in_caspen_once(flow: Flow, run_dag: RunDag) -> None:
    invoice_id = flow.invoice("100.00")
    flow.post()
    (invoice,) = flow.books("Invoice")
    applied = {"Amount": "110.00", "LinkedTxn": [{"TxnType": "Invoice", "TxnId": invoice["Id"]}]}
    payment = {"CustomerRef": invoice["CustomerRef"], "TotalAmt": "110.00", "Line": [applied]}
    flow.person("create", entity="Payment", document=payment)

    dry = run_dag("import_from_quickbooks", dry_run=True)
    assert dry.state == "success", states(dry)
    assert flow.staff.balance(invoice_id) == 110
    for _ in range(2):
        run = run_dag("import_from_quickbooks")
        assert run.state == "success", states(run)
        assert flow.staff.balance(invoice_id) == 0
        assert flow.caspen_rows("SELECT count(*) FROM caspen.payment") == [(1,)]


def test_reconcile_stores_its_run_writes_the_report_and_mails_what_differs(
    flow: Flow,
    run_dag: RunDag,
    mailbox: list[Message],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CASPEN_QBO_REPORTS", str(tmp_path))
    invoice_id = flow.invoice("100.00")
    flow.post()
    edit(flow, invoice_id, DueDate="2031-01-31")
    run = run_dag("reconcile_quickbooks", full=True)
    assert run.state == "success", states(run)
    assert set(states(run)) == {
        "check_heartbeat",
        "find_workspaces",
        "practice.reconcile",
        "practice.write_report",
        "summarise",
        "announce_equal",
    }
    stored = flow.sync_rows("SELECT documents_checked, differences, success FROM qbo_sync.reconciliation_run")
    assert stored == [(1, 1, False)]
    (mail,) = mailbox
    assert "1 difference between Caspen and QuickBooks to clear" in " ".join(mail["Subject"].split())
    assert "1 of 1 document compared differs" in text_of(mail)
    assert "/quickbooks/w/1/reconciliation/manual__" in text_of(mail) and str(tmp_path) not in text_of(mail)
    assert sorted(path.suffix for path in (tmp_path / "1").iterdir()) == [".html", ".xlsx"]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "1").iterdir()}
    assert modes == {0o640} and stat.S_IMODE((tmp_path / "1").stat().st_mode) == 0o750
    named = {ti.task_id: ti.rendered_map_index for ti in run.get_task_instances() if ti.map_index >= 0}
    assert set(named.values()) == {"Harbour Allied Health"}


def test_an_overdue_job_turns_the_nightly_run_red_and_does_not_stop_it(
    flow: Flow, run_dag: RunDag, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASPEN_QBO_REPORTS", str(tmp_path))
    flow.sync_rows("UPDATE qbo_sync.connection SET connected_at = now() - interval '5 hours' RETURNING 1")
    flow.invoice("100.00")
    flow.post()
    run = run_dag("reconcile_quickbooks")
    assert run.state == "failed"
    assert states(run)["check_heartbeat"] == ["failed"], "no import has run for five hours"
    assert states(run)["practice.reconcile"] == states(run)["practice.write_report"] == ["success"]
    rows = flow.sync_rows("SELECT success, message FROM qbo_sync.sync_run WHERE job = 'heartbeat'")
    assert len(rows) == 1 and rows[0][0] is False
    assert "no successful import run since" in rows[0][1] and "post" not in rows[0][1]
    note = ended_note(run)
    assert note.startswith("Action needed: Administrator.") and rows[0][1] in note
    assert "Harbour Allied Health (1): " in note
