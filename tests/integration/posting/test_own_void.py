"""A number that only our own voided document holds is given up by it, and the new document posts under it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from caspen_seed import NewLine
from tests.support.command_line import run_command
from tests.support.flow import Flow


def run(flow: Flow, job: str = "post", *options: str, code: int = 0) -> str:
    done = run_command(job, "--workspace", str(flow.workspace_id), *options)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def numbers(flow: Flow, entity: str = "Invoice") -> dict[str, Decimal]:
    """Number -> total of all that QuickBooks holds."""
    rows = flow.books(entity)
    assert len({row["DocNumber"] for row in rows}) == len(rows), "no number is held twice"
    return {row["DocNumber"]: row["TotalAmt"] for row in rows}


def again(flow: Flow, number: str, price: str = "50.00") -> int:
    invoice = flow.staff.draft_invoice(
        flow.client_id, [NewLine("service", "Consultation", price, tax_rate_id=flow.rates["GST free"])]
    )
    flow.caspen_rows("UPDATE caspen.invoice SET number = %s WHERE id = %s RETURNING id", number, invoice)
    flow.staff.finalise(invoice)
    return invoice


def posted(flow: Flow) -> tuple[int, str, str]:
    """An invoice, its number and its id in QuickBooks."""
    invoice = flow.invoice("100.00", rate="GST free")
    run(flow)
    number = flow.staff.invoice(invoice).number
    return invoice, number, next(row["Id"] for row in flow.books("Invoice") if row["DocNumber"] == number)


def draft_deleted(flow: Flow, invoice: int, quickbooks_id: str) -> None:
    flow.staff.revert_to_draft(invoice)
    flow.staff.delete_draft(invoice)


def voided_there_then_deleted_here(flow: Flow, invoice: int, quickbooks_id: str) -> None:
    flow.person("void", entity="Invoice", id=quickbooks_id)
    flow.staff.revert_to_draft(invoice)
    flow.staff.delete_draft(invoice)


@pytest.mark.parametrize("warns", [False, True])
@pytest.mark.parametrize("voided", [draft_deleted, voided_there_then_deleted_here])
@pytest.mark.parametrize("posted_between", [False, True])
def test_an_invoice_made_again_under_its_number_posts(
    flow: Flow, voided: Callable[[Flow, int, str], None], warns: bool, posted_between: bool
) -> None:
    flow.switch(warn_duplicate_numbers=warns)
    first, number, quickbooks_id = posted(flow)
    voided(flow, first, quickbooks_id)
    if posted_between:
        run(flow)
    second = again(flow, number)
    run(flow)
    run(flow)
    assert flow.listed() == {}
    assert numbers(flow) == {number: Decimal("50.00"), f"{number} void {quickbooks_id}": Decimal(0)}
    assert flow.staff.invoice(second).quickbooks_status == "Synced"
    events = flow.sync_rows("SELECT document_id, what FROM qbo_sync.document_event ORDER BY id")
    assert (second, "our own void gave up the number") in events
    assert (first, "voided document gave up its number") in events

    # The void that goes on under another number is no edit, copy or difference.
    run(flow, "reconcile", "--full")
    assert flow.listed() == {}


@pytest.mark.parametrize("warns", [False, True])
def test_two_voids_under_one_number_and_another_letter_case(flow: Flow, warns: bool) -> None:
    flow.switch(warn_duplicate_numbers=warns)
    first, number, one = posted(flow)
    flow.staff.revert_to_draft(first)
    flow.staff.delete_draft(first)
    run(flow)
    second = again(flow, number.lower())
    run(flow)
    two = next(row["Id"] for row in flow.books("Invoice") if row["DocNumber"] == number.lower())
    flow.staff.revert_to_draft(second)
    flow.staff.delete_draft(second)
    run(flow)
    if not warns:  # as an older version left it: both voids under the number
        flow.person("edit", entity="Invoice", id=one, changes={"DocNumber": number})
    third = again(flow, number)
    run(flow)
    assert flow.listed() == {}
    there = numbers(flow)
    assert there.pop(number) == Decimal("50.00")
    assert set(there) == {f"{number} void {one}", f"{number.lower()} void {two}"}
    assert flow.staff.invoice(third).quickbooks_status == "Synced"


@pytest.mark.parametrize("warns", [False, True])
def test_posted_again_after_a_person_voided_it(flow: Flow, warns: bool) -> None:
    flow.switch(warn_duplicate_numbers=warns)
    _invoice, number, quickbooks_id = posted(flow)
    flow.person("void", entity="Invoice", id=quickbooks_id)
    run(flow, "reconcile")
    assert set(flow.listed()) == {(number, "missing_in_quickbooks")}
    run(flow, "resend", "--number", number)
    run(flow)
    assert flow.listed() == {}
    assert numbers(flow) == {number: Decimal("100.00"), f"{number} void {quickbooks_id}": Decimal(0)}
    run(flow, "reconcile", "--full")
    assert flow.listed() == {}


def test_a_number_taken_over_in_caspen_from_an_invoice_that_is_void_in_quickbooks(flow: Flow) -> None:
    first, number, quickbooks_id = posted(flow)
    flow.person("void", entity="Invoice", id=quickbooks_id)
    flow.caspen_rows("UPDATE caspen.invoice SET number = 'OTHER-1' WHERE id = %s RETURNING id", first)
    again(flow, number)
    run(flow)
    assert numbers(flow)[number] == Decimal("50.00")
    assert (number, "duplicate_document_number") not in flow.listed()


@pytest.mark.parametrize("warns", [False, True])
def test_a_posted_invoice_that_takes_the_number_of_a_void(flow: Flow, warns: bool) -> None:
    flow.switch(warn_duplicate_numbers=warns)
    first, number, quickbooks_id = posted(flow)
    draft_deleted(flow, first, quickbooks_id)
    second, _, _ = posted(flow)
    flow.staff.revert_to_draft(second)
    flow.caspen_rows("UPDATE caspen.invoice SET number = %s WHERE id = %s RETURNING id", number, second)
    flow.staff.finalise(second)
    assert "would give up the number" in run(flow, "post", "--dry-run")
    run(flow)
    assert flow.listed() == {}
    assert numbers(flow) == {number: Decimal("100.00"), f"{number} void {quickbooks_id}": Decimal(0)}


def test_a_backfill_of_an_invoice_made_again_posts_it(flow: Flow) -> None:
    first, number, quickbooks_id = posted(flow)
    draft_deleted(flow, first, quickbooks_id)
    run(flow)
    again(flow, number)
    run(flow, "backfill", "--number", number, "--send")
    assert numbers(flow) == {number: Decimal("50.00"), f"{number} void {quickbooks_id}": Decimal(0)}


def test_a_dry_run_says_which_void_would_give_up_the_number(flow: Flow) -> None:
    first, number, quickbooks_id = posted(flow)
    draft_deleted(flow, first, quickbooks_id)
    run(flow)
    again(flow, number)
    before = flow.books("Invoice")
    said = run(flow, "post", "--dry-run")
    assert f"Invoice {quickbooks_id}, would give up the number and be {number} void {quickbooks_id}" in said
    assert flow.books("Invoice") == before


@pytest.mark.parametrize("number", ["INV-1234567890123456", "123456789012345678901"])
def test_a_long_number_is_cut_so_that_the_suffix_fits(flow: Flow, number: str) -> None:
    first = again(flow, number)
    run(flow)
    [row] = flow.books("Invoice")
    draft_deleted(flow, first, row["Id"])
    run(flow)
    again(flow, number)
    run(flow)
    there = numbers(flow)
    assert there[number] == Decimal("50.00") and len(there) == 2
    assert all(len(one) <= 21 for one in there) and any(one.endswith(f" void {row['Id']}") for one in there)


def test_closed_books_keep_the_number_and_the_row_says_by_which_document(flow: Flow) -> None:
    first, number, quickbooks_id = posted(flow)
    draft_deleted(flow, first, quickbooks_id)
    run(flow)
    [void] = flow.books("Invoice")
    invoice = again(flow, number)
    flow.caspen_rows(
        "UPDATE caspen.invoice SET issue_date = '2099-01-05', due_date = '2099-01-05' WHERE id = %s "
        "RETURNING id",
        invoice,
    )
    flow.person("close-books", through=void["TxnDate"])
    run(flow)
    detail = flow.listed()[number, "period_closed"]
    assert f"our own voided QuickBooks Invoice {quickbooks_id} of {void['TxnDate']}" in detail
    assert numbers(flow) == {number: Decimal(0)}
    flow.person("close-books", through=None)
    run(flow)
    assert flow.listed() == {}
    assert numbers(flow)[number] == Decimal("50.00")


def edited(flow: Flow, quickbooks_id: str, **changes: Any) -> None:
    flow.person("edit", entity="Invoice", id=quickbooks_id, changes=changes)


def test_nothing_but_the_number_of_a_void_changes(flow: Flow) -> None:
    first, number, quickbooks_id = posted(flow)
    draft_deleted(flow, first, quickbooks_id)
    run(flow)
    [void] = flow.books("Invoice")
    edited(
        flow,
        quickbooks_id,
        CustomerMemo={"value": "as agreed"},
        PrivateNote=f"{void['PrivateNote']}, see file",
    )
    [before] = flow.books("Invoice")
    again(flow, number)
    run(flow)
    after = next(row for row in flow.books("Invoice") if row["Id"] == quickbooks_id)
    same = before.keys() - {"DocNumber", "SyncToken", "MetaData"}
    assert {name: before[name] for name in same} == {name: after.get(name) for name in same}
    assert numbers(flow)[number] == Decimal("50.00")


def test_a_number_that_a_person_gave_our_void_is_theirs(flow: Flow) -> None:
    first, _number, quickbooks_id = posted(flow)
    draft_deleted(flow, first, quickbooks_id)
    run(flow)
    edited(flow, quickbooks_id, DocNumber="MINE-1")
    again(flow, "MINE-1")
    run(flow)
    assert numbers(flow) == {"MINE-1": Decimal(0)}
    detail = flow.listed()["MINE-1", "duplicate_document_number"]
    assert f"Invoice {quickbooks_id}" in detail and "a person changed" in detail
    edited(flow, quickbooks_id, DocNumber="MINE-2")
    run(flow, "retry", "--number", "MINE-1")
    run(flow)
    assert numbers(flow) == {"MINE-1": Decimal("50.00"), "MINE-2": Decimal(0)}


@pytest.mark.parametrize("warns", [False, True])
def test_a_voided_credit_note_holds_no_number_and_one_voided_there_gives_it_up(
    flow: Flow, warns: bool
) -> None:
    flow.switch(warn_duplicate_numbers=warns)
    invoice = flow.invoice("100.00", rate="GST free")
    note = flow.staff.credit(invoice, {1: "0.5"}, reason="kept in Caspen")
    run(flow)
    [memo] = flow.books("CreditMemo")
    flow.staff.void_credit_note(note.id)
    run(flow)
    assert flow.books("CreditMemo") == []

    other = flow.staff.credit(invoice, {1: "0.25"}, reason="kept in Caspen")
    run(flow)
    [memo] = flow.books("CreditMemo")
    flow.person("void", entity="CreditMemo", id=memo["Id"])
    run(flow, "reconcile")
    number = memo["DocNumber"]
    assert (number, "missing_in_quickbooks") in flow.listed()
    run(flow, "resend", "--number", number)
    run(flow)
    there = numbers(flow, "CreditMemo")
    assert there == {number: Decimal("25.00"), f"{number} void {memo['Id']}": Decimal(0)}
    assert other and flow.listed() == {}
