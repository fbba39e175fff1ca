"""What a person edited and another accepted is shown before Caspen's next version would overwrite it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from caspen_seed import NewLine
from tests.integration.decisions.test_agreed import CHANGED, command, number, quiet
from tests.integration.posting.test_deposited_payments import lower
from tests.support.bookkeeper import (
    drop_line,
    edit,
    edit_line,
    free_of_tax,
    invoice_of,
    other_item,
    other_payment_amount,
    plain,
)
from tests.support.flow import Flow

EDITS: dict[str, tuple[Callable[[Flow, int], None], str]] = {
    "amount": (
        lambda flow, i: edit_line(flow, i, amount="81.00"),
        "line 1 amount: Caspen 80.00, QuickBooks 81",
    ),
    "quantity": (
        lambda flow, i: edit_line(flow, i, Qty=2, UnitPrice=40.0),
        "line 1 quantity: Caspen 1.00, QuickBooks 2.00",
    ),
    "words": (
        lambda flow, i: edit_line(flow, i, Description="Home visit"),
        "line 1 description: Caspen Assess, QuickBooks Home visit",
    ),
    "item": (other_item, "line 1 item: Caspen "),
    "tax": (free_of_tax, "line 1 tax code: Caspen "),
    "line": (drop_line, "lines: Caspen 'Consult' 20.00, QuickBooks taken out"),
    "date": (lambda flow, i: edit(flow, i, TxnDate="2026-01-31"), "date: Caspen "),
    "due date": (lambda flow, i: edit(flow, i, DueDate="2031-01-31"), "due date: Caspen "),
    "number": (lambda flow, i: edit(flow, i, DocNumber=f"BY-HAND-{i}"), "number: Caspen "),
}
"""An edit of an invoice of 80.00 and 20.00, and what is shown of it."""


def lines(flow: Flow, last: str) -> list[NewLine]:
    rate = flow.rates["GST"]
    return [
        NewLine("service", "Assess", "80.00", tax_rate_id=rate),
        NewLine("service", "Consult", last, tax_rate_id=rate),
    ]


def finalise_again(flow: Flow, invoice: int, *made: NewLine) -> None:
    flow.staff.revert_to_draft(invoice)
    flow.staff.edit_draft(invoice, lines=list(made))
    flow.staff.finalise(invoice)


def whole(flow: Flow, invoice: int) -> dict[str, Any]:
    return {
        key: value for key, value in invoice_of(flow, invoice).items() if key not in ("SyncToken", "MetaData")
    }


def test_each_accepted_edit_of_ours_is_shown_before_the_next_version_overwrites_it(flow: Flow) -> None:
    invoices = {name: flow.invoice(lines=lines(flow, "20.00")) for name in EDITS}
    command("post")
    for name, (act, _) in EDITS.items():
        act(flow, invoices[name])
    command("reconcile")
    assert {key for _, key in flow.listed()} == {CHANGED}
    everyone = [part for invoice in invoices.values() for part in ("--number", number(flow, invoice))]
    command("accept", *everyone)
    before = {name: whole(flow, invoice) for name, invoice in invoices.items()}
    for invoice in invoices.values():
        finalise_again(flow, invoice, *lines(flow, "30.00"))
    command("post")
    shown = {number_: detail for (number_, _), detail in flow.listed().items()}
    for name, (_, words) in EDITS.items():
        detail = shown[number(flow, invoices[name])]
        assert "edited there and accepted by a person" in detail and words in detail, (name, detail)
        assert ";" not in detail.split(":", 1)[1] or name in ("amount", "quantity"), (name, detail)
    assert {name: whole(flow, invoice) for name, invoice in invoices.items()} == before
    # Accepted again: stays, and is shown again with the version after.
    command("accept", *everyone)
    command("post")
    assert flow.listed() == {}
    assert {name: whole(flow, invoice) for name, invoice in invoices.items()} == before
    for invoice in invoices.values():
        finalise_again(flow, invoice, *lines(flow, "40.00"))
    command("post")
    assert len(flow.listed()) == len(EDITS)
    command("resend", *everyone)
    command("post")
    assert {invoice_of(flow, invoice)["TotalAmt"] for invoice in invoices.values()} == {132}
    quiet(flow, 1)


def test_it_is_shown_too_after_quickbooks_merged_the_customer(flow: Flow) -> None:
    invoice = flow.invoice(lines=lines(flow, "20.00"))
    command("post")
    edit(flow, invoice, DueDate="2031-01-31")
    command("reconcile")
    command("accept", "--number", number(flow, invoice))
    was = invoice_of(flow, invoice)["CustomerRef"]["value"]
    into = flow.person("create", entity="Customer", document={"DisplayName": "Ann at home"})["Id"]
    flow.person("merge", entity="Customer", **{"from": was, "into": into})
    finalise_again(flow, invoice, *lines(flow, "30.00"))
    assert "due date: Caspen" in command("post", "--dry-run")
    command("post")
    assert "due date: Caspen" in flow.listed()[number(flow, invoice), CHANGED]
    assert invoice_of(flow, invoice)["DueDate"] == "2031-01-31"


def test_a_version_that_has_what_was_accepted_goes(flow: Flow) -> None:
    """Caspen was corrected to what the bookkeeper wrote."""
    invoice = flow.invoice(lines=lines(flow, "20.00"))
    command("post")
    edit_line(flow, invoice, amount="81.00")
    command("reconcile")
    command("accept", "--number", number(flow, invoice))
    rate = flow.rates["GST"]
    corrected = NewLine("service", "Assess", "81.00", tax_rate_id=rate)
    finalise_again(flow, invoice, corrected, lines(flow, "30.00")[1])
    quiet(flow, 1)
    assert invoice_of(flow, invoice)["TotalAmt"] == Decimal("122.10")


def test_a_rounded_line_of_theirs_that_was_accepted_stays_as_it_is(flow: Flow) -> None:
    """3 x 33.333 = 100.00: with the price shown, QuickBooks would refuse the update (6070)."""
    invoice = flow.invoice(lines=lines(flow, "20.00"))
    command("post")
    own = [line for line in plain(invoice_of(flow, invoice)["Line"]) if "SalesItemLineDetail" in line]
    detail = {k: v for k, v in own[0]["SalesItemLineDetail"].items() if k != "UnitPrice"}
    fee = {
        **own[0],
        "Id": None,
        "Description": "Hire",
        "Amount": 100.0,
        "SalesItemLineDetail": {**detail, "Qty": 3},
    }
    edit(flow, invoice, Line=[*own, fee])
    command("reconcile")
    command("accept", "--number", number(flow, invoice))
    for last in ("30.00", "40.00"):
        finalise_again(flow, invoice, *lines(flow, last))
        quiet(flow, 1)
        hire = next(one for one in invoice_of(flow, invoice)["Line"] if one.get("Description") == "Hire")
        assert (hire["Amount"], hire["SalesItemLineDetail"]["Qty"]) == (100, 3)


def test_an_accepted_amount_of_a_payment_is_shown_before_it_is_overwritten(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    flow.pay(invoice, "50.00")
    command("post")
    other_payment_amount(flow, invoice)
    command("reconcile")
    [listed] = [name for name, key in flow.listed() if key == CHANGED]
    command("accept", "--number", listed)
    lower(flow, invoice)
    command("post")
    assert "total: Caspen 30.00, QuickBooks 40.00" in flow.listed()[listed, CHANGED]
    command("accept", "--number", listed)
    quiet(flow, 1)


@pytest.mark.parametrize("choice", ["accept", "resend"])
def test_taking_out_what_a_person_accepted_otherwise_is_shown_first(flow: Flow, choice: str) -> None:
    """An invoice with an accepted charge is voided in Caspen; a payment of another amount is taken off."""
    invoice, paid = flow.invoice(lines=lines(flow, "20.00")), flow.invoice("100.00")
    flow.pay(paid, "50.00")
    command("post")
    edit_line(flow, invoice, amount="90.00")
    other_payment_amount(flow, paid)
    command("reconcile")
    [payment] = [name for name, key in flow.listed() if key == CHANGED and name != number(flow, invoice)]
    command("accept", "--number", payment, "--number", number(flow, invoice))
    flow.staff.void_invoice(invoice)
    [(allocation,)] = flow.caspen_rows("SELECT id FROM caspen.payment_allocation")
    flow.staff.unlink(allocation)
    command("post")
    assert set(flow.listed()) == {(payment, CHANGED), (number(flow, invoice), CHANGED)}
    assert all("a person accepted that" in detail for detail in flow.listed().values())
    command(choice, "--number", payment, "--number", number(flow, invoice))
    command("post")
    stays = choice == "accept"
    if stays:  # the money is on the invoice there, and in Caspen it is not
        command("reconcile")
        assert set(flow.listed()) == {(number(flow, paid), "totals_mismatch")}
        command("accept", "--number", number(flow, paid))
    quiet(flow, 1)
    assert (invoice_of(flow, invoice)["TotalAmt"] == 121) == stays
    assert any(r["Id"] for r in flow.books("Payment") if r["TotalAmt"] == 40) == stays
