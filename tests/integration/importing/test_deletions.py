"""Money in Caspen is taken back only where the payment itself, asked for by its id, is gone; it comes back.

The change feed's "Deleted", a query that does not return a payment, and a record on which QuickBooks fails
are hints; deletions that a cut feed left out are found all the same.
"""

from __future__ import annotations

from decimal import Decimal

import httpx
import psycopg
import pytest

from tests.support.command_line import run_command
from tests.support.flow import Flow
from tests.support.importing import imported, in_books, open_rows, posted, receive

UNREADABLE = "unreadable_in_quickbooks"


def run(flow: Flow, job: str = "import", *options: str) -> str:
    done = run_command(job, "--workspace", str(flow.workspace_id), *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def feed(flow: Flow, **settings: object) -> None:
    flow.door(f"{flow.realm}/feed", **settings)


def delete(flow: Flow, path: str) -> None:
    httpx.request(
        "DELETE", f"{flow.sandbox.url}/_sandbox/{flow.realm}/{path}", verify=False
    ).raise_for_status()


def unreadable(flow: Flow, entity: str, quickbooks_id: str, how: str) -> None:
    flow.door(f"{flow.realm}/unreadable", entity=entity, id=quickbooks_id, how=how)


def paid(flow: Flow, amount: str = "100.00") -> tuple[int, str]:
    """An invoice and the payment recorded on it in QuickBooks, imported."""
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: amount})
    run(flow)
    assert [row[0] for row in imported(flow) if row[2] == invoice] == [payment]
    return invoice, payment


def test_a_feed_that_calls_a_living_payment_deleted_is_not_believed(flow: Flow) -> None:
    invoice, payment = paid(flow)
    feed(flow, false_deletions=[{"entity": "Payment", "id": payment}])
    for _ in range(2):
        run(flow)
        assert imported(flow) == [(payment, Decimal("100.00"), invoice, Decimal("100.00"))]
        assert flow.staff.invoice(invoice).status == "paid"
        assert open_rows(flow) == []


def test_a_new_payment_that_the_feed_calls_deleted_is_imported(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "100.00"})
    feed(flow, false_deletions=[{"entity": "Payment", "id": payment}])
    run(flow)
    assert imported(flow) == [(payment, Decimal("100.00"), invoice, Decimal("100.00"))]


@pytest.mark.parametrize("false_deletion", [False, True])
@pytest.mark.parametrize("how", ["500", "610", "hidden"])
def test_a_payment_that_quickbooks_does_not_show_stays_and_is_listed_until_it_does(
    flow: Flow, how: str, false_deletion: bool
) -> None:
    invoice, payment = paid(flow, "40.00")
    other, second = posted(flow, "70.00"), ""
    unreadable(flow, "Payment", payment, how)
    if false_deletion:
        feed(flow, false_deletions=[{"entity": "Payment", "id": payment}])
    else:
        flow.person("edit", entity="Invoice", id=in_books(flow, invoice), changes={"PrivateNote": "look"})
        third = receive(flow, {invoice: "10.00"})
    second = receive(flow, {other: "70.00"})
    run(flow)
    live = {row[0]: row[3] for row in imported(flow)}
    assert live[payment] == Decimal("40.00")
    assert live[second] == Decimal("70.00"), "one record holds only itself"
    named = [row for row in open_rows(flow) if row[1] == UNREADABLE]
    assert named
    if not false_deletion:
        assert third not in live, "it may be a split"
    run(flow)
    assert [row for row in open_rows(flow) if row[1] == UNREADABLE] == named

    delete(flow, "unreadable")
    delete(flow, "feed")
    run(flow)
    assert [row for row in open_rows(flow) if row[1] == UNREADABLE] == []
    assert {row[0]: row[3] for row in imported(flow)}[payment] == Decimal("40.00")


@pytest.mark.parametrize("how", ["500", "610", "hidden"])
def test_a_new_payment_that_quickbooks_does_not_show_is_named_and_comes_when_it_does(
    flow: Flow, how: str
) -> None:
    invoice, other = posted(flow, "100.00"), posted(flow, "70.00")
    payment, second = receive(flow, {invoice: "100.00"}), receive(flow, {other: "70.00"})
    unreadable(flow, "Payment", payment, how)
    run(flow)
    assert [row[0] for row in imported(flow)] == [second]
    if how == "hidden":  # nothing names it to a quiet feed: the reconciliation reads the invoice
        run(flow, "reconcile")
        run(flow)
    else:
        assert payment in flow.listed()[flow.staff.invoice(invoice).number, UNREADABLE]
    run(flow)
    delete(flow, "unreadable")
    if how == "hidden":
        run(flow, "reconcile")
    run(flow)
    assert sorted(row[0] for row in imported(flow)) == sorted([payment, second])
    assert open_rows(flow) == []


@pytest.mark.parametrize("how", ["500", "610", "hidden"])
def test_an_invoice_that_quickbooks_does_not_show_holds_only_itself(flow: Flow, how: str) -> None:
    invoice, other = posted(flow, "100.00"), posted(flow, "70.00")
    unreadable(flow, "Invoice", in_books(flow, invoice), how)
    payment, second = receive(flow, {invoice: "100.00"}), receive(flow, {other: "70.00"})
    run(flow)
    assert [row[0] for row in imported(flow)] == [second]
    assert payment in flow.listed()[flow.staff.invoice(invoice).number, UNREADABLE]
    delete(flow, "unreadable")
    run(flow)
    assert sorted(row[0] for row in imported(flow)) == sorted([payment, second])
    assert open_rows(flow) == []


def test_what_was_taken_back_comes_back_when_the_payment_stands_again(flow: Flow) -> None:
    invoice, payment = paid(flow)
    body = next(row for row in flow.books("Payment") if row["Id"] == payment)
    flow.person("void", entity="Payment", id=payment)
    run(flow)
    assert imported(flow) == [] and flow.staff.balance(invoice) == Decimal("100.00")

    line = {"Amount": 100, "LinkedTxn": body["Line"][0]["LinkedTxn"]}
    changes = {"TotalAmt": 100, "Line": [line], "PrivateNote": "restored"}
    flow.person("edit", entity="Payment", id=payment, changes=changes)
    assert "put 100.00 of" in run(flow, "import", "--dry-run")
    run(flow)
    assert imported(flow) == [(payment, Decimal("100.00"), invoice, Decimal("100.00"))]
    assert flow.staff.invoice(invoice).status == "paid"
    assert flow.caspen_rows("SELECT count(*) FROM caspen.payment WHERE source = 'quickbooks'") == [(1,)]
    run(flow)
    assert open_rows(flow) == []

    # Taken off by the staff it is their choice, however often an import took it back before.
    [(allocation,)] = flow.caspen_rows("SELECT id FROM caspen.payment_allocation WHERE deleted_at IS NULL")
    flow.staff.unlink(allocation)
    run(flow)
    assert imported(flow) == []
    assert [row[1] for row in open_rows(flow)] == ["totals_mismatch"]


def test_what_was_taken_back_on_the_feeds_word_is_put_back_after_a_reconciliation(flow: Flow) -> None:
    """As a version that believed the feed left it: the payment stands, and no feed will name it again."""
    invoice, payment = paid(flow)
    with psycopg.connect(flow.sync.uri, autocommit=True) as sync:
        sync.execute(
            "INSERT INTO qbo_sync.document_event (workspace_id, document_kind, document_id, what) "
            "SELECT workspace_id, document_kind, document_id, 'taken back: voided or deleted in QuickBooks' "
            "FROM qbo_sync.document_link WHERE document_kind = 'payment'"
        )
        sync.execute("UPDATE qbo_sync.document_link SET removed_at = now() WHERE document_kind = 'payment'")
    [(allocation,)] = flow.caspen_rows("SELECT id FROM caspen.payment_allocation WHERE deleted_at IS NULL")
    flow.staff.unlink(allocation)
    feed(flow, missing_entities=["Payment"])
    run(flow)
    assert imported(flow) == []
    run(flow, "reconcile")
    run(flow)
    assert imported(flow) == [(payment, Decimal("100.00"), invoice, Decimal("100.00"))]
    run(flow, "reconcile")
    assert open_rows(flow) == []


def test_deletions_behind_a_full_feed_are_found(flow: Flow) -> None:
    gone, payment = paid(flow, "40.00")
    stays, other = paid(flow, "30.00")
    customer = next(row["CustomerRef"]["value"] for row in flow.books("Invoice"))
    for _ in range(3):
        unpaid = flow.person("record-payment", customer=customer, amount="1.00")
        flow.person("delete", entity="Payment", id=unpaid["Id"])
    flow.person("delete", entity="Payment", id=payment)
    live = sum(row["Id"] != payment for row in flow.books("Payment"))
    for _ in range(998 - live):
        flow.person("record-payment", customer=customer, amount="1.00")
    run(flow)
    assert [(row[0], row[2]) for row in imported(flow)] == [(other, stays)]
    assert flow.staff.balance(gone) == Decimal("100.00")


@pytest.mark.parametrize("scope", ["all", "per_entity"])
def test_deletions_are_followed_however_the_feed_counts(
    flow: Flow, scope: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("caspen_qbo.settings.CDC_OBJECTS_MAX", 3)
    invoice, payment = paid(flow)
    other, _ = paid(flow)
    flow.person("delete", entity="Payment", id=payment)
    receive(flow, {posted(flow, "5.00"): "5.00"})
    receive(flow, {posted(flow, "6.00"): "6.00"})
    feed(flow, cap=3, cap_scope=scope)
    run(flow)
    assert flow.staff.balance(invoice) == Decimal("100.00")
    assert flow.staff.invoice(other).status == "paid"


def test_a_connection_paused_for_weeks_follows_what_was_deleted(flow: Flow) -> None:
    invoice, payment = paid(flow)
    flow.person("delete", entity="Payment", id=payment)
    new = posted(flow, "20.00")
    later = receive(flow, {new: "20.00"})
    with psycopg.connect(flow.sync.uri, autocommit=True) as sync:
        sync.execute("UPDATE qbo_sync.cursor SET position = position - interval '45 days'")
    run(flow)
    assert [(row[0], row[2]) for row in imported(flow)] == [(later, new)]
    assert flow.staff.balance(invoice) == Decimal("100.00")


def test_quickbooks_clock_says_how_far_back_the_feed_goes(flow: Flow) -> None:
    """Its refusal (2080) is no end of the run."""
    invoice, payment = paid(flow)
    flow.person("delete", entity="Payment", id=payment)
    flow.door("clock", advance_seconds=40 * 86400)
    try:
        run(flow)
        assert flow.staff.balance(invoice) == Decimal("100.00")
    finally:
        flow.door("clock", reset=True)


@pytest.mark.parametrize("kept_back", ["missing_entities", "late_seconds"])
def test_what_the_feed_keeps_back_is_found_by_the_reconciliation(flow: Flow, kept_back: str) -> None:
    deleted, payment = paid(flow)
    settings = (
        {"missing_entities": ["Payment"]} if kept_back == "missing_entities" else {"late_seconds": 86400}
    )
    feed(flow, **settings)
    flow.person("delete", entity="Payment", id=payment)
    new = posted(flow, "20.00")
    later = receive(flow, {new: "20.00"})
    run(flow)
    run(flow, "reconcile")
    run(flow)
    assert [(row[0], row[2]) for row in imported(flow)] == [(later, new)]
    assert flow.staff.balance(deleted) == Decimal("100.00")
    run(flow, "reconcile")
    assert open_rows(flow) == []
