"""What contradicts itself in Caspen's own rows is listed before it is sent, holds itself alone, and leaves
when it is mended there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from caspen_seed import NewLine
from tests.support.command_line import run_command
from tests.support.flow import Flow

KEY = "inconsistent_in_caspen"


def post() -> str:
    done = run_command("post", "--workspace", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass(frozen=True)
class Wrong:
    kind: str
    entity: str
    words: str
    do: Callable[[Flow, int], object]
    mend: Callable[[Flow, int], object]


def execute(sql: str) -> Callable[[Flow, int], object]:
    return lambda flow, invoice: flow.caspen.execute(sql, {"id": invoice})


TAX = (
    "WITH l AS (UPDATE caspen.invoice_line SET tax_amount = {0} WHERE invoice_id = %(id)s)"
    " UPDATE caspen.invoice SET tax_total = {0}, total = {1}, balance = {1} WHERE id = %(id)s"
)
NEWEST_PAYMENT = "(SELECT max(id) FROM caspen.payment)"
OF_INVOICE = "UPDATE caspen.payment_allocation SET amount = {} WHERE invoice_id = %(id)s"
CREDIT = "UPDATE caspen.credit_note SET {} WHERE invoice_id = %(id)s"
CREDIT_LINE = (
    "UPDATE caspen.credit_note_line SET {} WHERE credit_note_id = (SELECT id FROM caspen.credit_note"
    " WHERE invoice_id = %(id)s)"
)

ALL_OF_IT = {
    "lines of an invoice": Wrong(
        "invoice",
        "Invoice",
        "subtotal 100.00, tax 10.00, total 110.00, but the document says 100.00, 10.00, 111.00",
        execute("UPDATE caspen.invoice SET total = 111, balance = 111 WHERE id = %(id)s"),
        execute("UPDATE caspen.invoice SET total = 110, balance = 110 WHERE id = %(id)s"),
    ),
    "amount of a line": Wrong(
        "invoice",
        "Invoice",
        "line 1: 100.00, expected 90.00",
        execute("UPDATE caspen.invoice_line SET unit_price = 90 WHERE invoice_id = %(id)s"),
        execute("UPDATE caspen.invoice_line SET unit_price = 100 WHERE invoice_id = %(id)s"),
    ),
    "tax of a line": Wrong(
        "invoice",
        "Invoice",
        "line 1: 12.00, expected 10.00",
        execute(TAX.format(12, 112)),
        execute(TAX.format(10, 110)),
    ),
    "an allocation beyond its payment": Wrong(
        "payment",
        "Payment",
        "60.00 of it is allocated up to and with these 60.00",
        execute(OF_INVOICE.format("60")),
        execute(OF_INVOICE.format("40")),
    ),
    "allocations beyond the invoice": Wrong(
        "payment",
        "Payment",
        "payments on invoice INV-0001 are 150.00; its total is 110.00",
        execute(
            f"WITH p AS (UPDATE caspen.payment SET amount = 150 WHERE id = {NEWEST_PAYMENT})"
            f" {OF_INVOICE.format('150')}"
        ),
        execute(OF_INVOICE.format("40")),
    ),
    "lines of a credit note": Wrong(
        "credit_note",
        "CreditMemo",
        "but the document says 10.00, 1.00, 12.00",
        execute(CREDIT.format("total = 12")),
        execute(CREDIT.format("total = 11")),
    ),
    "credit notes beyond the invoice": Wrong(
        "credit_note",
        "CreditMemo",
        "credit notes on invoice INV-0001 are 220.00; its total is 110.00",
        execute(
            f"WITH l AS ({CREDIT_LINE.format('amount = 200, tax_amount = 20')})"
            f" {CREDIT.format('subtotal = 200, tax_total = 20, total = 220')}"
        ),
        execute(
            f"WITH l AS ({CREDIT_LINE.format('amount = 10, tax_amount = 1')})"
            f" {CREDIT.format('subtotal = 10, tax_total = 1, total = 11')}"
        ),
    ),
    "a line of another invoice": Wrong(
        "credit_note",
        "CreditMemo",
        "a line that is not on its invoice INV-0001",
        execute(CREDIT_LINE.format("invoice_line_id = (SELECT max(id) FROM caspen.invoice_line)")),
        execute(
            CREDIT_LINE.format(
                "invoice_line_id = (SELECT id FROM caspen.invoice_line WHERE invoice_id = %(id)s)"
            )
        ),
    ),
}


def touch(flow: Flow, invoice: int) -> None:
    flow.caspen.execute("UPDATE caspen.invoice SET reference = 'seen' WHERE id = %s", [invoice])


@pytest.mark.parametrize("wrong", ALL_OF_IT.values(), ids=list(ALL_OF_IT))
def test_what_contradicts_itself_in_caspen_is_held_alone_until_it_is_corrected(
    flow: Flow, wrong: Wrong
) -> None:
    invoice, other = flow.invoice("100.00"), flow.invoice("55.00")
    flow.pay(other, "5.00")
    if wrong.kind == "payment":
        flow.pay(invoice, "40.00")
    if wrong.kind == "credit_note":
        flow.staff.credit(invoice, {1: "0.1"})
    wrong.do(flow, invoice)
    touch(flow, invoice)
    post()
    [((number, key), detail)] = flow.listed().items()
    assert (key, wrong.words in detail) == (KEY, True), detail
    assert number == {"invoice": "INV-0001", "credit_note": "CN-0001", "payment": "PAY-0002"}[wrong.kind]
    sent = {"Invoice": 2, "Payment": 1, "CreditMemo": 0}
    sent[wrong.entity] -= wrong.kind == "invoice"
    assert {entity: len(flow.books(entity)) for entity in sent} == sent, "all else went"
    calls = len(flow.requests())
    post()
    assert len(flow.requests()) == calls, "held without asking again"

    wrong.mend(flow, invoice)
    touch(flow, invoice)
    post()
    assert flow.listed() == {}
    assert len(flow.books(wrong.entity)) >= 1 + (wrong.kind != "credit_note")


def test_unlinking_another_allocation_of_the_payment_mends_the_one_that_was_too_much(flow: Flow) -> None:
    first, second = flow.invoice("100.00"), flow.invoice("100.00")
    payment = flow.staff.pay(flow.client_id, {first: "40.00"})
    flow.caspen.execute(
        "INSERT INTO caspen.payment_allocation (workspace_id, payment_id, invoice_id, amount)"
        " SELECT 1, max(id), %s, 30 FROM caspen.payment",
        [second],
    )
    post()
    assert "70.00 of it is allocated" in flow.listed()["PAY-0001", KEY], payment
    assert [row["TotalAmt"] for row in flow.books("Payment")] == [40]
    flow.caspen.execute(
        "UPDATE caspen.payment_allocation SET deleted_at = now() WHERE invoice_id = %s", [first]
    )
    post()
    assert flow.listed() == {}
    amounts = [row["TotalAmt"] for row in flow.books("Payment") if row["TotalAmt"]]
    assert amounts == [30]


def test_what_is_in_quickbooks_already_is_listed_and_left_as_it_is_there(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    post()
    flow.caspen.execute("UPDATE caspen.invoice_line SET tax_amount = 5 WHERE invoice_id = %s", [invoice])
    touch(flow, invoice)
    post()
    assert list(flow.listed()) == [("INV-0001", KEY)]
    [(blocks,)] = flow.sync_rows("SELECT blocks FROM qbo_sync.unsynced_invoice WHERE resolved_at IS NULL")
    [(status, shown)] = flow.caspen_rows(
        "SELECT quickbooks_status, quickbooks_status_detail FROM caspen.invoice"
    )
    assert (blocks, status) == (False, "Synced"), shown
    flow.caspen.execute("UPDATE caspen.invoice_line SET tax_amount = 10 WHERE invoice_id = %s", [invoice])
    post()
    assert flow.listed() == {}


def test_cents_of_another_way_of_rounding_are_no_contradiction(flow: Flow) -> None:
    flow.invoice(lines=[NewLine("service", "Visit", "0.05", tax_rate_id=flow.rates["GST"])])
    flow.caspen.execute("UPDATE caspen.invoice_line SET tax_amount = 0.00")
    flow.caspen.execute("UPDATE caspen.invoice SET tax_total = 0.00, total = 0.05, balance = 0.05")
    post()
    assert [key for _, key in flow.listed()] != [KEY]
