"""The history of a document: all that was sent, answered, seen and chosen, in order; forgotten by age."""

from __future__ import annotations

import pytest

from caspen_qbo import settings, wiring
from caspen_qbo.hooks.store.monitoring.activity import Event
from caspen_qbo.usecases.decisions import accept_or_resend as choices
from tests.integration.reconciling.runs import run
from tests.support.bookkeeper import edit_line
from tests.support.command_line import run_command
from tests.support.flow import Flow

TABLES = {
    "request": ("prepared_at", "answered_at"),
    "document_event": ("at",),
    "unsynced_invoice": ("first_seen_at", "resolved_at"),
}


def history(flow: Flow, number: str) -> list[Event]:
    with wiring.open_store() as store:
        return store.for_workspace(flow.workspace_id).activity.fetch_history(number)


def age(flow: Flow, days: int) -> None:
    """As if all that is recorded so far had happened so long ago."""
    for table, columns in TABLES.items():
        moved = ", ".join(f"{column} = {column} - make_interval(days => {days})" for column in columns)
        flow.sync_rows(
            f"WITH moved AS (UPDATE qbo_sync.{table} SET {moved} RETURNING 1) SELECT count(*) FROM moved"
        )


def test_a_documents_history_tells_everything_in_order_and_is_forgotten_by_age(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
):
    invoice = flow.invoice("80.00", "20.00")
    number = flow.staff.invoice(invoice).number
    flow.post()
    edit_line(flow, invoice, amount="90.00")
    run(flow)
    with wiring.open_session(flow.workspace_id, "choice") as session:
        choices.resend(session, [number], who="cli:ann")
    flow.post()
    run(flow)

    rows = history(flow, number)
    assert [(row.what, row.who) for row in rows if row.document_kind == "invoice"] == [
        ("sent: post (create Invoice)", "sync"),
        ("answered: done", "quickbooks"),
        ("posted", "sync"),
        ("listed: Changed in QuickBooks", "sync"),
        ("to be overwritten in QuickBooks", "cli:ann"),
        ("cleared: Changed in QuickBooks", "sync"),
        ("sent: post (update Invoice)", "sync"),
        ("answered: done", "quickbooks"),
        ("posted", "sync"),
    ]
    assert [row.at for row in rows] == sorted(row.at for row in rows)
    answers = [row for row in rows if row.what.startswith("answered")]
    assert all(row.request_id and row.intuit_tid for row in answers)
    assert len({row.request_id for row in answers}) == len(answers)
    [listed] = [row for row in rows if row.what.startswith("listed")]
    assert "line 1 amount: Caspen 80.00, QuickBooks 90.00" in listed.detail

    command = ["history", "--workspace", str(flow.workspace_id), "--number", number]
    shown = run_command(*command, "--json")
    assert shown.returncode == 0
    assert all(str(row.intuit_tid) in shown.stdout for row in answers)

    monkeypatch.setattr(settings, "HISTORY_KEEP_DAYS", 30)
    edit_line(flow, invoice, amount="95.00")
    run(flow)
    age(flow, 29)
    run(flow)
    assert len(history(flow, number)) == len(rows) + 1
    age(flow, 2)
    run(flow)
    assert [row.what for row in history(flow, number)] == ["listed: Changed in QuickBooks"]  # open: it stays
    assert run_command(*command[:-1], "INV-9999").returncode == 1
