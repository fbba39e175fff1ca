"""Documents that are due, with what QuickBooks and Caspen show of them, and what is decided for each."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from caspen_qbo.core.documents import Body, DocumentFacts, read_facts
from caspen_qbo.core.posting.decide import Situation
from caspen_qbo.core.posting.decide.credits import ApplicationSituation, decide_application
from caspen_qbo.core.posting.decide.decisions import Apply, Decision, Hold, HoldDifferent, Remove, Update
from caspen_qbo.core.posting.decide.payments import PaymentSituation, plan_payments
from caspen_qbo.core.posting.decide.removals import RemovalSituation, decide_removal
from caspen_qbo.core.posting.decide.sales import SaleSituation, decide_sale
from caspen_qbo.core.posting.document import (
    Document,
    DocumentLink,
    InvoiceStanding,
    restaged,
    stage_allocation,
    stage_credit_note,
    stage_invoice,
)
from caspen_qbo.core.posting.eligibility import DesiredState, Eligibility
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.core.writes import ENTITY
from tests.support.records import AFTER, BEFORE, a_client, a_credit_note, a_line, an_allocation, an_invoice

PRESENT = Eligibility(DesiredState.PRESENT, finalised=True)
INVOICE = an_invoice(a_line("100.00"))
NOTE, ALLOCATION = a_credit_note(), an_allocation()
READY = InvoiceStanding(501, "131", "58", BEFORE, ready=True)
MOVED = replace(READY, customer_id="77")
"""A person, or a merge of two customers, moved the invoice to another customer."""
HELD = (Problem("business_validation_tax", "A line has no tax rate."),)


def answer(kind: DocumentKind, **changes: Any) -> Body:
    """QuickBooks' body of a document that is equal to Caspen's."""
    body: dict[str, Any] = {"Id": "131", "SyncToken": "0", "CustomerRef": {"value": "58"}}
    if kind is DocumentKind.PAYMENT:
        link = {"TxnId": "131", "TxnType": "Invoice"}
        body |= {
            "Id": "140",
            "TotalAmt": ALLOCATION.amount,
            "UnappliedAmt": Decimal(0),
            "TxnDate": ALLOCATION.payment_date.isoformat(),
            "DepositToAccountRef": {"value": "35"},
            "PrivateNote": "[caspen:7:payment:21]",
            "Line": [{"Amount": ALLOCATION.amount, "LinkedTxn": [link]}],
        }
    else:
        record = INVOICE if kind is DocumentKind.INVOICE else NOTE
        body |= {
            "Id": "131" if kind is DocumentKind.INVOICE else "150",
            "DocNumber": record.number,
            "TxnDate": record.issue_date.isoformat(),
            "TotalAmt": record.total,
            "Balance": record.total,
            "TxnTaxDetail": {"TotalTax": record.tax_total},
            "PrivateNote": f"[caspen:7:{kind}:{record.id}]",
        }
        if kind is DocumentKind.INVOICE:
            body["DueDate"] = INVOICE.due_date.isoformat()
    return body | changes


def document(kind: DocumentKind, *, linked: bool = False, **changes: Any) -> Document:
    """A staged document of 110.00; linked: as it was posted."""
    staged = {
        DocumentKind.INVOICE: stage_invoice(INVOICE, PRESENT),
        DocumentKind.CREDIT_NOTE: stage_credit_note(NOTE, INVOICE, PRESENT),
        DocumentKind.PAYMENT: stage_allocation(ALLOCATION, INVOICE, PRESENT),
    }[kind]
    posted = facts_of(kind)
    link = DocumentLink(ENTITY[kind], posted.quickbooks_id, "58", "caspen", BEFORE, None, posted, False)
    return replace(restaged(None, staged, AFTER), link=link if linked else None, **changes)


def facts_of(kind: DocumentKind, **changes: Any) -> DocumentFacts:
    return read_facts(ENTITY[kind], answer(kind, **changes))


INV, NOTES, PAY = DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.PAYMENT
VOIDED = {"TotalAmt": 0, "Balance": 0, "TxnTaxDetail": {}, "PrivateNote": "Voided", "Line": []}
OLDER = {"TotalAmt": Decimal(55), "Balance": Decimal(55), "TxnTaxDetail": {"TotalTax": Decimal(5)}}


def sale(
    kind: DocumentKind = INV, *, linked: bool = False, older: bool = False, **read: Any
) -> SaleSituation:
    """:param older: Posted, and still standing there, as an older version of 55.00."""
    staged = document(kind, linked=linked or older)
    if older and staged.link is not None:
        staged = replace(staged, link=replace(staged.link, as_posted=facts_of(kind, **OLDER)))
        read.setdefault("there", answer(kind, **OLDER))
    read.setdefault("record", INVOICE if kind is INV else NOTE)
    if linked or older:
        read.setdefault("customer_owners", [staged.client_id])
        read.setdefault("clients", {OWNER: a_client(OWNER)})
    if kind is NOTES:
        read.setdefault("invoice", READY)
    return SaleSituation(staged, **read)


def payment(*, linked: bool = False, **read: Any) -> PaymentSituation:
    for name_, value in (("allocation", ALLOCATION), ("invoice", READY), ("invoice_there", facts_of(INV))):
        read.setdefault(name_, value)
    read.setdefault("account_id", "35")
    return PaymentSituation(document(PAY, linked=linked), **read)


def posted_payment(amount: str = "50.00", on: str = "131", **changes: Any) -> PaymentSituation:
    """A payment of another amount, or on another invoice, that was posted as such."""
    line = {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": on, "TxnType": "Invoice"}]}
    body = answer(PAY, TotalAmt=Decimal(amount), Line=[line])
    situation = payment(linked=True, **({"there": body} | changes))
    link = situation.document.link
    assert link is not None
    link = replace(link, as_posted=read_facts("Payment", body))
    return replace(situation, document=replace(situation.document, link=link))


def other_payment(amount: str, note: str = "", day: str = "2026-11-06") -> DocumentFacts:
    line = {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": "131", "TxnType": "Invoice"}]}
    body = answer(PAY, Id="900", TotalAmt=Decimal(amount), TxnDate=day, PrivateNote=note, Line=[line])
    return read_facts("Payment", body)


def application(balance: str, *zero: tuple[str, str, str], note: Any = NOTE) -> ApplicationSituation:
    """:param zero: Zero payments that apply it: id, QuickBooks invoice, amount."""
    applied = []
    for id_, invoice_id, amount in zero:
        lines = [
            {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": invoice_id, "TxnType": "Invoice"}]},
            {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": "150", "TxnType": "CreditMemo"}]},
        ]
        body = answer(PAY, Id=id_, TotalAmt=Decimal(0), PrivateNote="", Line=lines)
        applied.append((read_facts("Payment", body), body))
    memo = facts_of(NOTES, Balance=Decimal(balance))
    return ApplicationSituation(document(NOTES, linked=True), note, READY, memo, tuple(applied))


def removal(kind: DocumentKind, there: Body | None, *, linked: bool = True) -> RemovalSituation:
    return RemovalSituation(document(kind, linked=linked, wanted="absent", version="absent"), there)


ON_77 = {"CustomerRef": {"value": "77"}}
PAID = {"LinkedTxn": [{"TxnId": "140", "TxnType": "Payment"}]}
OWNER = INVOICE.client_id
ANOTHER = {OWNER: a_client(OWNER), 5: a_client(5, "Bo")}


def decide(situation: Situation) -> Decision:
    match situation:
        case SaleSituation():
            return decide_sale(situation)
        case ApplicationSituation():
            return decide_application(situation)
        case RemovalSituation():
            return decide_removal(situation)
        case PaymentSituation():
            return plan_payments([situation])[0][1]


def name(decision: Decision) -> str:
    what = type(decision).__name__.replace("HoldDifferent", "Hold")
    match decision:
        case Hold(problems):
            return f"{what}: {', '.join(problem.error_key for problem in problems)}"
        case HoldDifferent(error_key):
            return f"{what}: {error_key}"
        case Update(step=step, moves=moves):
            return f"{what}: {step}" + (", to another customer" if moves else "")
        case Remove(step=step):
            return f"{what}: {step}"
        case Apply(amount):
            return f"{what}: {amount}"
    return what
