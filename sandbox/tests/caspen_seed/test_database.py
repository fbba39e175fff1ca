"""Caspen's schema with its triggers, and the bulk generator."""

from __future__ import annotations

import datetime as dt

import psycopg
import pytest

from caspen_seed import Staff, load_schema
from caspen_seed.facts import Standing, describe
from caspen_seed.scale import add_new_invoices, add_old_invoices

pytestmark = pytest.mark.postgres


def test_loading_the_schema_again_changes_nothing(clinic):
    invoice = clinic.open_invoice()
    load_schema(clinic.dsn)
    assert clinic.staff.invoice(invoice).total == 110
    assert Staff(clinic.connection, clinic.workspace).draft_invoice(clinic.client) > invoice


def test_every_table_with_updated_at_moves_it_with_every_change(clinic):
    touched = {
        row[0]
        for row in clinic.connection.execute(
            "SELECT relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE tgname = 'touch'"
        )
    }
    assert touched == {
        "workspace",
        "client",
        "tax_rate",
        "invoice",
        "credit_note",
        "payment",
        "payment_allocation",
    }
    before = clinic.connection.execute(
        "UPDATE caspen.tax_rate SET quickbooks_status = 'Synced' RETURNING updated_at"
    ).fetchone()
    after = clinic.connection.execute(
        "UPDATE caspen.tax_rate SET quickbooks_status = 'Synced' RETURNING updated_at"
    ).fetchone()
    assert before < after


def test_old_invoices_are_historical_and_complete_when_asked(clinic):
    before = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    add_old_invoices(clinic.dsn, clinic.workspace, 150, before=before)
    add_old_invoices(clinic.dsn, clinic.workspace, 50, before=before, complete=True)
    facts = describe(clinic.dsn, clinic.workspace, before)
    assert {i.standing for i in facts.invoices} == {Standing.HISTORICAL}
    assert (len(facts.invoices), len({i.number for i in facts.invoices})) == (200, 200)
    assert [i.allocated for i in facts.invoices[150:]] == [i.total for i in facts.invoices[150:]]
    latest = clinic.rows("SELECT max(updated_at) FROM caspen.invoice WHERE workspace_id = %s")
    assert latest[0][0] < before
    enabled = clinic.connection.execute(
        "SELECT DISTINCT tgenabled FROM pg_trigger WHERE tgname = 'touch'"
    ).fetchall()
    assert enabled == [("O",)]


def test_new_invoices_obey_the_arithmetic_and_staff_can_go_on_with_them(clinic):
    add_old_invoices(clinic.dsn, clinic.workspace, 10)
    add_new_invoices(clinic.dsn, clinic.workspace, 40)
    start = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=5)
    eligible = describe(clinic.dsn, clinic.workspace, start).eligible
    assert len(eligible) == 40
    for facts in eligible[:10]:
        invoice = clinic.staff.invoice(facts.id)
        for line in invoice.lines:
            cents = (line.quantity * line.unit_price).quantize(line.amount, rounding="ROUND_HALF_UP")
            assert (line.amount, line.tax_percent) == (cents, 10)
        assert invoice.subtotal == sum(line.amount for line in invoice.lines)
        assert invoice.total == invoice.subtotal + sum(line.tax_amount for line in invoice.lines)
    first = clinic.staff.invoice(eligible[0].id)
    clinic.staff.pay(first.client_id, {first.id: first.balance})
    assert clinic.staff.invoice(first.id).status == "paid"


def test_adding_to_a_workspace_that_is_not_there_fails_and_leaves_nothing(clinic):
    before = clinic.connection.execute("SELECT count(*) FROM caspen.client").fetchone()
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        add_new_invoices(clinic.dsn, 9999, 5)
    assert clinic.connection.execute("SELECT count(*) FROM caspen.client").fetchone() == before
