"""Reconciliation against the sandbox: equal sides, differences, their listing and their going away."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import psycopg
import pytest

from caspen_qbo import settings, wiring
from caspen_qbo.errors import BrokenCheckError
from caspen_qbo.reports import build
from tests.integration.reconciling.runs import run
from tests.support.bookkeeper import edit, free_of_tax, invoice_of, other_customer, remove
from tests.support.flow import Flow


def latest(flow: Flow) -> tuple[int, int, bool]:
    [row] = flow.sync_rows(
        "SELECT documents_checked, differences, success FROM qbo_sync.reconciliation_run"
        " ORDER BY started_at DESC LIMIT 1"
    )
    return row


def differences(flow: Flow) -> dict[tuple[str, str], tuple[str, str, Decimal | None, bool]]:
    """Of the latest run: (number, field) -> (Caspen, QuickBooks, delta, explained)."""
    rows = flow.sync_rows(
        "SELECT document_number, field, caspen_value, quickbooks_value, delta, explained"
        " FROM qbo_sync.reconciliation_difference WHERE run_id ="
        " (SELECT run_id FROM qbo_sync.reconciliation_run ORDER BY started_at DESC LIMIT 1)"
    )
    return {(row[0], row[1]): row[2:] for row in rows}


def test_equal_sides_are_proved_equal(flow: Flow):
    paid, credited = flow.invoice("100.00"), flow.invoice("80.00", "20.00")
    flow.invoice("33.33", rate="GST free")
    flow.pay(paid)
    flow.staff.credit(credited, {1: 1})
    flow.post()
    result = run(flow)
    assert result.message == "5 documents compared, all equal."
    assert latest(flow) == (5, 0, True)
    [(checks, tie_outs, verified)] = flow.sync_rows(
        "SELECT jsonb_array_length(checks), report -> 'tie_outs',"
        " (SELECT count(*) FROM qbo_sync.document_link WHERE verified_at >= started_at)"
        " FROM qbo_sync.reconciliation_run"
    )
    assert (checks, verified) == (12 + 12 + 10, 5)
    assert {row["delta"] for tie_out in tie_outs for row in tie_out["rows"]} == {"0.00"}
    assert tie_outs[0]["rows"][0]["caspen"] == "55.33"
    assert [row["caspen"] for row in tie_outs[3]["rows"][-2:]] == ["153.33", "12.00"]
    assert flow.listed() == {}


def test_a_row_leaves_by_itself_and_its_history_stays(flow: Flow):
    invoice = flow.invoice("80.00", "20.00")
    number = flow.staff.invoice(invoice).number
    flow.post()
    run(flow)
    due = str(invoice_of(flow, invoice)["DueDate"])
    edit(flow, invoice, DueDate="2031-01-31")
    run(flow)
    assert differences(flow) == {(number, "due_date"): (due, "2031-01-31", None, False)}
    [(status,)] = flow.caspen_rows("SELECT quickbooks_status_detail FROM caspen.invoice")
    assert status == "Changed in QuickBooks"
    run(flow)
    assert flow.sync_rows("SELECT attempts FROM qbo_sync.unsynced_invoice") == [(2,)]
    edit(flow, invoice, DueDate=due)
    run(flow)
    assert latest(flow) == (1, 0, True)
    assert flow.sync_rows("SELECT error_key, resolution FROM qbo_sync.unsynced_invoice") == [
        ("changed_in_quickbooks", "equal again")
    ]
    assert flow.caspen_rows("SELECT quickbooks_status, quickbooks_status_detail FROM caspen.invoice") == [
        ("Synced", None)
    ]


def test_an_invoice_that_was_held_because_it_differed_heals_when_made_equal(flow: Flow):
    invoice = flow.invoice("80.00", "20.00")
    number = flow.staff.invoice(invoice).number
    flow.post()
    edit(flow, invoice, TxnDate="2020-02-29")
    flow.staff.revert_to_draft(invoice)
    flow.staff.edit_draft(invoice, due_date=dt.date(2031, 1, 31))
    flow.staff.finalise(invoice)
    flow.post()  # Caspen has a new version, someone edited the old one: not overwritten
    assert list(flow.listed()) == [(number, "changed_in_quickbooks")]
    edit(flow, invoice, TxnDate=str(flow.staff.invoice(invoice).issue_date), DueDate="2031-01-31")
    result = run(flow)
    assert result.counts["made_equal"] == 1
    assert flow.listed() == {}
    assert latest(flow) == (1, 0, True)


def test_only_what_changed_is_read_when_there_is_much(flow: Flow, monkeypatch: pytest.MonkeyPatch):
    flow.door("clock", advance_seconds=-7200)
    edited, deleted, voided = (flow.invoice("80.00", "20.00") for _ in range(3))
    for _ in range(5):
        flow.invoice("10.00")
    flow.post()
    first = run(flow)
    assert first.calls["query"] == 4  # three types of documents, and the inactive customers
    monkeypatch.setattr(settings, "FULL_COMPARE_DOCUMENTS_MAX", 0)
    # The overlap reads again what was posted a moment ago; from two hours later on it is only what changed.
    flow.door("clock", advance_seconds=7200)
    assert "query" not in run(flow).calls
    edit(flow, edited, TxnDate="2020-02-29")
    remove("Invoice", "delete", invoice_of)(flow, deleted)
    remove("Invoice", "void", invoice_of)(flow, voided)
    result = run(flow)
    # What the feed calls deleted is asked for: by a query with others, then alone, by its id.
    assert result.calls == {"cdc": 1, "query": 1, "read": 1}
    assert result.counts["documents_read"] == 2
    assert {field for _, field in differences(flow)} == {"date", "presence"}
    assert set(flow.listed()) == {
        (flow.staff.invoice(edited).number, "changed_in_quickbooks"),
        (flow.staff.invoice(deleted).number, "missing_in_quickbooks"),
        (flow.staff.invoice(voided).number, "missing_in_quickbooks"),
    }
    again = run(flow, full=True)
    assert again.counts["differences"] == result.counts["differences"] == 3


def test_a_payment_on_its_way_is_no_difference_and_a_listed_one_explains(flow: Flow):
    waiting, foreign = flow.invoice("80.00", "20.00"), flow.invoice("80.00", "20.00")
    flow.post()
    flow.pay(waiting, "50.00")  # not posted yet
    flow.person(
        "record-payment", invoices=[{"id": invoice_of(flow, foreign)["Id"], "amount": 30}]
    )  # not imported yet
    run(flow)
    assert latest(flow) == (2, 0, True)

    # The import has seen it and listed it: the balance differs, and the row says why.
    [(realm_time,)] = flow.sync_rows("SELECT now() + interval '1 day'")
    flow.sync_rows(
        "INSERT INTO qbo_sync.cursor (workspace_id, name, position) VALUES (1, 'quickbooks_payments', %s) "
        "RETURNING 1",
        realm_time,
    )
    number = flow.staff.invoice(foreign).number
    run(flow)
    assert differences(flow) == {(number, "balance"): ("110.00", "80.00", Decimal("-30.00"), False)}
    assert list(flow.listed()) == [(number, "totals_mismatch")]
    flow.sync_rows(
        "INSERT INTO qbo_sync.unsynced_invoice (workspace_id, document_kind, document_id, document_number, "
        "invoice_id,"
        " error_key, title, detail, fix, blocks)"
        " VALUES (1, 'invoice', %s, %s, %s, 'split_payment', 't', 'd', 'f', false)"
        " RETURNING 1",
        *(foreign, number, foreign),
    )
    run(flow)
    assert latest(flow) == (2, 1, True)
    assert list(flow.listed()) == [(number, "split_payment")]


def test_a_check_that_cannot_run_is_no_mismatch(flow: Flow):
    invoice = flow.invoice("80.00", "20.00")
    flow.post()
    edit(flow, invoice, TxnDate="2020-02-29")
    _execute(flow, "DROP VIEW qbo_sync.comparison_invoice")
    _execute(
        flow,
        "CREATE VIEW qbo_sync.comparison_invoice AS SELECT workspace_id, document_kind, document_id, "
        "in_caspen,"
        " in_quickbooks, balance_settled, caspen_subtotal, quickbooks_subtotal, caspen_tax, quickbooks_tax,"
        " caspen_total, quickbooks_total, caspen_balance, quickbooks_balance,"
        " caspen_customer, quickbooks_customer, caspen_date,"
        " quickbooks_date::text, caspen_number, quickbooks_number, changed_fields FROM qbo_sync.comparison"
        " WHERE workspace_id = current_setting('caspen_qbo.workspace')::bigint AND document_kind = 'invoice'",
    )
    with pytest.raises(BrokenCheckError, match="of invoice could not be carried out"):
        run(flow, run_id="broken")
    assert flow.listed() == {}
    assert flow.sync_rows("SELECT success, documents_checked FROM qbo_sync.reconciliation_run") == [
        (False, None)
    ]
    assert flow.sync_rows("SELECT count(*) FROM qbo_sync.reconciliation_difference") == [(0,)]


def _execute(flow: Flow, statement: str) -> None:
    with psycopg.connect(flow.sync.uri, autocommit=True) as connection:
        connection.execute(statement)


def test_an_older_run_gives_its_own_report_again(flow: Flow):
    invoice = flow.invoice("80.00", "20.00")
    flow.post()
    run(flow, run_id="first")
    with wiring.open_store() as store:
        before = build(store.for_workspace(flow.workspace_id), "first")
    edit(flow, invoice, TxnDate="2020-02-29")
    run(flow, run_id="second")
    with wiring.open_store() as store:
        assert build(store.for_workspace(flow.workspace_id), "first") == before
        assert build(store.for_workspace(flow.workspace_id)).run_id == "second"


def test_an_imported_payment_is_compared_by_what_is_on_its_invoice(flow: Flow):
    from caspen_qbo.usecases.importing.run import import_payments

    first, second = flow.invoice("80.00", "20.00"), flow.invoice("50.00")
    flow.post()
    parts = [
        {"id": invoice_of(flow, first)["Id"], "amount": 30},
        {"id": invoice_of(flow, second)["Id"], "amount": 20},
    ]
    flow.person("record-payment", invoices=parts)
    with wiring.open_session(flow.workspace_id, "import") as session:
        import_payments(session)
    result = run(flow)
    assert result.message == "4 documents compared, all equal."
    [(rows,)] = flow.sync_rows("SELECT report -> 'tie_outs' -> 1 -> 'rows' FROM qbo_sync.reconciliation_run")
    assert [(row["caspen"], row["quickbooks"]) for row in rows] == [
        ("0.00", "0.00"),
        ("50.00", "50.00"),
        ("50.00", "50.00"),
    ]


def test_ids_that_differ_are_shown_with_their_names(flow: Flow):
    moved, taxed = flow.invoice("80.00", "20.00"), flow.invoice("80.00", "20.00")
    flow.post()
    other_customer(flow, moved)
    free_of_tax(flow, taxed)
    run(flow)
    shown = {field: row[:2] for (_, field), row in differences(flow).items()}
    ours, theirs = shown["customer"]
    assert ours.startswith("Ann O'Neil") and theirs.startswith(f"Somebody Else {moved} [")
    names = dict(flow.sync_rows("SELECT tax_code_id, tax_code_name FROM qbo_sync.tax_link"))
    for text in shown["line 1 tax code"]:
        name, code = text.removesuffix("]").split(" [")
        assert names[code] == name
    [(detail,)] = flow.sync_rows(
        "SELECT detail FROM qbo_sync.unsynced_invoice WHERE document_id = %s AND resolved_at IS NULL", moved
    )
    assert f"Somebody Else {moved} [" in detail
