"""Payments: each allocation is one payment in QuickBooks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from caspen_qbo.core.documents import Body, DocumentFacts, read_facts
from caspen_qbo.core.importing.receipts import may_be_same_receipt
from caspen_qbo.core.money import ZERO
from caspen_qbo.core.posting.decide.accepted import (
    OVERWRITES,
    AcceptedEdits,
    find_edited_money,
    find_overwritten_payment,
)
from caspen_qbo.core.posting.decide.decisions import (
    CHANGED,
    NO_INVOICE,
    AlreadyEqual,
    Create,
    Decision,
    Hold,
    HoldDifferent,
    LinkExisting,
    Remove,
    Unreadable,
    Update,
    find_edits,
    hold_missing,
    other_currency,
    say_edited,
)
from caspen_qbo.core.posting.document import Document, InvoiceStanding, is_live
from caspen_qbo.core.posting.identity import read_marker
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.reconciling.matching import differ_in_currency
from caspen_qbo.core.records import Allocation
from caspen_qbo.core.writes import Step

FOREIGN_INVOICE = (
    "Give the invoice a customer of Caspen's currency in QuickBooks again; the payment is then posted."
)
FOREIGN_PAYMENT = (
    "Delete that payment in QuickBooks, or unlink this one in Caspen; what is right is then posted."
)


@dataclass(frozen=True, slots=True)
class PaymentSituation:
    document: Document
    allocation: Allocation | None
    """As Caspen shows it now."""
    invoice: InvoiceStanding | None
    problems: tuple[Problem, ...] = ()
    account_id: str = ""
    """Where the practice receives payments."""
    accepted: AcceptedEdits | None = None
    """The posted payment as a person accepted it: its account and date stay."""
    currency: str = ""
    """Of its invoice in Caspen."""
    there: Body | None = None
    """The posted payment as QuickBooks holds it now."""
    invoice_there: DocumentFacts | None = None
    """Its invoice as QuickBooks holds it now."""
    known_unpaid: bool = False
    """The invoice was posted by this run, so nobody has paid it in QuickBooks; it is not read."""
    takes_all: bool = False
    """It pays all that was open on the invoice when QuickBooks last answered for it, and the invoice is not
    read: applied in full, it proves that nobody else has paid; QuickBooks refuses it, or applies less, if
    a person has.
    """
    on_invoice: tuple[DocumentFacts, ...] = ()
    """Payments on that invoice that are neither linked nor imported."""
    merged: Collection[str] = ()
    """Customers that are inactive or gone by now, of those the posted payment stood on."""
    unread: str = ""
    """Why QuickBooks did not show it, its invoice, or another payment there; empty: it showed all."""
    released: bool = False
    """A person said that it is another receipt than the equal one in QuickBooks."""


def is_moved_away(document: Document, invoice: InvoiceStanding | None) -> bool:
    """It pays an invoice in QuickBooks that is not its own in Caspen, and its own cannot take it yet."""
    pays = {link.txn_id for link in document.as_posted.links} if document.as_posted else set()
    takes_it = invoice is not None and (invoice.ready or invoice.quickbooks_id in pays)
    return bool(pays) and not takes_it


def takes_all_open(allocation: Allocation, invoice: Document | None) -> bool:
    """Whether it pays the whole of an invoice on which nothing was when QuickBooks last answered for it."""
    then = invoice.as_posted if invoice is not None and invoice.linked else None
    return then is not None and then.balance == then.total == allocation.amount > 0


def decide_payment(s: PaymentSituation, still_open: Decimal = ZERO) -> Decision:
    """:param still_open: On its invoice in QuickBooks, less what was decided for it before."""
    if s.allocation is None or not is_live(s.allocation):
        return CHANGED
    if s.unread:
        return Unreadable(s.unread)
    if is_moved_away(s.document, s.invoice):
        return _decide_taking_back(s)
    if s.invoice is None or not s.invoice.ready:
        return NO_INVOICE
    if s.problems:
        return Hold(s.problems)
    if s.invoice_there and (problem := other_currency(_with_currency(s), s.invoice_there, FOREIGN_INVOICE)):
        return Hold((problem,))
    if s.document.linked:
        return _decide_posted_payment(s, s.allocation, s.invoice, still_open)
    return _decide_new_payment(s, s.allocation, s.invoice, still_open)


def plan_payments(situations: Iterable[PaymentSituation]) -> list[tuple[PaymentSituation, Decision]]:
    """In order, never more on an invoice than it has open in QuickBooks. New and changed ones are counted
    apart: which QuickBooks takes first is not known; what finds nothing to pay is taken back when it is
    answered.
    """
    spent: dict[tuple[bool, str], Decimal] = {}
    decided: list[tuple[PaymentSituation, Decision]] = []
    for s in situations:
        quickbooks_id = s.invoice.quickbooks_id if s.invoice else ""
        account = (s.document.linked, quickbooks_id)
        balance = s.invoice_there.balance if s.invoice_there else ZERO
        decision = decide_payment(s, balance - spent.get(account, ZERO))
        if s.allocation is not None and isinstance(decision, Create | Update):
            before = _applied(read_facts("Payment", s.there), quickbooks_id) if s.there else ZERO
            spent[account] = spent.get(account, ZERO) + s.allocation.amount - before
        decided.append((s, decision))
    return decided


def _decide_taking_back(s: PaymentSituation) -> Decision:
    """It is posted again when its own invoice is; the invoice it came from is open again at once."""
    facts = read_facts("Payment", s.there) if s.there else None
    if s.there is None or facts is None or facts.gone:
        return hold_missing(s.document)
    if changed := find_edits(s.document, facts, s.merged):
        return HoldDifferent("changed_in_quickbooks", changed, say_edited(s.document))
    if s.accepted and s.accepted.hold(facts) and (lost := find_edited_money(s.accepted)):
        return HoldDifferent("changed_in_quickbooks", lost, OVERWRITES)
    return Remove.of("Payment", s.there, Step.UNDO)


def _decide_posted_payment(
    s: PaymentSituation, allocation: Allocation, invoice: InvoiceStanding, still_open: Decimal
) -> Decision:
    facts = read_facts("Payment", s.there) if s.there else None
    if s.there is None or facts is None or facts.gone:
        return hold_missing(s.document)
    foreign = other_currency(_with_currency(s), facts, FOREIGN_PAYMENT)
    if foreign is None and _is_equal_payment(s, facts, allocation, invoice):
        return AlreadyEqual(facts)
    if changed := find_edits(s.document, facts, s.merged, invoice.customer_id):
        return HoldDifferent("changed_in_quickbooks", changed, say_edited(s.document))
    if foreign is not None:
        return Hold((foreign,))
    if s.accepted and s.accepted.hold(facts):
        if lost := find_overwritten_payment(s.accepted, allocation, invoice.quickbooks_id):
            return HoldDifferent("changed_in_quickbooks", lost, OVERWRITES)
    free = still_open + _applied(facts, invoice.quickbooks_id)
    if free < allocation.amount:
        detail = (
            f"The payment is {allocation.amount:.2f}, but QuickBooks invoice {invoice.quickbooks_id} has "
            f"{free:.2f} open for it. The posted payment stays as it was."
        )
        return Hold((Problem("overpayment", detail),))
    return Update(s.there)


def _is_equal_payment(
    s: PaymentSituation, facts: DocumentFacts, allocation: Allocation, invoice: InvoiceStanding
) -> bool:
    links = [(link.txn_type, link.txn_id, link.amount) for link in facts.links]
    return (
        links == [("Invoice", invoice.quickbooks_id, allocation.amount)]
        and facts.total == allocation.amount
        and facts.balance == 0
        and facts.txn_date == (s.accepted.facts.txn_date if s.accepted else allocation.payment_date)
        and facts.customer_id == invoice.customer_id
        and facts.account_id == (s.accepted.facts.account_id if s.accepted else s.account_id)
    )


def _applied(facts: DocumentFacts, invoice_id: str) -> Decimal:
    return sum((link.amount or ZERO for link in facts.links if link.txn_id == invoice_id), ZERO)


def _decide_new_payment(
    s: PaymentSituation, allocation: Allocation, standing: InvoiceStanding, still_open: Decimal
) -> Decision:
    """What the balance lacks someone paid in QuickBooks, perhaps by this receipt: it must not count twice."""
    if s.known_unpaid or s.takes_all:
        return Create()
    mark = (allocation.workspace_id, s.document.kind.value, s.document.id)
    for payment in s.on_invoice:
        if read_marker(payment.private_note) == mark:
            if problem := other_currency(_with_currency(s), payment, FOREIGN_PAYMENT):
                return Hold((problem,))
            if payment.total == s.document.total:
                return LinkExisting(payment, equal=True)
            break
    if s.invoice_there is None or s.invoice_there.gone:
        return Hold((Problem("missing_in_quickbooks", "Its invoice was voided or deleted in QuickBooks."),))
    if still_open < allocation.amount:
        names = ", ".join(payment.quickbooks_id for payment in s.on_invoice)
        by = f" QuickBooks already shows payment {names} on it." if names else ""
        detail = (
            f"The payment is {allocation.amount:.2f}, but QuickBooks invoice {standing.quickbooks_id} has "
            f"{still_open:.2f} open.{by}"
        )
        return Hold((Problem("overpayment", detail),))
    twin = next((p for p in s.on_invoice if _is_same_receipt(p, standing, allocation, s.currency)), None)
    if twin is None or s.released:
        return Create()
    detail = (
        f"QuickBooks payment {twin.quickbooks_id} of {twin.txn_date}, {allocation.amount:.2f}, on the same "
        "invoice looks like the same receipt. Delete one of the two, or Retry if they are two receipts."
    )
    return Hold((Problem("overpayment", detail),))


def _is_same_receipt(
    payment: DocumentFacts, invoice: InvoiceStanding, allocation: Allocation, currency: str
) -> bool:
    on_invoice = {link.amount for link in payment.links if link.txn_id == invoice.quickbooks_id}
    near = payment.txn_date is None or may_be_same_receipt(payment.txn_date, allocation.payment_date)
    return allocation.amount in on_invoice and near and not differ_in_currency(currency, payment.currency)


def _with_currency(s: PaymentSituation) -> Document:
    """Its invoice's, as Caspen shows it now."""
    return replace(s.document, currency=s.currency)
