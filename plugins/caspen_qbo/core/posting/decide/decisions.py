"""What may become of a document: a closed set of values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from caspen_qbo.core.cause import CauseKind, CauseRef
from caspen_qbo.core.documents import Body, DocumentFacts, LineFacts, amount_text, deposits_of
from caspen_qbo.core.money import ZERO
from caspen_qbo.core.posting.customers import CustomerChoice
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.reconciling.matching import Difference, Expected, compare, differ_in_currency, drift
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.core.reference import TaxCode
from caspen_qbo.core.writes import ENTITY, Step


@dataclass(frozen=True, slots=True)
class Create:
    customer: CustomerChoice | None = None
    """Of an invoice: for whom. Credit notes and payments go to the customer of their invoice."""
    voids: tuple[DocumentFacts, ...] = ()
    """Our own voided documents under its number, which give it up first."""


@dataclass(frozen=True, slots=True)
class Update:
    current: Body
    step: Step = Step.POST
    """``CORRECT``: with Caspen's tax stated, because this version was posted and came out otherwise."""
    moves: bool = False
    """An invoice that stands on another client's customer."""
    customer: CustomerChoice | None = None
    voids: tuple[DocumentFacts, ...] = ()
    """As of one that is created, where its number changes."""


@dataclass(frozen=True, slots=True)
class Apply:
    amount: Decimal
    """How much of it is left to apply, positive."""


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete or void a transaction, as long as nobody has changed it since ``sync_token``."""

    entity: str
    quickbooks_id: str
    sync_token: str
    step: Step = Step.REMOVE
    deposits: tuple[str, ...] = ()
    """Of a payment: the bank deposits it lies in."""

    @classmethod
    def of(cls, entity: str, body: Body, step: Step = Step.REMOVE) -> Remove:
        return cls(entity, str(body["Id"]), str(body["SyncToken"]), step, deposits_of(body))


@dataclass(frozen=True, slots=True)
class LinkExisting:
    """It was posted and its link is lost: our mark is on it."""

    facts: DocumentFacts
    equal: bool


@dataclass(frozen=True, slots=True)
class AlreadyEqual:
    facts: DocumentFacts


@dataclass(frozen=True, slots=True)
class AlreadyApplied:
    """The whole credit memo is on its own invoice."""

    application_id: str | None
    """None where there was nothing to apply."""


@dataclass(frozen=True, slots=True)
class AlreadyGone:
    """Caspen no longer has it, nor has QuickBooks: a person was faster, or a lost answer meant success."""


@dataclass(frozen=True, slots=True)
class Hold:
    """It cannot go; a person sees why."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class HoldDifferent:
    """The sides differ in a way that only a person may settle."""

    error_key: str
    differences: tuple[Difference, ...]
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now, and nobody has to act."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """QuickBooks does not show what the decision depends on: named and listed, and tried by every run."""

    detail: str


UNREADABLE = "unreadable_in_quickbooks"

NO_INVOICE = Wait("its invoice is not in QuickBooks as Caspen shows it")
CHANGED = Wait("it changed in Caspen since it was staged; the next run decides")
UNCONFIRMED = Wait("an earlier request for it or for its customer is still being looked for")

Decision = (
    Create
    | Update
    | Apply
    | Remove
    | LinkExisting
    | AlreadyEqual
    | AlreadyApplied
    | AlreadyGone
    | Hold
    | HoldDifferent
    | Wait
    | Unreadable
)


EDITED = "Caspen has a new version, but someone edited the posted one in QuickBooks:"
EDITED_OR_OURS = (
    "Caspen has a new version, but QuickBooks shows another one than our database knows, which was set back "
    "to an earlier moment. Someone edited the posted one there, or it was sent in the time that was lost:"
)


def say_edited(document: Document) -> str:
    """Before what differs from what we posted. After our database was set back nobody knows who did it."""
    return EDITED_OR_OURS if document.origin == "found" else EDITED


def hold_missing(document: Document) -> Hold:
    detail = f"QuickBooks {ENTITY[document.kind]} {document.quickbooks_id} was voided or deleted there."
    return Hold((Problem("missing_in_quickbooks", detail),))


def name_deposits(decision: Decision) -> tuple[str, ...]:
    """The bank deposits, by id, of the payment that a decision would change or remove."""
    if isinstance(decision, Update):
        return deposits_of(decision.current)
    return decision.deposits if isinstance(decision, Remove) else ()


def hold_deposited(document: Document, decision: Decision, dates: Mapping[str, date]) -> Decision:
    """A change to a payment waits while it lies in a deposit. :param dates: Of deposits, by id."""
    if not (deposits := name_deposits(decision)):
        return decision
    named = ", ".join(f"{id_} of {dates[id_]}" if id_ in dates else id_ for id_ in deposits)
    kind = "credit" if document.kind is DocumentKind.CREDIT_NOTE else "payment"
    payment = decision.quickbooks_id if isinstance(decision, Remove) else document.quickbooks_id
    what = f"{kind} {document.number} ({document.document_date}, {document.total:.2f})"
    detail = (
        f"Caspen {'changed' if isinstance(decision, Update) else 'took off'} {what}, but QuickBooks payment "
        f"{payment} lies in bank deposit {named} and cannot be changed there. Remove it from that deposit in "
        "QuickBooks, then Retry; afterwards it can be deposited again as it is then."
    )
    return Hold((Problem("payment_locked", detail),))


def find_edits(
    document: Document, facts: DocumentFacts, merged: Collection[str] = (), moved_to: str = ""
) -> tuple[Difference, ...]:
    """What a person edited since QuickBooks' answer. A merge of customers moves documents, and edits none.

    :param merged: Customers that are inactive or gone: what stood on them and does not any more was merged.
    :param moved_to: Of what stands on an invoice: the customer of that invoice as it is there.
    """
    posted = document.as_posted
    if posted is None:
        return ()
    followed = posted.customer_id in merged or facts.customer_id == moved_to
    return tuple(one for one in drift(posted, facts) if not (followed and one.field == "customer"))


def other_currency(document: Document, facts: DocumentFacts, way_out: str) -> Problem | None:
    """What stands for a document, or pays or takes its money, is in another currency: it is not the same.

    :param facts: As QuickBooks holds it now; what it shows decides for every document that waits on it.
    """
    ours = document.currency or ""
    if not differ_in_currency(ours, facts.currency):
        return None
    name = f"{facts.quickbooks_type} {facts.quickbooks_id}"
    detail = (
        f"QuickBooks {name} is {facts.money}; Caspen's {document.kind.replace('_', ' ')} {document.number} "
        f"is {amount_text(document.total, ours)}. {way_out}"
    )
    return Problem("currency_mismatch", detail, CauseRef(CauseKind.DOCUMENT_CURRENCY, name))


@dataclass(frozen=True, slots=True)
class Charge:
    """What a person added to a document and another accepted: a late fee, for one."""

    net: Decimal = ZERO
    tax: Decimal = ZERO

    def __bool__(self) -> bool:
        return bool(self.net or self.tax)


NO_CHARGE = Charge()


def charge_of(added: Iterable[LineFacts], codes: Mapping[str, TaxCode], day: date) -> Charge:
    """:param codes: QuickBooks' tax codes by id; :param day: the date by which the lines are taxed."""
    net = tax = ZERO
    for line in added:
        code = codes.get(line.tax_code_id)
        percent = code.percent_on(day) if code else ZERO
        net += line.amount
        tax += (line.amount * percent / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Charge(net, tax)


def agreed_with(document: Document, charge: Charge) -> Document:
    """The document as it has to stand in QuickBooks: Caspen's figures, and what was accepted besides."""
    if not charge or document.subtotal is None or document.tax is None:
        return document
    return replace(
        document,
        subtotal=document.subtotal + charge.net,
        tax=document.tax + charge.tax,
        total=document.total + charge.net + charge.tax,
    )


def compare_sale(document: Document, customer_id: str, facts: DocumentFacts) -> tuple[Difference, ...]:
    """What differs of a staged invoice or credit note, to the cent; ValueError for a payment (no tax)."""
    if document.subtotal is None or document.tax is None:
        raise ValueError(f"{document.kind} {document.id} has no subtotal and tax to compare")
    expected = Expected(
        number=document.number,
        customer_id=customer_id,
        txn_date=document.document_date,
        subtotal=document.subtotal,
        tax=document.tax,
        total=document.total,
        due_date=document.due_date,
        currency=document.currency or "",
    )
    return compare(expected, facts)
