"""What holds for one kind of document holds for each of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from caspen_qbo import settings
from caspen_qbo.core.backfill.verdict import Verdict
from tests.integration.backfill.test_backfill import _enter_by_hand, _number, _plan, _verdicts
from tests.integration.reconciling.runs import run as reconcile
from tests.support.bookkeeper import credit_of, invoice_of, payment_of
from tests.support.command_line import run_command
from tests.support.flow import Flow


def three(flow: Flow) -> dict[str, str]:
    """An invoice, a credit memo and a payment of ours, each of another invoice: entity -> id."""
    alone, credited, paid = (flow.invoice("100.00") for _ in range(3))
    flow.staff.credit(credited, {1: "0.5"})
    flow.pay(paid, "40.00")
    flow.post()
    return {
        "Invoice": invoice_of(flow, alone)["Id"],
        "CreditMemo": credit_of(flow, credited)["Id"],
        "Payment": payment_of(flow, paid)["Id"],
    }


@pytest.mark.parametrize("scope", ["all", "per_entity"])
def test_deletions_of_every_kind_behind_a_cut_feed_are_found(
    flow: Flow, scope: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = three(flow)
    reconcile(flow, full=True)
    monkeypatch.setattr(settings, "FULL_COMPARE_DOCUMENTS_MAX", 0)
    monkeypatch.setattr(settings, "CDC_OBJECTS_MAX", 1)
    for entity in ("Payment", "CreditMemo", "Invoice"):
        flow.person("delete", entity=entity, id=ours[entity])
    flow.door(f"{flow.realm}/feed", cap=1, cap_scope=scope)
    reconcile(flow)
    assert sorted(
        flow.sync_rows(
            "SELECT document_kind FROM qbo_sync.unsynced_invoice"
            " WHERE resolved_at IS NULL AND error_key = 'missing_in_quickbooks'"
        )
    ) == [("credit_note",), ("invoice",), ("payment",)]


@pytest.mark.parametrize("how", ["500", "hidden"])
def test_tie_outs_and_backfill_go_on_with_records_that_cannot_be_read(flow: Flow, how: str) -> None:
    ours = three(flow)
    reconcile(flow, full=True)
    for entity, quickbooks_id in ours.items():
        flow.door(f"{flow.realm}/unreadable", entity=entity, id=quickbooks_id, how=how)
    other = flow.invoice("70.00")
    flow.post()
    reconcile(flow, full=True)
    assert {key for _, key in flow.listed()} == {"unreadable_in_quickbooks"}
    assert flow.staff.invoice(other).quickbooks_status == "Synced"
    [(ties, done)] = flow.sync_rows(
        "SELECT jsonb_array_length(report::jsonb -> 'tie_outs'), finished_at IS NOT NULL"
        " FROM qbo_sync.reconciliation_run ORDER BY started_at DESC LIMIT 1"
    )
    assert ties and done
    numbers = [row[0] for row in flow.caspen_rows("SELECT number FROM caspen.invoice ORDER BY id")]
    assert len(_verdicts(_plan(flow, *numbers))) == 4


@pytest.mark.parametrize("what", ["client merged", "invoice moved"])
def test_backfill_of_an_older_invoice_of_a_merged_client_or_on_another_customer(
    flow: Flow, what: str
) -> None:
    """A clash, until a person says whose the customer is."""
    invoice = flow.invoice("100.00")
    flow.backdate_connection(datetime.now(UTC) + timedelta(seconds=1))
    number, client = _number(flow, invoice), flow.client_id
    there = _enter_by_hand(flow, invoice, number)
    customer = there["CustomerRef"]["value"]
    if what == "client merged":
        client = flow.staff.create_client("Ann", "Neil")
        flow.staff.merge_clients(flow.client_id, client)
    else:
        customer = flow.person("create", entity="Customer", document={"DisplayName": "Fund"})["Id"]
        flow.person("edit", entity="Invoice", id=there["Id"], changes={"CustomerRef": {"value": customer}})
    assert _verdicts(_plan(flow, number)) == {number: Verdict.CLASH}
    chosen = ("--client", str(client), "--customer", customer, "--yes")
    assert run_command("relink", "--workspace", "1", *chosen).returncode == 0
    assert _verdicts(_plan(flow, number)) == {number: Verdict.LINK}


def test_a_credit_memo_in_dollars_under_our_number_is_no_match(flow: Flow) -> None:
    flow.person("enable-multi-currency", currencies=["USD"])
    flow.person("set-exchange-rate", currency="USD", rate="1.5", date="2020-01-01")
    invoice = flow.invoice("100.00")
    flow.post()
    made = {"DisplayName": "Abroad", "CurrencyRef": {"value": "USD"}}
    abroad = flow.person("create", entity="Customer", document=made)["Id"]
    detail = {
        name: {"value": invoice_of(flow, invoice)["Line"][0]["SalesItemLineDetail"][name]["value"]}
        for name in ("ItemRef", "TaxCodeRef")
    }
    line = {"Amount": 50, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    memo = {
        "CustomerRef": {"value": abroad},
        "CurrencyRef": {"value": "USD"},
        "DocNumber": "CN-0001",
        "Line": [line],
    }
    theirs = flow.person("create", entity="CreditMemo", document=memo)
    note = flow.staff.credit(invoice, {1: "0.5"})
    assert note.number == "CN-0001"
    flow.post()
    detail_shown = flow.listed()[note.number, "duplicate_document_number"]
    assert f"CreditMemo {theirs['Id']}" in detail_shown and "USD" in detail_shown
    flow.person("edit", entity="CreditMemo", id=theirs["Id"], changes={"DocNumber": "OLD-1"})
    flow.sync_rows("UPDATE qbo_sync.document SET released_at = now() RETURNING 1")
    flow.post()
    assert flow.listed() == {} and invoice_of(flow, invoice)["Balance"] == 55
