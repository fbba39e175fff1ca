"""Posting over real services: Caspen's database, our own, and QuickBooks over HTTP."""

from __future__ import annotations

from decimal import Decimal

import psycopg
import pytest

from caspen_qbo import wiring
from caspen_qbo.errors import QboAuthError, SubscriptionEndedError
from caspen_qbo.usecases.connection.setup import link_tax
from caspen_qbo.usecases.decisions.retry import release
from caspen_seed import NewLine
from tests.support.flow import Flow


def test_an_invoice_and_its_payment_post_once(flow: Flow) -> None:
    invoice = flow.invoice("96.50", "12.35")
    flow.pay(invoice, "50.00")

    first = flow.post()
    second = flow.post()

    [document] = flow.books("Invoice")
    [payment] = flow.books("Payment")
    mine = flow.staff.invoice(invoice)
    assert document["DocNumber"] == mine.number
    assert document["TotalAmt"] == mine.total
    assert document["TxnTaxDetail"]["TotalTax"] == mine.tax_total
    assert document["Balance"] == mine.balance
    assert payment["TotalAmt"] == Decimal("50")
    assert first.counts["invoices_posted"] == 1
    assert first.counts["payments_posted"] == 1
    assert not second.counts.get("invoices_posted")
    assert first.ledger is not None and first.ledger.synced == 1
    assert flow.listed() == {}
    assert flow.caspen_rows("SELECT quickbooks_status, quickbooks_status_detail FROM caspen.invoice") == [
        ("Synced", None)
    ]


def test_a_run_without_work_asks_quickbooks_nothing(flow: Flow) -> None:
    flow.invoice("10.00")
    flow.post()
    flow.post()  # reads the status we wrote to Caspen as a change, and finds nothing in it
    assert flow.post().calls == {}


def test_drafts_stay_and_an_invoice_without_lines_is_listed_and_heals(flow: Flow) -> None:
    flow.staff.draft_invoice(
        flow.client_id, [NewLine("service", "Draft", "10.00", tax_rate_id=flow.rates["GST"])]
    )
    empty = flow.staff.draft_invoice(flow.client_id, [])
    flow.staff.finalise(empty)
    number = flow.staff.invoice(empty).number

    flow.post()
    assert flow.books("Invoice") == []
    assert list(flow.listed()) == [(number, "required_param_missing")]
    assert flow.caspen_rows(
        "SELECT quickbooks_status, quickbooks_status_detail FROM caspen.invoice WHERE id = %s", empty
    ) == [("Not synced", "Create failed: Required param missing")]

    flow.staff.revert_to_draft(empty)
    flow.staff.edit_draft(empty, lines=[NewLine("product", "Tape", "9.90", tax_rate_id=flow.rates["GST"])])
    flow.staff.finalise(empty)
    flow.post()
    assert [row["DocNumber"] for row in flow.books("Invoice")] == [number]
    assert flow.listed() == {}


def test_a_reverted_invoice_updates_the_same_quickbooks_invoice(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    flow.post()
    flow.staff.revert_to_draft(invoice)
    flow.post()
    assert flow.books("Invoice")[0]["TotalAmt"] == Decimal("110")
    flow.staff.edit_draft(
        invoice, lines=[NewLine("service", "Longer", "80.00", "2.5", tax_rate_id=flow.rates["GST"])]
    )
    flow.staff.finalise(invoice)
    flow.post()
    [document] = flow.books("Invoice")
    assert document["TotalAmt"] == Decimal("220")
    assert flow.listed() == {}


def test_unlinked_payments_and_voids_follow(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    flow.pay(invoice, "40.00")
    flow.post()
    assert len(flow.books("Payment")) == 1
    [(allocation,)] = flow.caspen_rows("SELECT id FROM caspen.payment_allocation")
    flow.staff.unlink(allocation)
    flow.staff.void_invoice(invoice)
    flow.post()
    [document] = flow.books("Invoice")
    assert flow.books("Payment") == []
    assert document["TotalAmt"] == 0
    assert flow.listed() == {}


def test_a_credit_note_is_applied_to_its_own_invoice_even_after_auto_apply(flow: Flow) -> None:
    flow.switch(auto_apply_credit=True)
    older = flow.invoice("30.00")
    invoice = flow.invoice("100.00")
    flow.post()
    note = flow.staff.credit(invoice, {1: "0.5"}, reason="private words")
    flow.post()
    by_number = {row["DocNumber"]: row for row in flow.books("Invoice")}
    assert by_number[flow.staff.invoice(older).number]["Balance"] == Decimal("33")
    assert (
        by_number[flow.staff.invoice(invoice).number]["Balance"]
        == flow.staff.balance(invoice)
        == Decimal("55")
    )
    assert flow.listed() == {}
    flow.staff.void_credit_note(note.id)
    flow.post()
    by_number = {row["DocNumber"]: row for row in flow.books("Invoice")}
    assert by_number[flow.staff.invoice(invoice).number]["Balance"] == Decimal("110")
    assert flow.books("CreditMemo") == []


def test_linking_a_tax_rate_releases_everything_that_waited_on_it(flow: Flow) -> None:
    other = flow.staff.create_tax_rate("GST, second name", "10")
    held = [flow.invoice(lines=[NewLine("service", "Held", "50.00", tax_rate_id=other)]) for _ in range(2)]
    flow.invoice("20.00")
    flow.post()
    assert len(flow.books("Invoice")) == 1
    assert {key for _, key in flow.listed()} == {"business_validation_tax"}
    code = next(iter(flow.sync_rows("SELECT tax_code_id FROM qbo_sync.tax_link WHERE rate = 10")))[0]
    with wiring.open_session(flow.workspace_id, "link") as session:
        link_tax(session, other, code, who="test")
    flow.post()
    assert len(flow.books("Invoice")) == 1 + len(held)
    assert flow.listed() == {}


def test_a_number_used_in_quickbooks_is_listed_with_that_document_and_retried(flow: Flow) -> None:
    customer = flow.person("create", entity="Customer", document={"DisplayName": "Somebody else"})
    item = next(row for row in flow.books("Item") if row["Type"] == "Service")
    code = next(iter(flow.sync_rows("SELECT tax_code_id FROM qbo_sync.tax_link WHERE rate = 10")))[0]
    invoice = flow.invoice("70.00")
    number = flow.staff.invoice(invoice).number
    made = flow.person(
        "create",
        entity="Invoice",
        document={
            "CustomerRef": {"value": customer["Id"]},
            "DocNumber": number,
            "TxnDate": "2026-11-01",
            "GlobalTaxCalculation": "TaxExcluded",
            "Line": [
                {
                    "Amount": 5,
                    "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": {"ItemRef": {"value": item["Id"]}, "TaxCodeRef": {"value": code}},
                }
            ],
        },
    )
    flow.post()
    detail = flow.listed()[number, "duplicate_document_number"]
    assert f"Invoice {made['Id']} of 2026-11-01, total 5.50" in detail
    flow.person("edit", entity="Invoice", id=made["Id"], changes={"DocNumber": "OTHER-1"})
    flow.post()
    assert len(flow.books("Invoice")) == 1  # waits for a person's Retry
    with wiring.open_store() as store:
        assert release(store.for_workspace(flow.workspace_id), numbers=[number], who="test") == 1
    flow.post()
    assert flow.listed() == {}
    assert len(flow.books("Invoice")) == 2


def test_a_dead_connection_lists_what_waits_and_reconnecting_posts_it(flow: Flow) -> None:
    flow.invoice("10.00")
    flow.person("disconnect")
    with pytest.raises(QboAuthError):
        flow.post()
    assert {key for _, key in flow.listed()} == {"invalid_refresh_token"}
    with psycopg.connect(flow.sync.uri, autocommit=True) as connection:  # as an invalid_grant leaves it
        connection.execute("UPDATE qbo_sync.connection SET status = 'needs_reconnect'")
    flow.invoice("20.00")
    with pytest.raises(QboAuthError):
        flow.post()
    assert len(flow.listed()) == 2
    flow.person("reconnect")
    flow.connect()
    flow.post()
    assert flow.listed() == {}
    assert len(flow.books("Invoice")) == 2


def test_an_ended_subscription_lists_what_waits_and_posting_resumes_by_itself(flow: Flow) -> None:
    flow.invoice("10.00")
    flow.person("end-subscription")
    with pytest.raises(SubscriptionEndedError):
        flow.post()
    assert {key for _, key in flow.listed()} == {"subscription_ended"}
    flow.person("restart-subscription")
    flow.post()
    assert flow.listed() == {}
    assert len(flow.books("Invoice")) == 1


def test_closed_books_hold_until_they_are_reopened_and_one_document_tries_for_all(flow: Flow) -> None:
    for price in ("10.00", "20.00", "30.00"):
        flow.invoice(price)
    flow.person("close-books", through="2099-12-31")
    flow.post()
    assert {key for _, key in flow.listed()} == {"period_closed"}
    before = len(flow.requests())
    flow.post()
    refused = [r for r in flow.requests()[before:] if r["path"].endswith("/batch")]
    assert [len(r["body"]["BatchItemRequest"]) for r in refused] in ([], [1])
    flow.person("close-books", through=None)
    flow.post()
    assert flow.listed() == {}
    assert len(flow.books("Invoice")) == 3


def test_the_end_of_the_connection_is_announced_once_a_threshold(flow: Flow) -> None:
    with psycopg.connect(flow.sync.uri, autocommit=True) as connection:
        for days, expected in (
            (10, "in less than 14 days"),
            (9, ""),
            (6, "in less than 7 days"),
            (1, "in less than 2"),
        ):
            connection.execute(
                "UPDATE qbo_sync.connection SET refresh_expires_at = now() + make_interval(days => %s)",
                [days],
            )
            message = flow.post().message
            assert (expected in message) if expected else message == ""


def test_a_receipt_that_stands_in_quickbooks_already_is_listed_until_a_person_says_it_is_another(
    flow: Flow,
) -> None:
    invoice = flow.invoice("100.00")
    flow.post()
    [document] = flow.books("Invoice")
    today = flow.caspen_rows("SELECT issue_date FROM caspen.invoice")[0][0].isoformat()
    flow.person("record-payment", date=today, invoices=[{"id": document["Id"], "amount": 50}])
    flow.pay(invoice, "50.00")
    flow.post()
    assert len(flow.books("Payment")) == 1
    [((number, key), detail)] = flow.listed().items()
    assert key == "overpayment" and "same receipt" in detail
    with wiring.open_store() as store:
        assert release(store.for_workspace(flow.workspace_id), numbers=[number], who="test") == 1
    flow.post()
    assert len(flow.books("Payment")) == 2
    assert flow.listed() == {}


def test_after_a_lost_database_everything_is_taken_up_again_by_its_mark(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    flow.pay(invoice, "30.00")
    flow.pay(invoice, "20.00")
    flow.staff.credit(invoice, {1: "0.25"}, reason="kept in Caspen")
    flow.post()
    with psycopg.connect(flow.sync.uri, autocommit=True) as connection:
        for table in ("document", "document_link", "request", "cursor", "unsynced_invoice"):
            connection.execute(f"DELETE FROM qbo_sync.{table}")
    result = flow.post()
    assert result.counts["relinked"] == 4
    assert flow.listed() == {}
    assert [len(flow.books(entity)) for entity in ("Invoice", "CreditMemo")] == [1, 1]
    assert sorted(p["TotalAmt"] for p in flow.books("Payment")) == [0, 20, 30]
    assert not {"batch", "write", "void"} & set(flow.post().calls)


def test_a_historical_invoice_is_listed_while_a_payment_of_ours_stands_on_it(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    with psycopg.connect(flow.sync.uri, autocommit=True) as connection:
        connection.execute("UPDATE qbo_sync.connection SET first_connected_at = clock_timestamp()")
    flow.pay(invoice, "40.00")
    flow.post()
    assert [key for _, key in flow.listed()] == ["historical_invoice"]
    [(allocation,)] = flow.caspen_rows("SELECT id FROM caspen.payment_allocation")
    flow.staff.unlink(allocation)
    flow.post()
    assert flow.listed() == {}
    assert flow.books("Invoice") == []
    assert flow.caspen_rows("SELECT quickbooks_status_detail FROM caspen.invoice") == [(None,)]


def test_a_credit_that_auto_apply_spread_over_several_invoices_comes_back_to_its_own(flow: Flow) -> None:
    flow.switch(auto_apply_credit=True)
    others = [flow.invoice("10.00"), flow.invoice("20.00")]
    invoice = flow.invoice("100.00")
    flow.post()
    flow.staff.credit(invoice, {1: "0.6"}, reason="kept in Caspen")
    flow.pay(invoice, "44.00")
    for _ in range(2):
        flow.post()
    balances = {row["DocNumber"]: row["Balance"] for row in flow.books("Invoice")}
    for one in (*others, invoice):
        assert balances[flow.staff.invoice(one).number] == flow.staff.balance(one)
    assert flow.listed() == {}
