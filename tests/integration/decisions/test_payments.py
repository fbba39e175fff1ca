"""A payment of ours that was edited in QuickBooks: brought back, or left, as a person chooses."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from caspen_qbo import wiring
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.usecases.decisions import accept_or_resend as decisions
from tests.integration.reconciling.runs import run
from tests.support.bookkeeper import (
    invoice_of,
    other_account,
    other_payment_amount,
    other_payment_date,
    payment_of,
    plain,
)
from tests.support.flow import Flow


def decide(flow: Flow, what: str, numbers: Sequence[str]) -> int:
    with wiring.open_session(flow.workspace_id, "decision") as session:
        return getattr(decisions, what)(session, numbers, who="cli:ann")


def paid_invoice(flow: Flow) -> int:
    invoice = flow.invoice("80.00", "20.00")
    flow.pay(invoice, "50.00")
    flow.post()
    return invoice


def paid_numbers(flow: Flow) -> list[str]:
    return [number for (number,) in flow.caspen_rows("SELECT number FROM caspen.payment ORDER BY id")]


def unexplained(flow: Flow) -> int:
    [(number,)] = flow.sync_rows(
        "SELECT count(*) FROM qbo_sync.reconciliation_difference WHERE NOT explained AND run_id ="
        " (SELECT run_id FROM qbo_sync.reconciliation_run ORDER BY started_at DESC LIMIT 1)"
    )
    return number


def test_an_edited_payment_is_brought_back_as_the_same_payment(flow: Flow):
    edits = (other_payment_amount, other_payment_date, other_account)
    invoices = [paid_invoice(flow) for _ in edits]
    before = {invoice: payment_of(flow, invoice) for invoice in invoices}
    for invoice, act in zip(invoices, edits, strict=True):
        act(flow, invoice)
    run(flow)
    numbers = paid_numbers(flow)
    assert {key for _, key in flow.listed()} == {"changed_in_quickbooks"}
    flow.post()
    assert payment_of(flow, invoices[0])["TotalAmt"] == 40  # nothing is overwritten automatically

    assert decide(flow, "resend", numbers) == 3
    result = flow.post()
    assert result.counts["payments_updated"] == 3
    assert len(flow.books("Payment")) == 3
    for invoice in invoices:
        then, now = before[invoice], payment_of(flow, invoice)
        for name in (
            "Id",
            "TotalAmt",
            "TxnDate",
            "DepositToAccountRef",
            "UnappliedAmt",
            "PrivateNote",
        ):
            assert now[name] == then[name]
        assert [(line["Amount"], line["LinkedTxn"]) for line in now["Line"]] == [
            (line["Amount"], line["LinkedTxn"]) for line in then["Line"]
        ]
        assert invoice_of(flow, invoice)["Balance"] == Decimal(60)
    run(flow)
    assert (flow.listed(), unexplained(flow)) == ({}, 0)
    events = flow.sync_rows(
        "SELECT what, who FROM qbo_sync.document_event WHERE document_kind = 'payment' ORDER BY id"
    )
    assert events[-6:].count(("to be overwritten in QuickBooks", "cli:ann")) == 3
    assert flow.post().calls == {}


def test_what_sending_again_would_lose_or_quickbooks_would_refuse_is_explained_instead(flow: Flow):
    shared, deposited, third = (paid_invoice(flow) for _ in range(3))
    payment = plain(payment_of(flow, shared))
    other = invoice_of(flow, third)
    lines = [
        {"Amount": 40, "LinkedTxn": payment["Line"][0]["LinkedTxn"]},
        {"Amount": 10, "LinkedTxn": [{"TxnId": other["Id"], "TxnType": "Invoice"}]},
    ]
    flow.person("edit", entity="Payment", id=payment["Id"], changes={"Line": lines})
    other_payment_date(flow, deposited)
    flow.person("make-deposit", payments=[payment_of(flow, deposited)["Id"]])
    run(flow)
    first, second, _ = paid_numbers(flow)
    with pytest.raises(ConfigurationError, match=f"now pays Invoice {other['Id']} .10.00., which"):
        decide(flow, "resend", [first])
    with pytest.raises(ConfigurationError, match="is part of deposit"):
        decide(flow, "resend", [second])
    assert {(first, "changed_in_quickbooks"), (second, "changed_in_quickbooks")} <= set(flow.listed())


def test_an_accepted_edit_of_a_payment_is_quiet_with_the_balance_that_follows_from_it(flow: Flow):
    invoice = paid_invoice(flow)
    other_payment_amount(flow, invoice)
    run(flow)
    [number] = paid_numbers(flow)
    assert decide(flow, "accept", [number]) == 1
    for _ in range(2):
        run(flow)
        assert (flow.listed(), unexplained(flow)) == ({}, 0)
    assert flow.sync_rows(
        "SELECT success FROM qbo_sync.reconciliation_run ORDER BY started_at DESC LIMIT 1"
    ) == [(True,)]
    assert payment_of(flow, invoice)["TotalAmt"] == 40
