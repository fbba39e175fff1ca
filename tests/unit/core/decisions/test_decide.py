"""What may be accepted or sent again, and what is said instead, from plain values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from caspen_qbo.core.cause import CauseKind, CauseRef
from caspen_qbo.core.decisions.decide import (
    INACTIVE,
    Acceptance,
    ListedDocument,
    decide_accept,
    decide_resend,
    may_decide,
    may_resend,
)
from caspen_qbo.core.documents import DocumentFacts, read_facts
from caspen_qbo.core.posting.document import ABSENT_VERSION, Document, InvoiceStanding, stage_invoice
from caspen_qbo.core.posting.eligibility import DesiredState, Eligibility
from caspen_qbo.core.records import DocumentKind
from tests.support.records import a_line, an_invoice

NOW = datetime(2026, 11, 3, tzinfo=UTC)
BODY: dict[str, Any] = {
    "Id": "77",
    "SyncToken": "1",
    "CustomerRef": {"value": "58"},
    "TotalAmt": Decimal("40.00"),
    "UnappliedAmt": Decimal("0.00"),
    "Line": [{"Amount": Decimal("40.00"), "LinkedTxn": [{"TxnType": "Invoice", "TxnId": "91"}]}],
}
_STAGED = stage_invoice(an_invoice(a_line()), Eligibility(DesiredState.PRESENT, finalised=True))
STAGED = Document(**{name: getattr(_STAGED, name) for name in _STAGED.__dataclass_fields__})
INVOICE = InvoiceStanding(7, "91", "58", NOW, ready=True)


def facts(**changes: Any) -> DocumentFacts:
    return read_facts("Payment", {**BODY, **changes})


def listed(**changes: Any) -> ListedDocument:
    document = ListedDocument(
        kind=DocumentKind.PAYMENT,
        id=5,
        number="PAY-5",
        invoice_id=7,
        version="live 40.00 on 7",
        origin="caspen",
        quickbooks_type="Payment",
        quickbooks_id="77",
        gone=None,
        facts=facts(),
        open_keys=("changed_in_quickbooks",),
    )
    return replace(document, **changes)


def test_what_is_as_it_was_listed_may_be_accepted_or_sent_again() -> None:
    assert decide_accept(listed(), facts()) == ""
    assert decide_resend(listed(), STAGED, facts(), BODY, INVOICE) == ""


@pytest.mark.parametrize(
    ("document", "now", "reason"),
    [
        (listed(), None, "nothing to accept. Send it again with `resend`"),
        (listed(origin="quickbooks"), facts(status="Deleted"), "nothing to accept. Unlink it in Caspen"),
        (listed(), facts(TotalAmt=Decimal("41.00")), "changed in QuickBooks again"),
        (listed(facts=None), facts(), "changed in QuickBooks again"),
        (listed(gone="voided"), facts(), "changed in QuickBooks again"),
    ],
)
def test_what_cannot_be_accepted(document: ListedDocument, now: DocumentFacts | None, reason: str) -> None:
    assert reason in decide_accept(document, now)


@pytest.mark.parametrize(
    ("document", "body", "invoice", "reason"),
    [
        (listed(origin="quickbooks"), BODY, INVOICE, "it came from QuickBooks as QuickBooks Payment 77"),
        (listed(open_keys=(INACTIVE,)), BODY, INVOICE, "while its customer 58 is inactive"),
        (listed(), BODY, replace(INVOICE, ready=False), "Send the invoice again first"),
        (listed(), BODY, None, "Send the invoice again first"),
        (listed(), BODY, replace(INVOICE, quickbooks_id="92"), "now pays Invoice 91 (40.00), which"),
        (listed(version=ABSENT_VERSION), BODY, None, "now pays Invoice 91 (40.00), which"),
        (
            listed(),
            {**BODY, "LinkedTxn": [{"TxnType": "Deposit", "TxnId": "12"}]},
            INVOICE,
            "is part of deposit 12",
        ),
        (listed(facts=None), BODY, INVOICE, "changed in QuickBooks again"),
    ],
)
def test_what_cannot_be_sent_again(
    document: ListedDocument, body: dict[str, Any], invoice: InvoiceStanding | None, reason: str
) -> None:
    assert reason in decide_resend(document, STAGED, read_facts("Payment", body), body, invoice)


def test_what_is_gone_is_created_again() -> None:
    assert decide_resend(listed(facts=None), STAGED, None, {}, None) == ""
    assert decide_resend(listed(), STAGED, facts(status="Deleted"), BODY, None) == ""


def test_an_acceptance_covers_both_sides_just_as_they_were() -> None:
    accepted = Acceptance(5, facts(), "live 40.00 on 7")
    assert accepted.covers("live 40.00 on 7", facts(SyncToken="2"))
    assert not accepted.covers("live 30.00 on 7", facts())
    assert not accepted.covers("live 40.00 on 7", facts(TotalAmt=Decimal("41.00")))
    assert not accepted.covers("live 40.00 on 7", facts(UnappliedAmt=Decimal("1.00")))


def test_a_row_that_holds_a_write_because_of_an_inactive_name_leaves_no_decision() -> None:
    assert may_decide(INACTIVE, blocks=False) and not may_decide(INACTIVE, blocks=True)
    assert may_decide("totals_mismatch", blocks=True) and not may_decide("overpayment", blocks=False)
    assert may_decide("overpayment", blocks=True) and not may_decide("overpayment", blocks=True, linked=False)


def test_a_copy_leaves_no_decision_and_what_sending_again_cannot_change_is_not_offered_for_that() -> None:
    copy = CauseRef(CauseKind.COPY, "Invoice 131")
    assert not may_decide("changed_in_quickbooks", blocks=False, cause=copy)
    invoice, payment = DocumentKind.INVOICE, DocumentKind.PAYMENT
    assert may_resend(invoice, "totals_mismatch", "total", imported=False)
    assert may_resend(DocumentKind.CREDIT_NOTE, "totals_mismatch", "balance", imported=False)
    assert not may_resend(invoice, "totals_mismatch", "balance", imported=False)
    assert not may_resend(payment, "payment_locked", None, imported=False)
    assert not may_resend(payment, "changed_in_quickbooks", "total", imported=True)
