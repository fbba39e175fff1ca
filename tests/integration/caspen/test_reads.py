"""Records read from Caspen: whole, exact, of one moment, and of one workspace."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from caspen_qbo.core.records import Client, InvoiceLine, TaxMode, Workspace
from caspen_qbo.settings import CASPEN_CHUNK_SIZE
from tests.support.caspen_billing import Clinic
from tests.support.caspen_rows import CLIENT, OTHER_CLIENT, OTHER_WORKSPACE, WORKSPACE, insert, insert_invoice

pytestmark = pytest.mark.postgres


def test_an_invoice_with_its_lines(clinic: Clinic):
    insert(clinic.staff, "tax_rate", id=31)
    insert_invoice(clinic.staff, 1, "55.33", tax_mode="inclusive", revision=2)
    insert(clinic.staff, "invoice_line", id=72, invoice_id=1, position=2, kind="product", name="Tape ✂")
    insert(
        clinic.staff,
        "invoice_line",
        id=71,
        invoice_id=1,
        position=1,
        quantity=Decimal("0.33"),
        amount=Decimal("55.33"),
        unit_price=Decimal("167.6667"),
        tax_rate_id=31,
        tax_percent=Decimal("10"),
        tax_amount=Decimal("5.03"),
        description="never read",
    )
    insert_invoice(clinic.staff, 2, "0.00")

    invoices = clinic.billing.fetch_invoices(WORKSPACE, [2, 1, 404])

    assert list(invoices) == [1, 2]
    one = invoices[1]
    assert (one.tax_mode, one.total, one.revision) == (TaxMode.INCLUSIVE, Decimal("55.33"), 2)
    assert [line.id for line in one.lines] == [71, 72]
    assert one.lines[0] == InvoiceLine(
        id=71,
        position=1,
        kind="service",
        name="Consultation",
        item_code=None,
        service_date=None,
        quantity=Decimal("0.3300"),
        unit_price=Decimal("167.6667"),
        discount_type="none",
        discount_value=Decimal("0.0000"),
        discount_amount=Decimal("0.00"),
        tax_rate_id=31,
        tax_percent=Decimal("10.0000"),
        amount=Decimal("55.33"),
        tax_amount=Decimal("5.03"),
    )
    assert invoices[2].lines == ()
    assert all(type(getattr(one, field.name)) is not float for field in fields(one))


def test_a_credit_note_with_its_lines(clinic: Clinic):
    insert_invoice(clinic.staff, 1, "20.00")
    insert(clinic.staff, "invoice_line", id=71, invoice_id=1, position=1, kind="product", name="Tape")
    insert(clinic.staff, "credit_note", id=6, invoice_id=1)
    insert(clinic.staff, "credit_note", id=7, invoice_id=1, status="void")
    for id_ in (62, 61):
        insert(clinic.staff, "credit_note_line", id=id_, credit_note_id=6, invoice_line_id=71)

    notes = clinic.billing.fetch_credit_notes(WORKSPACE, [6, 7])

    assert [(line.id, line.kind, line.name, line.amount) for line in notes[6].lines] == [
        (61, "product", "Tape", Decimal("10.00")),
        (62, "product", "Tape", Decimal("10.00")),
    ]
    assert (notes[7].status, notes[7].lines) == ("void", ())


def test_an_allocation_with_its_payment(clinic: Clinic):
    insert_invoice(clinic.staff, 1, "20.00")
    insert(clinic.staff, "payment", id=5, method="EFTPOS", description="never read")
    insert(clinic.staff, "payment_allocation", id=8, payment_id=5, invoice_id=1, amount=Decimal("12.34"))
    allocation = clinic.billing.fetch_allocations(WORKSPACE, [8])[8]
    assert (allocation.amount, allocation.payment_method, allocation.payment_source) == (
        Decimal("12.34"),
        "EFTPOS",
        "manual",
    )
    assert clinic.billing.fetch_related(WORKSPACE, [1]) == ([], [8])


def test_another_workspaces_documents_are_absent(clinic: Clinic):
    other = {"workspace_id": OTHER_WORKSPACE}
    insert_invoice(clinic.staff, 1, "20.00", client_id=OTHER_CLIENT, **other)
    insert(clinic.staff, "credit_note", id=6, invoice_id=1, **other)
    insert(clinic.staff, "payment", id=5, client_id=OTHER_CLIENT, **other)
    insert(clinic.staff, "payment_allocation", id=8, payment_id=5, invoice_id=1, **other)
    billing = clinic.billing
    assert billing.fetch_invoices(WORKSPACE, [1]) == {}
    assert billing.fetch_invoice_ids(WORKSPACE, ["INV-1"]) == {}
    assert billing.fetch_credit_notes(WORKSPACE, [6]) == {}
    assert billing.fetch_allocations(WORKSPACE, [8]) == {}
    assert billing.fetch_related(WORKSPACE, [1]) == ([], [])
    assert billing.fetch_clients(WORKSPACE, [OTHER_CLIENT]) == {}
    assert set(billing.fetch_invoices(OTHER_WORKSPACE, [1])) == {1}


def test_no_ids_read_nothing(clinic: Clinic):
    clinic.billing.close()
    assert clinic.billing.fetch_invoices(WORKSPACE, []) == {}
    assert clinic.billing.fetch_related(WORKSPACE, []) == ([], [])


def test_more_ids_than_one_statement_takes(clinic: Clinic):
    ids = range(1, 2 * CASPEN_CHUNK_SIZE + 2)
    clinic.staff.execute(
        "INSERT INTO caspen.invoice (id, workspace_id, number, client_id, issue_date, due_date, tax_mode)"
        " SELECT n, %s, 'INV-' || n, %s, '2026-10-01', '2026-10-01', 'none' FROM generate_series(1, %s) AS n",
        [WORKSPACE, CLIENT, len(ids)],
    )
    assert list(clinic.billing.fetch_invoices(WORKSPACE, [*ids, *ids])) == list(ids)
    numbers = clinic.billing.fetch_invoice_ids(WORKSPACE, [f"INV-{n}" for n in ids])
    assert numbers == {f"INV-{n}": n for n in ids}


class TestClients:
    def test_a_merged_client_is_answered_with_its_survivor(self, clinic: Clinic):
        insert(
            clinic.staff, "client", id=14, first_name="Grace", last_name="O'Hara 李", email="g@example.com"
        )
        insert(clinic.staff, "client", id=13, merged_into_client_id=14)
        insert(clinic.staff, "client", id=12, merged_into_client_id=13)
        found = clinic.billing.fetch_clients(WORKSPACE, [12, 14])
        survivor = Client(
            14, WORKSPACE, "Grace", "O'Hara 李", "g@example.com", created_at=found[14].created_at
        )
        assert found == {12: survivor, 14: survivor}

    def test_a_ring_ends_and_everybody_gets_the_same_answer(self, clinic: Clinic):
        for id_ in (15, 16, 17):
            insert(clinic.staff, "client", id=id_)
        for id_, into in ((15, 17), (17, 16), (16, 17)):
            clinic.staff.execute(
                "UPDATE caspen.client SET merged_into_client_id = %s WHERE id = %s", [into, id_]
            )
        answer = clinic.billing.fetch_clients(WORKSPACE, [15, 16, 17])
        assert {asked: client.id for asked, client in answer.items()} == {15: 16, 16: 16, 17: 16}


def test_workspaces_and_tax_rates(clinic: Clinic):
    insert(clinic.staff, "tax_rate", id=31)
    insert(clinic.staff, "tax_rate", id=32, workspace_id=OTHER_WORKSPACE)
    assert set(clinic.billing.fetch_workspaces()) == {WORKSPACE, OTHER_WORKSPACE}
    assert clinic.billing.fetch_workspaces([WORKSPACE, 404]) == {
        WORKSPACE: Workspace(WORKSPACE, "Practice", "AU", "AUD", "Australia/Sydney", TaxMode.EXCLUSIVE)
    }
    assert clinic.billing.fetch_workspaces([]) == {}
    assert {id_: rate.rate for id_, rate in clinic.billing.fetch_tax_rates(WORKSPACE).items()} == {
        31: Decimal(10)
    }


def test_finalised_invoices_are_counted_on_both_sides_of_the_line(clinic: Clinic):
    line_at = datetime(2026, 6, 1, tzinfo=UTC)
    before, after = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
    insert_invoice(clinic.staff, 1, "1.00", created_at=before, finalised_at=before)
    insert_invoice(clinic.staff, 2, "1.00", created_at=before, finalised_at=after)
    insert_invoice(clinic.staff, 3, "1.00", status="draft")
    assert clinic.billing.count_finalised(WORKSPACE, line_at) == (2, 1)
