"""Carrying out needs the approval of a person for this plan, checked where the work is done."""

from __future__ import annotations

from typing import Any

import pytest

from caspen_qbo import wiring
from caspen_qbo.errors import ApprovalNeededError
from caspen_qbo.usecases.backfill.approval import approve, record_plan
from caspen_qbo.usecases.backfill.run import BackfillReport, backfill, plan_backfill
from caspen_seed import NewLine
from tests.support.command_line import run_command
from tests.support.flow import Flow

pytestmark = [pytest.mark.postgres, pytest.mark.sandbox]

PLAN, RUN = "manual__plan", "approved__manual__plan"


def plan(flow: Flow, *numbers: str) -> None:
    with wiring.open_session(flow.workspace_id, PLAN) as session:
        record_plan(session.store, PLAN, plan_backfill(session, numbers).items)


def give(flow: Flow, **how: Any) -> None:
    with wiring.open_store() as opened:
        store = opened.for_workspace(flow.workspace_id)
        approve(store, PLAN, run_id=RUN, who="airflow:op", through="page", **how)


def carry_out(flow: Flow, *numbers: str, run_id: str = RUN) -> BackfillReport:
    with wiring.open_session(flow.workspace_id, run_id) as session:
        return backfill(session, numbers)


def posted(flow: Flow) -> list[str]:
    return sorted(row["DocNumber"] for row in flow.books("Invoice"))


def refused(flow: Flow, *numbers: str, run_id: str = RUN) -> str:
    before = posted(flow)
    with pytest.raises(ApprovalNeededError) as error:
        carry_out(flow, *numbers, run_id=run_id)
    assert posted(flow) == before
    assert "an Op or Admin then approves its plan" in error.value.message
    return error.value.message


def test_an_approval_holds_for_its_run_its_numbers_and_its_plan_and_once(flow: Flow) -> None:
    first = flow.invoice("100.00")
    flow.invoice("50.00")
    plan(flow, "INV-0001")
    assert "no person with the right to" in refused(flow, "INV-0001")
    failed = flow.sync_rows("SELECT success, message FROM qbo_sync.sync_run WHERE job = 'backfill'")
    assert failed[0][0] is False and "no person with the right to" in failed[0][1]
    with pytest.raises(ApprovalNeededError, match="made again since"):
        give(flow, fingerprint="0" * 64)
    give(flow)
    assert "no person" in refused(flow, "INV-0001", run_id="manual__another")
    assert "INV-0002 was not among the approved" in refused(flow, "INV-0001", "INV-0002")

    flow.staff.revert_to_draft(first)
    line = NewLine("service", "Consultation", "120.00", tax_rate_id=flow.rates["GST"])
    flow.staff.edit_draft(first, lines=[line])
    flow.staff.finalise(first)
    assert "INV-0001 was approved as post 110.00 and is now post 132.00" in refused(flow, "INV-0001")
    with pytest.raises(ApprovalNeededError, match="an approval holds once"):
        give(flow)

    plan(flow, "INV-0001")
    give(flow)
    assert [item.verdict.value for item in carry_out(flow, "INV-0001").items] == ["post"]
    assert posted(flow) == ["INV-0001"]
    used = flow.sync_rows(
        "SELECT approved_by, approved_through, carried_out_at IS NOT NULL FROM qbo_sync.backfill_plan"
        " WHERE run_id = %s ORDER BY id DESC LIMIT 1",
        RUN,
    )
    assert used == [("airflow:op", "page", True)]
    assert [i.verdict.value for i in carry_out(flow, "INV-0001").items] == ["already synced"], (
        "safe to repeat"
    )


def test_an_approval_ends(flow: Flow) -> None:
    flow.invoice("100.00")
    plan(flow, "INV-0001")
    give(flow)
    flow.sync_rows("UPDATE qbo_sync.backfill_plan SET expires_at = now() RETURNING 1")
    assert "the approval ended at" in refused(flow, "INV-0001")


def test_an_interrupted_run_goes_on_with_its_approval(flow: Flow) -> None:
    """One of two invoices was posted by the run before it was killed; a payment of it is left."""
    invoice_id = flow.invoice("100.00")
    flow.pay(invoice_id, "40.00")
    flow.invoice("50.00")
    plan(flow, "INV-0001", "INV-0002")
    give(flow)
    command = run_command("backfill", "--workspace", "1", "--number", "INV-0001", "--send")
    assert command.returncode == 0, command.stderr
    carry_out(flow, "INV-0001", "INV-0002")
    assert posted(flow) == ["INV-0001", "INV-0002"]


def test_at_the_command_line_the_person_who_types_it_approves_and_is_recorded(flow: Flow) -> None:
    flow.invoice("100.00")
    shown = run_command("backfill", "--workspace", "1", "--number", "INV-0001")
    assert shown.returncode == 0 and posted(flow) == []
    assert flow.sync_rows("SELECT count(*) FROM qbo_sync.backfill_plan") == [(0,)]
    done = run_command("backfill", "--workspace", "1", "--number", "INV-0001", "--send")
    assert done.returncode == 0, done.stderr
    assert posted(flow) == ["INV-0001"]
    ((who, through, lines),) = flow.sync_rows(
        "SELECT approved_by, approved_through, lines FROM qbo_sync.backfill_plan"
    )
    assert who.startswith("cli:") and through == "command line"
    assert [(line["number"], line["verdict"], line["total"]) for line in lines] == [
        ("INV-0001", "post", "110.00")
    ]
