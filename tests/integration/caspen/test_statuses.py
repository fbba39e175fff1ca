"""Statuses shown in Caspen: written where they differ, and only there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from caspen_qbo import settings
from caspen_qbo.core.records import DocumentKind, StatusUpdate
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from tests.support.caspen_billing import Clinic
from tests.support.caspen_rows import CLIENT, OTHER_WORKSPACE, WORKSPACE, insert, insert_invoice

pytestmark = pytest.mark.postgres

INVOICE, CREDIT_NOTE = DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE


def shown(clinic: Clinic) -> dict[int, tuple[str, str | None]]:
    rows = clinic.staff.execute("SELECT id, quickbooks_status, quickbooks_status_detail FROM caspen.invoice")
    return {id_: (status, detail) for id_, status, detail in rows}


def stamps(clinic: Clinic) -> dict[int, datetime]:
    return dict(clinic.staff.execute("SELECT id, updated_at FROM caspen.invoice").fetchall())


def test_invoices_and_credit_notes_in_one_go(clinic: Clinic):
    for id_ in (1, 2):
        insert_invoice(clinic.staff, id_, "10.00")
    insert(clinic.staff, "credit_note", id=1, invoice_id=1)

    written = clinic.billing.write_statuses(
        WORKSPACE,
        [
            StatusUpdate(INVOICE, 2, "Not synced", "Duplicate document number"),
            StatusUpdate(INVOICE, 1, "Synced"),
            StatusUpdate(CREDIT_NOTE, 1, "Synced"),
            StatusUpdate(DocumentKind.PAYMENT, 9, "Synced"),
        ],
    )

    assert (written.changed, written.busy) == (3, frozenset())
    assert shown(clinic) == {1: ("Synced", None), 2: ("Not synced", "Duplicate document number")}
    assert clinic.staff.execute("SELECT quickbooks_status FROM caspen.credit_note").fetchone() == ("Synced",)


def test_an_equal_status_does_not_move_updated_at(clinic: Clinic):
    for id_ in (1, 2):
        insert_invoice(clinic.staff, id_, "10.00")
    updates = [StatusUpdate(INVOICE, 1, "Synced"), StatusUpdate(INVOICE, 2, "Not synced", "Books closed")]
    assert clinic.billing.write_statuses(WORKSPACE, updates).changed == 2
    before = stamps(clinic)
    assert clinic.billing.write_statuses(WORKSPACE, updates).changed == 0
    assert stamps(clinic) == before


def test_a_detail_is_cleared(clinic: Clinic):
    insert_invoice(clinic.staff, 1, "10.00", quickbooks_status_detail="Books closed")
    assert clinic.billing.write_statuses(WORKSPACE, [StatusUpdate(INVOICE, 1, "Not synced")]).changed == 1
    assert shown(clinic) == {1: ("Not synced", None)}


def test_the_last_one_counts_where_a_document_is_named_twice(clinic: Clinic):
    insert_invoice(clinic.staff, 1, "10.00")
    updates = [StatusUpdate(INVOICE, 1, "Not synced", "Books closed"), StatusUpdate(INVOICE, 1, "Synced")]
    assert clinic.billing.write_statuses(WORKSPACE, updates).changed == 1
    assert shown(clinic) == {1: ("Synced", None)}


def test_another_workspaces_document_is_left_alone(clinic: Clinic):
    insert_invoice(clinic.staff, 1, "10.00")
    assert clinic.billing.write_statuses(OTHER_WORKSPACE, [StatusUpdate(INVOICE, 1, "Synced")]).changed == 0
    assert shown(clinic) == {1: ("Not synced", None)}


def test_what_staff_changes_in_that_second_is_kept(clinic: Clinic):
    insert_invoice(clinic.staff, 1, "10.00")
    with clinic.open_staff() as desk, ThreadPoolExecutor(1) as pool:
        desk.execute("UPDATE caspen.invoice SET balance = 4, reference = 'desk' WHERE id = 1")
        running = pool.submit(clinic.billing.write_statuses, WORKSPACE, [StatusUpdate(INVOICE, 1, "Synced")])
        with pytest.raises(TimeoutError):  # it waits for the desk
            running.result(timeout=0.3)
        desk.commit()
        assert running.result(timeout=20).changed == 1
    row = clinic.staff.execute("SELECT balance, reference, quickbooks_status FROM caspen.invoice").fetchone()
    assert row == (4, "desk", "Synced")


def test_who_keeps_a_document_to_themselves_holds_up_no_other(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "CASPEN_ROW_WAIT_SECONDS", 0.3)
    for id_ in (1, 2):
        insert_invoice(clinic.staff, id_, "10.00")
    insert(clinic.staff, "credit_note", id=1, invoice_id=1)
    updates = [StatusUpdate(INVOICE, id_, "Synced") for id_ in (1, 2)]
    updates.append(StatusUpdate(CREDIT_NOTE, 1, "Synced"))
    with clinic.open_staff() as desk:
        desk.execute("UPDATE caspen.invoice SET reference = 'desk' WHERE id = 1")
        desk.execute("UPDATE caspen.credit_note SET reason = 'desk' WHERE id = 1")
        written = clinic.billing.write_statuses(WORKSPACE, updates)
        assert (written.changed, written.busy) == (1, {(INVOICE, 1), (CREDIT_NOTE, 1)})
        assert shown(clinic)[2] == ("Synced", None)
        desk.commit()
    written = clinic.billing.write_statuses(WORKSPACE, updates)
    assert (written.changed, written.busy) == (2, frozenset())


def test_two_writers_in_opposite_order_do_not_stop_each_other(clinic: Clinic):
    clinic.staff.execute(
        "INSERT INTO caspen.invoice (id, workspace_id, number, client_id, issue_date, due_date, tax_mode)"
        " SELECT n, %s, 'INV-' || n, %s, '2026-10-01', '2026-10-01', 'none'"
        " FROM generate_series(1, 1500) AS n",
        [WORKSPACE, CLIENT],
    )

    def write(order: range, status: str) -> None:
        billing = CaspenBilling()
        for turn in range(3):
            billing.write_statuses(WORKSPACE, [StatusUpdate(INVOICE, n, status, str(turn)) for n in order])
        billing.close()

    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(write, range(1, 1501), "Synced"),
            pool.submit(write, range(1500, 0, -1), "Not synced"),
        ]
        for job in jobs:
            job.result(timeout=60)
    assert {detail for _, detail in shown(clinic).values()} == {"2"}


def test_a_tax_rates_status(clinic: Clinic):
    insert(clinic.staff, "tax_rate", id=31)
    clinic.billing.write_tax_rate_status(OTHER_WORKSPACE, 31, "Synced")
    assert clinic.billing.fetch_tax_rates(WORKSPACE)[31].quickbooks_status == "Not synced"
    clinic.billing.write_tax_rate_status(WORKSPACE, 31, "Synced")
    assert clinic.billing.fetch_tax_rates(WORKSPACE)[31].quickbooks_status == "Synced"
