"""A signed period is watched: what changes in it is named with its figures, also where both sides agree."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal

import pytest

from caspen_qbo import wiring
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.reports import Report, build
from caspen_qbo.usecases.reconciling.sign_off import Signed, sign_off
from caspen_seed import NewLine
from tests.integration.reconciling.runs import run
from tests.support.bookkeeper import edit, invoice_of, remove
from tests.support.flow import Flow
from tests.support.importing import edit_payment, posted, receive, run_import

WHO = "airflow:ann"


def today(flow: Flow) -> dt.date:
    """Of Caspen, which dates invoices."""
    [(day,)] = flow.caspen_rows("SELECT (caspen_app.clock() AT TIME ZONE 'Australia/Sydney')::date")
    return day


def month_end(flow: Flow) -> dt.date:
    return today(flow).replace(day=1) - dt.timedelta(days=1)


def dated(flow: Flow, day: dt.date, price: str = "100.00") -> int:
    """A finalised invoice of that day, plus 10 % GST."""
    line = NewLine("service", "Consultation", price, tax_rate_id=flow.rates["GST"])
    invoice = flow.staff.draft_invoice(flow.client_id, [line], issue_date=day)
    flow.staff.finalise(invoice)
    return invoice


def reprice(flow: Flow, invoice: int, price: str) -> None:
    """Back to draft, another price, finalised again."""
    flow.staff.revert_to_draft(invoice)
    line = NewLine("service", "Consultation", price, tax_rate_id=flow.rates["GST"])
    flow.staff.edit_draft(invoice, lines=[line])
    flow.staff.finalise(invoice)


def sign(flow: Flow, run_id: str, through: dt.date | None = None) -> Signed:
    with wiring.open_store() as store:
        return sign_off(
            store.for_workspace(flow.workspace_id), run_id, who=WHO, run_day=today(flow), through=through
        )


def changes(flow: Flow) -> dict[str, tuple[Decimal | None, ...]]:
    """Number -> Caspen's total signed and now, QuickBooks' total signed and now."""
    rows = flow.sync_rows(
        "SELECT document_number, signed_caspen_total, caspen_total, signed_quickbooks_total, quickbooks_total"
        " FROM qbo_sync.signed_change"
    )
    return {row[0]: row[1:] for row in rows}


def report(flow: Flow, run_id: str | None = None) -> Report:
    with wiring.open_store() as store:
        return build(store.for_workspace(flow.workspace_id), run_id)


def number(flow: Flow, invoice: int) -> str:
    return flow.staff.invoice(invoice).number


@pytest.fixture
def signed(flow: Flow) -> tuple[int, int]:
    """Two invoices of last month, posted, reconciled and signed up to the month's end; and one of today."""
    old = month_end(flow)
    first, second = dated(flow, old - dt.timedelta(days=9)), dated(flow, old, "50.00")
    flow.invoice("70.00")
    flow.post()
    run(flow, run_id="first")
    assert sign(flow, "first") == Signed(old, 2)
    return first, second


def test_the_figures_are_recorded_as_the_run_saw_them_and_nothing_changed_is_silence(
    flow: Flow, signed: tuple[int, int]
):
    rows = flow.sync_rows(
        "SELECT document_number, caspen_total, caspen_tax, quickbooks_total, quickbooks_tax, quickbooks_date"
        " FROM qbo_sync.signed_document ORDER BY document_id"
    )
    old = month_end(flow)
    assert [row[1:] for row in rows] == [
        (
            Decimal("110.00"),
            Decimal("10.00"),
            Decimal("110.00"),
            Decimal("10.00"),
            old - dt.timedelta(days=9),
        ),
        (Decimal("55.00"), Decimal("5.00"), Decimal("55.00"), Decimal("5.00"), old),
    ]
    [row] = flow.sync_rows("SELECT signed_by, signed_through FROM qbo_sync.reconciliation_run")
    assert row == (WHO, old)

    flow.pay(signed[0])  # settles an invoice of the signed period, today: no figure of that period moves
    flow.post()
    result = run(flow)
    assert (changes(flow), result.counts["signed_changes"]) == ({}, 0)
    assert "still matches the signed figures" in report(flow).html


def test_an_invoice_changed_alike_on_both_sides_is_named_with_its_figures(
    flow: Flow, signed: tuple[int, int]
):
    reprice(flow, signed[0], "90.00")
    flow.post()
    result = run(flow, run_id="second")
    assert result.message.endswith("all equal.")
    now, was = Decimal("99.00"), Decimal("110.00")
    assert changes(flow) == {number(flow, signed[0]): (was, now, was, now)}
    made = report(flow)
    assert "1 document of a signed period no longer matches the signed figures." in made.html
    assert f"Invoice {number(flow, signed[0])}" in made.html
    assert "Caspen tax 9.00, signed 10.00" in made.html
    assert made.html.count("\N{MINUS SIGN}11.00") == 2
    with zipfile.ZipFile(io.BytesIO(made.xlsx)) as book:
        assert 'name="Signed periods"' in book.read("xl/workbook.xml").decode()
    assert report(flow, "second") == made


def test_a_new_invoice_dated_back_into_the_period_is_named_before_it_is_posted_and_after(
    flow: Flow, signed: tuple[int, int]
):
    late = dated(flow, month_end(flow), "30.00")
    run(flow)
    assert changes(flow) == {number(flow, late): (None, Decimal("33.00"), None, None)}
    flow.post()
    run(flow)
    assert changes(flow) == {number(flow, late): (None, Decimal("33.00"), None, Decimal("33.00"))}
    assert "New in the signed period" in report(flow).html


def test_a_void_is_named_and_so_is_one_that_only_quickbooks_lost(flow: Flow, signed: tuple[int, int]):
    flow.staff.void_invoice(signed[0])
    remove("Invoice", "delete", invoice_of)(flow, signed[1])
    flow.post()
    run(flow)
    assert changes(flow) == {
        number(flow, signed[0]): (Decimal("110.00"), None, Decimal("110.00"), None),
        number(flow, signed[1]): (Decimal("55.00"), Decimal("55.00"), Decimal("55.00"), None),
    }
    html = report(flow).html
    assert "In neither system any more" in html and "No longer in QuickBooks" in html


def test_a_date_moved_is_named_and_leaves_when_it_is_taken_back(flow: Flow, signed: tuple[int, int]):
    was = str(invoice_of(flow, signed[0])["TxnDate"])
    edit(flow, signed[0], TxnDate=str(month_end(flow)))
    flow.staff.revert_to_draft(signed[1])
    flow.staff.edit_draft(signed[1], issue_date=today(flow))
    flow.staff.finalise(signed[1])
    flow.post()
    run(flow)
    assert set(changes(flow)) == {number(flow, invoice) for invoice in signed}
    assert "outside the signed period" in report(flow).html
    edit(flow, signed[0], TxnDate=was)
    run(flow)
    assert list(changes(flow)) == [number(flow, signed[1])]


def test_signing_again_takes_the_figures_as_they_are_and_keeps_the_earlier_ones(
    flow: Flow, signed: tuple[int, int]
):
    reprice(flow, signed[0], "90.00")
    flow.staff.void_invoice(signed[1])
    flow.post()
    run(flow, run_id="second")
    before = report(flow, "second").html
    assert sign(flow, "second") == Signed(month_end(flow), 1)
    assert changes(flow) == {}
    run(flow)
    assert changes(flow) == {}
    kept = flow.sync_rows(
        "SELECT caspen_total, superseded_by IS NULL FROM qbo_sync.signed_document"
        " ORDER BY sign_off_id, document_id"
    )
    assert kept == [(Decimal("110.00"), False), (Decimal("55.00"), False), (Decimal("99.00"), True)]
    # The stored run still shows what it found; only the signature under it is new.
    assert before.split("<footer>")[0] == report(flow, "second").html.split("<footer>")[0]
    reprice(flow, signed[0], "80.00")
    flow.post()
    run(flow)
    assert list(changes(flow)) == [number(flow, signed[0])]


def test_what_people_were_told_stays_told_until_it_changes_again(flow: Flow, signed: tuple[int, int]):
    def unnotified() -> list[str]:
        with wiring.open_store() as store:
            sign_offs = store.for_workspace(flow.workspace_id).sign_off
            found = sign_offs.fetch_changes(flow.realm, 10, unnotified=True)
            if found.last_seen_at:
                sign_offs.mark_notified(found.last_seen_at)
        return [change.number for change in found.changes]

    reprice(flow, signed[0], "90.00")
    flow.post()
    run(flow)
    assert unnotified() == [number(flow, signed[0])]
    run(flow)
    assert unnotified() == []
    reprice(flow, signed[0], "80.00")
    flow.post()
    run(flow)
    assert unnotified() == [number(flow, signed[0])]


def test_only_what_the_latest_run_saw_can_be_signed(flow: Flow, signed: tuple[int, int]):
    run(flow, run_id="second")
    run(flow, run_id="third")
    with pytest.raises(ConfigurationError, match="Only the latest reconciliation can be signed"):
        sign(flow, "second")
    with pytest.raises(ConfigurationError, match="cannot be signed up to"):
        sign(flow, "third", today(flow) + dt.timedelta(days=1))
    with pytest.raises(ConfigurationError, match="is signed already"):
        sign(flow, "third", month_end(flow) - dt.timedelta(days=1))
    assert sign(flow, "third", today(flow)) == Signed(today(flow), 1)
    with pytest.raises(ConfigurationError, match="This run was signed off already"):
        sign(flow, "third", today(flow))
    run(flow, run_id="third")  # as Airflow does when someone clears it: what was signed is another run's
    assert sign(flow, "third", today(flow)) == Signed(today(flow), 0)
    run(flow, run_id="fourth")
    flow.sync_rows("WITH crash AS (DELETE FROM qbo_sync.frozen_run RETURNING 1) SELECT count(*) FROM crash")
    with pytest.raises(ConfigurationError, match="Only the latest reconciliation can be signed"):
        sign(flow, "fourth", today(flow))


def test_an_imported_payment_is_signed_as_what_it_pays_of_its_invoice(flow: Flow):
    first, second = posted(flow, "60.00"), posted(flow, "40.00")
    payment = receive(flow, {first: "60.00"})
    run_import(flow)
    run(flow, run_id="first")
    assert sign(flow, "first", today(flow)) == Signed(today(flow), 3)
    [(allocation,)] = flow.caspen_rows("SELECT id FROM caspen.payment_allocation WHERE deleted_at IS NULL")
    flow.staff.unlink(allocation)
    flow.post()
    run(flow)
    [figures] = changes(flow).values()
    assert figures == (Decimal("60.00"), None, Decimal("60.00"), Decimal("60.00"))
    edit_payment(flow, payment, {first: "50.00", second: "10.00"})
    run(flow)
    [figures] = changes(flow).values()
    assert figures == (Decimal("60.00"), None, Decimal("60.00"), Decimal("50.00"))
