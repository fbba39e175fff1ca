"""What Caspen's card says: an invoice that is in QuickBooks to the cent is Synced, whatever waits about its
payments, credits or customer; that matter is the detail.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

import psycopg
import pytest

from caspen_qbo import wiring
from caspen_qbo.catalogue import CATALOGUE
from caspen_qbo.usecases.shared.ledger import read_ledger
from caspen_qbo.usecases.shared.statuses import write_statuses
from tests.integration.ui.conftest import Pages
from tests.support.bookkeeper import credit_of, edit_credit, edit_line, invoice_of, plain, unapply_credit
from tests.support.command_line import run_command
from tests.support.flow import Flow
from tests.support.importing import in_books, posted, receive

SYNCED = ("Synced", None)
OF_PAYMENTS = {"split_payment", "overpayment"}
"""Keys that say nothing about an invoice or a credit note itself."""


def card(flow: Flow, invoice: int) -> tuple[str, str | None]:
    found = flow.staff.invoice(invoice)
    return found.quickbooks_status, found.quickbooks_status_detail


def run(*commands: str) -> None:
    for command in commands:
        done = run_command(command, "--workspace", "1")
        assert done.returncode == 0, done.stderr


def list_row(
    flow: Flow, kind: str, document: int, invoice: int, key: str, *, blocks: bool, field: str | None = None
) -> None:
    with psycopg.connect(flow.sync.uri, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO qbo_sync.unsynced_invoice (workspace_id, document_kind, document_id,"
            " document_number, invoice_id, error_key, title, detail, fix, blocks, field, caspen_value)"
            " VALUES (1, %s, %s, 'X', %s, %s, %s, 'd', 'f', %s, %s, '1.00')",
            [kind, document, invoice, key, CATALOGUE[key].title, blocks, field],
        )


def test_the_card_over_all_keys_kinds_and_whether_the_invoice_is_equal(flow: Flow) -> None:
    """A row of the invoice itself says Not synced; of its payments or credit notes it is the detail only."""
    cases = [(key, kind, equal) for key in CATALOGUE for kind in ("invoice", "payment", "credit_note")
             for equal in (True, False)]  # fmt: skip
    of_case = {flow.invoice("10.00"): case for case in cases}
    flow.post()
    for invoice, (key, kind, equal) in of_case.items():
        assert card(flow, invoice) == SYNCED
        document = invoice if kind == "invoice" else 900000 + invoice
        list_row(flow, kind, document, invoice, key, blocks=key not in OF_PAYMENTS)
        if not equal:
            flow.sync_rows(
                "UPDATE qbo_sync.document SET synced_version = 'older' WHERE document_id = %s RETURNING 1",
                invoice,
            )
    with wiring.open_session(1, "card") as session:
        write_statuses(session, Counter())
        ledger = read_ledger(session).by_kind["invoice"]
    assert (ledger.finalised, ledger.adds_up) == (len(cases), True)
    for invoice, (key, kind, equal) in of_case.items():
        itself = kind == "invoice" and key not in OF_PAYMENTS
        status = "Synced" if equal and not itself else "Not synced"
        assert card(flow, invoice) == (status, CATALOGUE[key].title), (key, kind, equal)


@pytest.mark.parametrize(
    ("key", "field", "blocks", "status"),
    [
        ("totals_mismatch", "total", False, "Not synced"),
        ("changed_in_quickbooks", "line 1 amount", False, "Not synced"),
        ("changed_in_quickbooks", "applied", True, "Synced"),
        ("totals_mismatch", "balance", False, "Synced"),
        ("inactive_reference", "customer status", False, "Synced"),
        ("inactive_reference", None, True, "Not synced"),
        ("missing_in_quickbooks", "presence", True, "Not synced"),
    ],
)
@pytest.mark.parametrize("kind", ["invoice", "credit_note"])
def test_the_card_by_the_field_that_differs(
    flow: Flow, kind: str, key: str, field: str | None, blocks: bool, status: str
) -> None:
    invoice = flow.invoice("80.00", "20.00")
    note = flow.staff.credit(invoice, {2: 1}).id
    flow.post()
    document = invoice if kind == "invoice" else note
    list_row(flow, kind, document, invoice, key, blocks=blocks, field=field)
    with wiring.open_session(1, "card") as session:
        write_statuses(session, Counter())
    own, other = (card(flow, invoice)[0], note_card(flow))[:: 1 if kind == "invoice" else -1]
    assert (own, other) == (status, "Synced")
    assert card(flow, invoice)[1] == CATALOGUE[key].title


def note_card(flow: Flow) -> str:
    [(status,)] = flow.caspen_rows("SELECT quickbooks_status FROM caspen.credit_note")
    return status


def test_what_waits_about_payments_leaves_the_invoice_synced(flow: Flow, pages: Pages) -> None:
    split, over, both, refused = (posted(flow, "100.00") for _ in range(4))
    for amount in ("40.00", "35.00"):
        receive(flow, {split: amount})
    receive(flow, {over: "100.00"}, amount="130.00")
    flow.pay(both, "40.00")
    receive(flow, {both: "40.00"}, date=str(flow.staff.invoice(both).issue_date))
    flow.staff.pay(flow.client_id, {refused: "30.00"}, payment_date=date(2020, 2, 29))
    flow.person("close-books", through="2020-12-31")
    run("import", "post", "import")
    assert {one: card(flow, one) for one in (split, over, both, refused)} == {
        split: ("Synced", "Split payment in QuickBooks"),
        over: ("Synced", "Payment larger than the balance"),
        both: ("Synced", "Payment larger than the balance"),
        refused: ("Synced", "Books closed"),
    }
    page = pages.as_("user").get(f"/w/1/invoices/{refused}").text
    assert "Synced; Books closed" in page
    flow.person("close-books", through=None)
    assert run_command("retry", "--workspace", "1", "--all").returncode == 0
    run("post", "import")
    assert card(flow, refused) == SYNCED


def test_a_credit_of_ours_used_elsewhere_leaves_both_synced(flow: Flow) -> None:
    invoice, other = flow.invoice("80.00", "20.00"), flow.invoice("80.00")
    flow.staff.credit(invoice, {2: 1})
    flow.post()
    unapply_credit(flow, invoice)
    memo = credit_of(flow, invoice)
    flow.person(
        "record-payment",
        invoices=[{"id": in_books(flow, other), "amount": "22.00"}],
        credits=[{"id": memo["Id"], "amount": "22.00"}],
        amount="0.00",
    )
    run("import", "reconcile")
    assert (card(flow, invoice)[0], card(flow, other)[0], note_card(flow)) == ("Synced",) * 3
    assert flow.listed()
    edit_credit(flow, invoice, TxnDate="2020-02-29")
    run("reconcile")
    assert (card(flow, invoice)[0], note_card(flow)) == ("Synced", "Not synced")


def test_an_edited_invoice_is_not_synced_although_a_payment_waits_too(flow: Flow) -> None:
    invoice = flow.invoice("80.00", "20.00")
    flow.post()
    for amount in ("40.00", "35.00"):
        receive(flow, {invoice: amount})
    run("import")
    assert card(flow, invoice) == ("Synced", "Split payment in QuickBooks")
    edit_line(flow, invoice, amount="90.00")
    run("reconcile")
    assert card(flow, invoice) == ("Not synced", "Changed in QuickBooks")
    assert plain(invoice_of(flow, invoice))["TotalAmt"] == 121


def test_a_payment_on_a_historical_invoice_says_so_and_the_invoice_is_not_synced(flow: Flow) -> None:
    invoice = flow.invoice("80.00")
    flow.sync_rows("UPDATE qbo_sync.connection SET first_connected_at = now() + interval '1 s' RETURNING 1")
    flow.caspen.execute("SELECT pg_sleep(1.1)")
    flow.pay(invoice, "10.00")
    run("post")
    assert card(flow, invoice) == ("Not synced", "Update failed: Historical invoice")
