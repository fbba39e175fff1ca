"""What was edited or removed in QuickBooks: nothing is overwritten until a person says so."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from caspen_qbo import wiring
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.usecases.decisions import accept_or_resend as decisions
from tests.integration.reconciling.runs import run
from tests.support.bookkeeper import (
    edit,
    edit_line,
    invoice_of,
    other_customer,
    payment_of,
    plain,
    unapply_credit,
)
from tests.support.flow import Flow


def decide(flow: Flow, what: str, numbers: Sequence[str]) -> int:
    with wiring.open_session(flow.workspace_id, "decision") as session:
        return getattr(decisions, what)(session, numbers, who="cli:ann")


def number_of(flow: Flow, invoice_id: int) -> str:
    return flow.staff.invoice(invoice_id).number


def history(flow: Flow, invoice_id: int) -> list[tuple[str, str]]:
    return flow.sync_rows(
        "SELECT what, who FROM qbo_sync.document_event "
        " WHERE document_kind = 'invoice' AND document_id = %s ORDER BY id",
        invoice_id,
    )


def writes(flow: Flow) -> int:
    """Requests QuickBooks received that could change something."""
    reads = ("/query", "/tokens/bearer")
    return sum(r["method"] == "POST" and not r["path"].endswith(reads) for r in flow.requests())


def latest(flow: Flow) -> tuple[int, bool]:
    [row] = flow.sync_rows(
        "SELECT differences, success FROM qbo_sync.reconciliation_run ORDER BY started_at DESC LIMIT 1"
    )
    return row


def test_an_accepted_edit_is_quiet_until_it_changes_again(flow: Flow):
    invoice = flow.invoice("80.00", "20.00")
    number = number_of(flow, invoice)
    flow.post()
    edit_line(flow, invoice, amount="90.00")
    run(flow)
    assert (number, "changed_in_quickbooks") in flow.listed()
    assert latest(flow) == (6, False)
    written = writes(flow)

    assert decide(flow, "accept", [number]) == 1
    run(flow)
    assert flow.listed() == {}
    assert latest(flow) == (4, True)  # subtotal, tax, total and balance differ still, and are accepted
    assert history(flow, invoice)[-1] == ("accepted as it is in QuickBooks", "cli:ann")
    assert writes(flow) == written

    edit_line(flow, invoice, amount="95.00")
    run(flow)
    assert "line 1 amount: Caspen 90.00, QuickBooks 95.00" in flow.listed()[number, "changed_in_quickbooks"]
    assert latest(flow) == (6, False)


def test_resending_brings_back_caspens_version(flow: Flow):
    priced, described = flow.invoice("80.00", "20.00"), flow.invoice("80.00", "20.00")
    flow.post()
    edit_line(flow, priced, amount="90.00")
    edit_line(flow, described, Description="Session")
    run(flow)
    flow.post()
    assert invoice_of(flow, priced)["TotalAmt"] == 121  # not overwritten automatically

    numbers = [number_of(flow, priced), number_of(flow, described)]
    assert decide(flow, "resend", numbers) == 2
    flow.post()
    assert invoice_of(flow, priced)["TotalAmt"] == 110
    assert invoice_of(flow, described)["Line"][0]["Description"] == "Consultation"
    run(flow)
    assert flow.listed() == {}
    assert latest(flow) == (0, True)
    assert history(flow, priced)[-2:] == [
        ("to be overwritten in QuickBooks", "cli:ann"),
        ("posted", "sync"),
    ]


def test_an_invoice_moved_to_an_unknown_customer_returns_when_resent_and_stays_when_accepted(flow: Flow):
    resent, accepted = flow.invoice("80.00"), flow.invoice("80.00")
    flow.post()
    own = invoice_of(flow, resent)["CustomerRef"]["value"]
    for invoice in (resent, accepted):
        other_customer(flow, invoice)
    unknown = invoice_of(flow, accepted)["CustomerRef"]["value"]
    assert unknown != own
    run(flow)
    decide(flow, "resend", [number_of(flow, resent)])
    decide(flow, "accept", [number_of(flow, accepted)])
    flow.post()
    assert invoice_of(flow, resent)["CustomerRef"]["value"] == own
    flow.staff.revert_to_draft(accepted)
    flow.staff.finalise(accepted)
    flow.post()
    assert invoice_of(flow, accepted)["CustomerRef"]["value"] == unknown
    run(flow)
    assert flow.listed() == {}


@pytest.mark.parametrize("verb", ["void", "delete"])
def test_a_document_that_is_gone_is_posted_again_when_asked(flow: Flow, verb: str):
    invoice = flow.invoice("80.00", "20.00")
    number = number_of(flow, invoice)
    flow.post()
    flow.person(verb, entity="Invoice", id=invoice_of(flow, invoice)["Id"])
    run(flow)
    flow.post()
    assert list(flow.listed()) == [(number, "missing_in_quickbooks")]
    with pytest.raises(ConfigurationError, match="nothing to accept"):
        decide(flow, "accept", [number])
    decide(flow, "resend", [number])
    flow.post()
    assert [row["TotalAmt"] for row in flow.books("Invoice") if row["TotalAmt"]] == [110]
    run(flow)
    assert flow.listed() == {}
    assert latest(flow) == (0, True)


def test_a_deleted_payment_is_posted_again_when_asked(flow: Flow):
    invoice = flow.invoice("80.00", "20.00")
    flow.pay(invoice, "50.00")
    flow.post()
    payment = payment_of(flow, invoice)
    flow.person("delete", entity="Payment", id=payment["Id"])
    run(flow)
    [(number, key)] = flow.listed()
    assert key == "missing_in_quickbooks"
    decide(flow, "resend", [number])
    flow.post()
    assert invoice_of(flow, invoice)["Balance"] == 60
    run(flow)
    assert latest(flow) == (0, True)


def test_a_credit_memo_is_brought_back_with_its_words_and_its_application(flow: Flow):
    described, unapplied = flow.invoice("80.00", "20.00"), flow.invoice("80.00", "20.00")
    for invoice in (described, unapplied):
        flow.staff.credit(invoice, {2: 1})
    flow.post()
    memo = next(row for row in flow.books("CreditMemo") if row["DocNumber"] == "CN-0001")
    lines = [plain(line) for line in memo["Line"] if "SalesItemLineDetail" in line]
    words = lines[0]["Description"]
    lines[0]["Description"] = "Other words"
    flow.person("edit", entity="CreditMemo", id=memo["Id"], changes={"Line": lines})
    unapply_credit(flow, unapplied)
    run(flow)
    assert set(flow.listed()) == {("CN-0001", "changed_in_quickbooks"), ("CN-0002", "totals_mismatch")}

    assert decide(flow, "resend", ["CN-0001", "CN-0002"]) == 2
    flow.post()
    again = next(row for row in flow.books("CreditMemo") if row["Id"] == memo["Id"])
    assert again["Line"][0]["Description"] == words
    assert len(flow.books("CreditMemo")) == 2
    assert {invoice_of(flow, invoice)["Balance"] for invoice in (described, unapplied)} == {88}
    run(flow)
    assert (flow.listed(), latest(flow)) == ({}, (0, True))


def test_a_choice_is_about_what_was_listed(flow: Flow):
    invoice = flow.invoice("80.00", "20.00")
    number = number_of(flow, invoice)
    flow.post()
    with pytest.raises(ConfigurationError, match="nothing to decide"):
        decide(flow, "accept", [number])
    edit(flow, invoice, DueDate="2031-01-31")
    run(flow)
    edit(flow, invoice, DueDate="2032-01-31")
    for what in ("accept", "resend"):
        with pytest.raises(ConfigurationError, match="changed in QuickBooks again"):
            decide(flow, what, [number])
