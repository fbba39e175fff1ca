"""A customer made inactive in QuickBooks: named on the invoices that stand on it, until someone decides."""

from __future__ import annotations

import datetime as dt

import pytest

from caspen_qbo import settings, wiring
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.usecases.decisions import accept_or_resend as choices
from caspen_seed import NewLine
from tests.integration.reconciling.runs import run
from tests.support.bookkeeper import edit_line, invoice_of, payment_of, remove
from tests.support.flow import Flow

KEY = "inactive_reference"


def customer_of(flow: Flow, invoice_id: int) -> str:
    return invoice_of(flow, invoice_id)["CustomerRef"]["value"]


def number_of(flow: Flow, invoice_id: int) -> str:
    return flow.staff.invoice(invoice_id).number


def choose(flow: Flow, what: str, *numbers: str) -> int:
    with wiring.open_session(flow.workspace_id, "choice") as session:
        return getattr(choices, what)(session, numbers, who="cli:ann")


def differences(flow: Flow) -> list[tuple[str, str, str, str]]:
    return flow.sync_rows(
        "SELECT document_number, field, caspen_value, quickbooks_value"
        " FROM qbo_sync.reconciliation_difference"
        " WHERE run_id = (SELECT run_id FROM qbo_sync.reconciliation_run ORDER BY started_at DESC LIMIT 1)"
        " ORDER BY document_number, field"
    )


def settled_invoice(flow: Flow, price: str, *, days_ago: int = 0) -> int:
    """Posted and paid: QuickBooks makes no customer inactive who owes something."""
    line = NewLine("service", "Visit", price, tax_rate_id=flow.rates["GST"])
    day = dt.date.today() - dt.timedelta(days=days_ago)
    invoice = flow.staff.draft_invoice(flow.client_id, [line], issue_date=day, due_date=day)
    flow.staff.finalise(invoice)
    flow.pay(invoice)
    flow.post()
    flow.sync_rows(
        "UPDATE qbo_sync.document_link SET posted_at = posted_at - %s * interval '1 day'"
        " WHERE document_kind = 'invoice' AND document_id = %s RETURNING 1",
        *(days_ago, invoice),
    )
    return invoice


def test_recent_invoices_of_an_inactive_customer_are_one_cause_and_heal_when_it_is_active_again(flow: Flow):
    first, second = settled_invoice(flow, "80.00"), settled_invoice(flow, "30.00")
    settled_invoice(flow, "10.00", days_ago=200)
    flow.invoice("50.00", client=flow.staff.create_client("Bob", "Lee"))
    flow.post()
    customer = customer_of(flow, first)
    flow.person("make-inactive", entity="Customer", id=customer)
    before = len(flow.requests())
    run(flow)

    numbers = {number_of(flow, first), number_of(flow, second)}
    assert differences(flow) == [
        (number, "customer status", "active", "inactive") for number in sorted(numbers)
    ]
    assert flow.listed().keys() == {(number, KEY) for number in numbers}
    assert flow.sync_rows(
        "SELECT DISTINCT cause_ref, blocks FROM qbo_sync.unsynced_invoice WHERE error_key = %s", KEY
    ) == [(f"customer:{customer}", False)]
    assert {r["operation"] for r in flow.requests()[before:] if r["realm"]} <= {"query", "cdc"}

    flow.person("make-active", entity="Customer", id=customer)
    run(flow)
    assert flow.listed().keys() == set()


def test_an_older_invoice_is_named_while_something_is_open_on_it(flow: Flow):
    old = settled_invoice(flow, "10.00", days_ago=200)
    flow.person("make-inactive", entity="Customer", id=customer_of(flow, old))
    run(flow)
    assert (number_of(flow, old), KEY) not in flow.listed()
    remove("Payment", "delete", payment_of)(flow, old)
    run(flow)
    assert (number_of(flow, old), KEY) in flow.listed()


def test_an_accepted_one_is_quiet_until_it_happens_again_and_an_edit_is_told_apart(flow: Flow):
    invoice = settled_invoice(flow, "80.00")
    number = number_of(flow, invoice)
    customer = customer_of(flow, invoice)
    flow.person("make-inactive", entity="Customer", id=customer)
    run(flow)
    with pytest.raises(ConfigurationError, match=f"customer {customer} is inactive"):
        choose(flow, "resend", number)
    assert choose(flow, "accept", number) == 1
    run(flow)
    assert (flow.listed(), differences(flow)) == ({}, [])

    flow.person("make-active", entity="Customer", id=customer)
    edit_line(flow, invoice, Description="Session")
    run(flow)
    assert list(flow.listed()) == [(number, "changed_in_quickbooks")]
    flow.person("make-inactive", entity="Customer", id=customer)
    run(flow)
    assert set(flow.listed()) == {(number, "changed_in_quickbooks"), (number, KEY)}
    assert "customer status" not in flow.listed()[number, "changed_in_quickbooks"]


def test_with_much_to_compare_the_change_feed_tells_it_without_another_call(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
):
    invoice = settled_invoice(flow, "80.00")
    number = number_of(flow, invoice)
    run(flow)
    monkeypatch.setattr(settings, "FULL_COMPARE_DOCUMENTS_MAX", 0)
    flow.door("clock", advance_seconds=7200)
    run(flow)  # with a new access token
    customer = customer_of(flow, invoice)
    flow.person("make-inactive", entity="Customer", id=customer)
    assert dict(run(flow).calls) == {"cdc": 1}
    assert list(flow.listed()) == [(number, KEY)]
    assert dict(run(flow).calls) == {"cdc": 1}
    assert list(flow.listed()) == [(number, KEY)]
    flow.person("make-active", entity="Customer", id=customer)
    assert dict(run(flow).calls) == {"cdc": 1}
    assert flow.listed() == {}
