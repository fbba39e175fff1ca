"""Applying a posted credit memo to its own invoice and no other."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from caspen_qbo.core.cause import CauseKind, CauseRef
from caspen_qbo.core.documents import Body, DocumentFacts
from caspen_qbo.core.money import ZERO
from caspen_qbo.core.posting.decide.decisions import (
    CHANGED,
    AlreadyApplied,
    Apply,
    Decision,
    Hold,
    HoldDifferent,
    Remove,
    Unreadable,
    Wait,
    other_currency,
)
from caspen_qbo.core.posting.document import Document, InvoiceStanding
from caspen_qbo.core.posting.identity import read_marker
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.reconciling.closers import Closer, find_closers
from caspen_qbo.core.reconciling.matching import Difference
from caspen_qbo.core.records import CreditNote
from caspen_qbo.core.writes import Step

ELSEWHERE = Wait("its credit memo stands on another customer than its invoice; the next run moves it there")
TAKEN_BACK_NEXT = Wait("QuickBooks applied it to another invoice automatically; the next run takes that back")

OVERPAID = "overpayment"


@dataclass(frozen=True, slots=True)
class ApplicationSituation:
    document: Document
    note: CreditNote | None
    invoice: InvoiceStanding
    memo: DocumentFacts | None
    """The credit memo as QuickBooks holds it now."""
    applications: tuple[tuple[DocumentFacts, Body], ...] = ()
    """The zero payments of its customer, read where part of the memo is used."""
    foreign_invoice: DocumentFacts | None = None
    """Its invoice, where QuickBooks has that in another currency than its home currency."""
    unread: str = ""
    """Why QuickBooks did not show it, or a payment that may apply it."""
    invoice_there: DocumentFacts | None = None
    """Its invoice as QuickBooks holds it now; None: posted by this run, so that nobody has paid it."""
    payments: Mapping[str, DocumentFacts] = field(default_factory=dict)
    """Those on invoices that have nothing open, by their QuickBooks id."""


FOREIGN = (
    "A credit is used on an invoice of its own currency only. Give that one a customer of the right currency "
    "in QuickBooks; the rest is then done automatically."
)


def decide_application(s: ApplicationSituation) -> Decision:
    if s.unread:
        return Unreadable(s.unread)
    if s.memo is None or s.note is None or s.note.status != "issued":
        return CHANGED
    if s.document.total == 0:
        return AlreadyApplied(None)
    return _decide_use(s, s.memo)


def _decide_use(s: ApplicationSituation, memo: DocumentFacts) -> Decision:
    document = s.document
    if problem := other_currency(document, s.foreign_invoice or memo, FOREIGN):
        return Hold((problem,))
    if memo.customer_id != s.invoice.customer_id:
        return _decide_elsewhere(s, memo)
    if memo.balance == document.total:
        return _apply(s, memo)
    application_id, applied = None, ZERO
    for facts, _ in s.applications:
        if _invoices_of(facts) == {s.invoice.quickbooks_id}:
            for link in facts.links:
                if link.txn_type == "CreditMemo" and link.txn_id == memo.quickbooks_id:
                    application_id, applied = facts.quickbooks_id, applied + (link.amount or ZERO)
    if find_foreign_applications(s):  # taking them back did not come to anything, which is listed if refused
        return TAKEN_BACK_NEXT
    if applied + memo.balance != document.total:
        # A person used the credit by hand; nothing a person did is undone.
        elsewhere = document.total - memo.balance - applied
        detail = (
            f"{elsewhere:.2f} of credit memo {memo.quickbooks_id} was used in "
            "QuickBooks, but not on its own invoice."
        )
        used = Difference("applied", f"{document.total:.2f}", f"{applied:.2f}", applied - document.total)
        return Hold((Problem("changed_in_quickbooks", detail, difference=used),))
    return AlreadyApplied(application_id) if memo.balance == 0 else _apply(s, memo)


def _apply(s: ApplicationSituation, memo: DocumentFacts) -> Decision:
    """All that is left of it, or nothing: what closes the invoice in QuickBooks comes off first."""
    invoice = s.invoice_there
    if invoice is None or invoice.gone or invoice.balance >= memo.balance:
        return Apply(memo.balance)
    own = {("Payment", s.document.application_id or ""), ("CreditMemo", memo.quickbooks_id)}
    closers = find_closers(invoice, s.payments, own)
    missing = memo.balance - invoice.balance
    by = ", ".join(_name(one) for one in closers) or "something QuickBooks does not name"
    by_credits = closers and all(one.txn_type != "Payment" for one in closers)
    lower = f"Take {missing:.2f} of that off the invoice" if by_credits else f"Lower that by {missing:.2f}"
    detail = (
        f"Credit note {s.document.number} leaves {memo.balance:.2f} to apply, but QuickBooks invoice "
        f"{invoice.doc_number} (id {invoice.quickbooks_id}) has {invoice.balance:.2f} open: it is closed by "
        f"{by}. {lower} in QuickBooks, and the credit is applied automatically; or void the credit note in "
        "Caspen; or accept it as it is, and the credit stays with the customer, unused."
    )
    return Hold((Problem(OVERPAID, detail, CauseRef(CauseKind.PAID, str(s.document.invoice_id))),))


def _name(closer: Closer) -> str:
    if closer.txn_type == "Payment" and closer.facts is not None:
        return f"payment {closer.txn_id} ({closer.facts.txn_date}, {closer.facts.total:.2f})"
    return str(closer)


def _decide_elsewhere(s: ApplicationSituation, memo: DocumentFacts) -> Decision:
    """QuickBooks applies a credit within one customer only."""
    posted = s.document.as_posted
    if posted is None or posted.customer_id == memo.customer_id:
        return ELSEWHERE
    moved = Difference("customer", s.invoice.customer_id, memo.customer_id)
    lead = f"Credit memo {memo.quickbooks_id} was moved in QuickBooks, away from its invoice's customer:"
    return HoldDifferent("changed_in_quickbooks", (moved,), lead)


def find_foreign_applications(s: ApplicationSituation) -> list[Remove]:
    """Zero payments by which auto-apply put our memo, and nothing of ours, elsewhere; never a person's."""
    if s.memo is None or s.memo.balance == s.document.total:
        return []
    return [
        Remove.of("Payment", body, Step.UNAPPLY)
        for facts, body in s.applications
        if any(link.txn_type == "CreditMemo" and link.txn_id == s.memo.quickbooks_id for link in facts.links)
        and _invoices_of(facts) != {s.invoice.quickbooks_id}
        and read_marker(facts.private_note) is None  # else an application of ours, of another note
    ]


def _invoices_of(facts: DocumentFacts) -> set[str]:
    return {link.txn_id for link in facts.links if link.txn_type == "Invoice"}
