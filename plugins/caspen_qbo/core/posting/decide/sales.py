"""Invoices and credit notes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from caspen_qbo.core.cause import CauseKind, CauseRef
from caspen_qbo.core.documents import Body, DocumentFacts, read_facts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.money import ZERO
from caspen_qbo.core.posting.customers import CustomerChoice
from caspen_qbo.core.posting.decide.accepted import OVERWRITES, AcceptedEdits, find_overwritten
from caspen_qbo.core.posting.decide.decisions import (
    CHANGED,
    NO_CHARGE,
    NO_INVOICE,
    UNCONFIRMED,
    AlreadyEqual,
    Charge,
    Create,
    Decision,
    Hold,
    HoldDifferent,
    LinkExisting,
    Unreadable,
    Update,
    agreed_with,
    compare_sale,
    find_edits,
    hold_missing,
    other_currency,
    say_edited,
)
from caspen_qbo.core.posting.document import Document, InvoiceStanding
from caspen_qbo.core.posting.identity import read_marker
from caspen_qbo.core.posting.merging import Merged
from caspen_qbo.core.posting.own_voids import has_persons_number, is_own_void
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.records import Client, CreditNote, DocumentKind, Invoice
from caspen_qbo.core.writes import ENTITY, Step

ANOTHER_CURRENCY = (
    "Give it a customer of Caspen's currency in QuickBooks, or delete it there; it is then linked, or posted."
)
"""What to do about a transaction that stands for a document in another currency."""


@dataclass(frozen=True, slots=True)
class SaleSituation:
    document: Document
    record: Invoice | CreditNote | None
    """As Caspen shows it now; None when that is no longer what was staged."""
    problems: tuple[Problem, ...] = ()
    """Found before anything is asked of QuickBooks; then the following is not read."""
    there: Body | None = None
    """The posted document as QuickBooks holds it now."""
    same_number: tuple[DocumentFacts, ...] = ()
    """Of one that is new, or has another number now: what QuickBooks has under it."""
    own_ids: Collection[str] = ()
    """Which of these stand, or stood, for documents of this workspace."""
    unread: str = ""
    """Why QuickBooks did not show it, or what has its number; empty: it showed all there is."""
    steps: frozenset[str] = frozenset()
    """Taken for this version already."""
    invoice: InvoiceStanding | None = None
    """Of a credit note."""
    currency: str = ""
    """Of a credit note: its invoice's."""
    customer_owners: Collection[int] = ()
    """The clients that are, or once were, linked to the customer the posted invoice stands on."""
    clients: Mapping[int, Client] = field(default_factory=dict)
    """Those clients and the document's own; one merged in Caspen is given as its survivor."""
    accepted_customer: str | None = None
    """The customer on the document as a person accepted it for its client."""
    accepted: AcceptedEdits | None = None
    """The document as a person accepted it."""
    charge: Charge = NO_CHARGE
    """What the accepted lines that are a person's own come to."""
    merged: Collection[str] = ()
    """Customers that are inactive or gone by now, of those the posted document stood on."""


def decide_sale(s: SaleSituation) -> Decision:
    """Of an invoice that is to be created the customer is chosen next, by :func:`decide_customer`."""
    if s.record is None:
        return CHANGED
    if s.document.kind is DocumentKind.CREDIT_NOTE and not (s.invoice and s.invoice.ready):
        return NO_INVOICE
    if s.problems:
        return Hold(s.problems)
    if s.unread:
        return Unreadable(s.unread)
    return _decide_posted(s) if s.document.linked else _decide_new(s, s.record.workspace_id)


def _decide_new(s: SaleSituation, workspace_id: int) -> Decision:
    """QuickBooks accepts two documents of one number unless a warning is switched on that the API cannot see,
    so the number must be free there. What carries our own mark was posted by us.
    """
    standing = [facts for facts in s.same_number if not facts.voided]
    mark = (workspace_id, s.document.kind.value, s.document.id)
    ours = next((facts for facts in standing if read_marker(facts.private_note) == mark), None)
    if ours is not None:
        if problem := other_currency(s.document, ours, ANOTHER_CURRENCY):
            return Hold((problem,))
        return LinkExisting(ours, equal=not compare_sale(s.document, ours.customer_id, ours))
    if standing:
        return Hold((_number_taken(s.document, standing[0], workspace_id),))
    voids = _find_own_voids(s, workspace_id)
    return voids if isinstance(voids, Hold) else Create(voids=voids)


def _find_own_voids(s: SaleSituation, workspace_id: int) -> tuple[DocumentFacts, ...] | Hold:
    """Our own voided documents under its number, which give it up; not one that a person numbered."""
    kind = s.document.kind.value
    voids = tuple(one for one in s.same_number if is_own_void(one, workspace_id, kind, s.own_ids))
    persons = next((one for one in voids if has_persons_number(one)), None)
    return voids if persons is None else Hold((_number_given(s.document, persons),))


def _number_given(document: Document, void: DocumentFacts) -> Problem:
    dated = void.txn_date.isoformat() if void.txn_date else "no date"
    detail = (
        f"QuickBooks {ENTITY[document.kind]} {void.quickbooks_id} of {dated} has the number "
        f"{void.doc_number}. It is voided and was posted from Caspen under another, which a person changed "
        "to this one: give it another number in QuickBooks, then Retry."
    )
    return Problem("duplicate_document_number", detail)


def hold_equal_numbers(
    decided: Iterable[tuple[SaleSituation, Decision]],
) -> list[tuple[SaleSituation, Decision]]:
    """Of new documents whose numbers differ in letter case alone the first goes, the others wait: neither is
    in QuickBooks yet, where they would be one number twice.
    """
    first: dict[str, Document] = {}
    result: list[tuple[SaleSituation, Decision]] = []
    for situation, decision in decided:
        document, final = situation.document, decision
        if isinstance(decision, Create):
            other = first.setdefault(document.number.casefold(), document)
            if other.id != document.id:
                final = Hold((_own_number(document, other.id, other.number, "is posted in the same run"),))
        result.append((situation, final))
    return result


def _own_number(document: Document, other_id: int, number: str, where: str) -> Problem:
    kind = document.kind.replace("_", " ")
    detail = (
        f"Caspen's {kind} {number} {where}. To QuickBooks, {document.number} is the same number: it takes no "
        f"notice of letter case. Give one of the two another number in Caspen; this {kind} then posts "
        "automatically."
    )
    cause = CauseRef(CauseKind.OWN_NUMBER, str(DocumentKey(document.kind, other_id)))
    return Problem("duplicate_document_number", detail, cause)


def _number_taken(document: Document, facts: DocumentFacts, workspace_id: int) -> Problem:
    entity, mark = ENTITY[document.kind], read_marker(facts.private_note)
    dated = facts.txn_date.isoformat() if facts.txn_date else "no date"
    if mark is not None and mark[:2] == (workspace_id, document.kind.value):
        where = f"is QuickBooks {entity} {facts.quickbooks_id} of {dated}, total {facts.total:.2f}"
        return _own_number(document, mark[2], facts.doc_number, where)
    detail = (
        f"QuickBooks {entity} {facts.quickbooks_id} of {dated}, total {facts.money}, already has the "
        f"number {facts.doc_number}."
    )
    return Problem("duplicate_document_number", detail)


def _decide_posted(s: SaleSituation) -> Decision:
    document, entity = s.document, ENTITY[s.document.kind]
    facts = read_facts(entity, s.there) if s.there else None
    if s.there is None or facts is None or facts.gone:
        return hold_missing(document)
    differences = compare_sale(agreed_with(document, s.charge), facts.customer_id, facts)
    home = s.invoice.customer_id if s.invoice else ""
    if changed := find_edits(document, facts, s.merged, home):
        # A person may have made it equal by hand.
        return (
            HoldDifferent("changed_in_quickbooks", changed, say_edited(document))
            if differences
            else AlreadyEqual(facts)
        )
    moves = _is_on_another_customer(s, facts.customer_id)
    if not moves and (problem := other_currency(document, facts, ANOTHER_CURRENCY)):
        return Hold((problem,))
    posted = Step.POST in s.steps
    if home and facts.customer_id != home and not differences:
        return Update(s.there)  # a credit memo follows its invoice, or it could not be applied to it
    if Step.CORRECT in s.steps or (posted and not differences):
        return HoldDifferent("totals_mismatch", differences) if differences else AlreadyEqual(facts)
    if problem := _more_paid_than_due(document, facts) or _renumbered_onto_another(s, facts):
        return Hold((problem,))
    if posted and s.charge:  # Caspen's tax stated for the whole would take the tax of the charge off
        return HoldDifferent("totals_mismatch", compare_sale(document, facts.customer_id, facts))
    step = Step.CORRECT if posted else Step.POST
    voids = _find_own_voids(s, s.record.workspace_id) if s.record and _is_renumbered(s, facts) else ()
    if isinstance(voids, Hold):
        return voids
    return Update(s.there, step, moves=moves, voids=voids)


def _is_renumbered(s: SaleSituation, facts: DocumentFacts) -> bool:
    return facts.doc_number.casefold() != s.document.number.casefold()


def _renumbered_onto_another(s: SaleSituation, facts: DocumentFacts) -> Problem | None:
    """QuickBooks would mostly take the number a second time."""
    if s.record is None or not _is_renumbered(s, facts):
        return None
    others = (one for one in s.same_number if not one.voided and one.quickbooks_id != facts.quickbooks_id)
    other = next(others, None)
    return _number_taken(s.document, other, s.record.workspace_id) if other is not None else None


def _more_paid_than_due(document: Document, facts: DocumentFacts) -> Problem | None:
    """QuickBooks refuses that for deposits, but of someone's payment silently leaves the excess unapplied."""
    paid = facts.total - facts.balance
    if document.kind is not DocumentKind.INVOICE or paid <= max(document.total, ZERO):
        return None
    by = ", ".join(f"{link.txn_type} {link.txn_id}" for link in facts.links)
    detail = (
        f"Caspen's version comes to {document.total:.2f}, but {paid:.2f} is paid on QuickBooks Invoice "
        f"{facts.quickbooks_id} ({by or 'a deposit on the invoice itself'}). Remove or lower that in "
        "QuickBooks, then Retry. The posted document stays as it was."
    )
    return Problem("changed_in_quickbooks", detail)


def _is_on_another_customer(s: SaleSituation, customer_id: str) -> bool:
    """Given to another client, or moved to another customer and sent again. An accepted one stays."""
    posted = s.document.as_posted
    if s.document.kind is not DocumentKind.INVOICE:
        return False
    if posted is not None and posted.customer_id != customer_id and posted.customer_id in s.merged:
        return False  # QuickBooks merged two customers: it stays where that put it
    if s.accepted_customer == customer_id:
        return False
    client = s.clients.get(s.document.client_id or 0)
    owners = [owner for id_ in s.customer_owners if (owner := s.clients.get(id_)) is not None]
    # On a customer its client was linked to before, it stays: a link that changed moves nothing posted.
    return client is None or all(owner.id != client.id for owner in owners)


def decide_customer(document: Document, decision: Create | Update, choice: CustomerChoice | None) -> Decision:
    """For whom an invoice is created, or to whom it moves."""
    if choice is None:
        return Hold((Problem("other", f"Caspen's client {document.client_id} cannot be read."),))
    if choice.problem is not None:
        return Hold((choice.problem,))
    return UNCONFIRMED if choice.unconfirmed else replace(decision, customer=choice)


def decide_merged(document: Document, decision: Update, merged: Merged) -> Update | Hold:
    """What a person filled in on a line that Caspen no longer has goes with it only once that person, or
    another, has seen it and wants Caspen's version; something done to the document since is seen again.
    """
    posted = document.as_posted
    seen = document.resent and posted is not None and posted.sync_token == str(decision.current["SyncToken"])
    if seen or not merged.lost:
        return decision
    entity = ENTITY[document.kind]
    lines = "this line" if len(merged.lost) == 1 else "these lines"
    detail = (
        f"QuickBooks {entity} {document.quickbooks_id}: {'; '.join(merged.lost)}; Caspen no longer has "
        f"{lines}. Send Caspen's version again, and it goes; or put it on another line in QuickBooks, then "
        "Retry. The posted document stays as it was."
    )
    return Hold((Problem("changed_in_quickbooks", detail),))


def decide_accepted(s: SaleSituation, decision: Update, merged: Merged) -> Update | HoldDifferent:
    """What a person accepted is agreed; Caspen's next version undoes none of it unseen."""
    if s.accepted is None or not s.accepted.hold(read_facts(ENTITY[s.document.kind], decision.current)):
        return decision
    lost = find_overwritten(s.accepted, s.document, s.charge, decision.current, merged.payload)
    return HoldDifferent("changed_in_quickbooks", lost, OVERWRITES) if lost else decision


def only_application_missing(document: Document, steps: frozenset[str], invoice: InvoiceStanding) -> bool:
    """Of a posted credit note: its figures are right already, and it stands on its invoice's customer. Not
    where it was posted by us and no request says so any more: then a person wants Caspen's version again,
    whatever was edited.
    """
    facts = document.as_posted
    if facts is None or facts.customer_id != invoice.customer_id:
        return False
    if document.resent or (document.origin == "caspen" and Step.POST not in steps):
        return False
    return not compare_sale(document, facts.customer_id, facts)
