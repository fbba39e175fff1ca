"""What a backfill looks at before it decides, and taking up a document that QuickBooks has already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from caspen_qbo.core.backfill.verdict import BackfillItem, Pairing, Subject, Verdict, pair_payments
from caspen_qbo.core.documents import DocumentFacts, read_facts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.customers import CustomerChoice
from caspen_qbo.core.posting.eligibility import is_historical
from caspen_qbo.core.posting.identity import read_marker
from caspen_qbo.core.records import Allocation, CreditNote, DocumentKind, Invoice
from caspen_qbo.usecases.posting.customers import fetch_clients, plan_customers
from caspen_qbo.usecases.posting.state import Documents
from caspen_qbo.usecases.sending.lookup import fetch_by, fetch_by_number
from caspen_qbo.usecases.shared.changes import Changes
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import restage

ORIGIN = "backfill"


@dataclass
class Evidence:
    """Both sides of a group of numbers."""

    subjects: dict[str, Subject]
    pairings: dict[str, Pairing] = field(default_factory=dict)
    """By number, where QuickBooks has exactly one document of that number."""
    invoice_of: dict[tuple[DocumentKind, int], int] = field(default_factory=dict)
    """Which invoice a document belongs to."""
    customers: list[CustomerChoice] = field(default_factory=list)
    """The customers of the clients of what was found in QuickBooks."""

    def total_of(self, number: str) -> Decimal | None:
        invoice = self.subjects[number].invoice
        return invoice.total if invoice else None

    def check_money(self, item: BackfillItem) -> BackfillItem:
        """A link stands only where the payments on both sides are known to be the same money."""
        obstacle = self.pairings[item.number].obstacle if item.verdict is Verdict.LINK else ""
        if not obstacle:
            return item
        return replace(
            item, verdict=Verdict.CLASH, reason=f"{item.reason} But it cannot be linked: {obstacle}"
        )


def load_evidence(
    session: Session, numbers: Sequence[str], ids: Mapping[str, int], documents: Documents
) -> Evidence:
    """
    Read these numbers on both sides.

    :param ids: The invoices of these numbers, as far as Caspen has them.
    :param documents: What is staged of them.
    """
    invoices = session.billing.fetch_invoices(session.workspace_id, list(ids.values()))
    rows = documents.fetch_documents(DocumentKind.INVOICE, list(ids.values()))
    subjects = {}
    for number in numbers:
        invoice = invoices.get(ids.get(number, 0))
        row = rows.get(invoice.id) if invoice else None
        linked_to = (row.quickbooks_id if row else None) or ""
        synced = row is not None and row.linked and row.synced
        subjects[number] = Subject(number, invoice, linked_to, synced)
    unlinked = {
        n: s for n, s in subjects.items() if s.invoice and not s.linked_to and s.invoice.status != "draft"
    }
    evidence = Evidence(subjects)
    subjects |= _read_quickbooks(session, unlinked, evidence)
    _load_payments(session, evidence)
    return evidence


def _read_quickbooks(
    session: Session, subjects: Mapping[str, Subject], evidence: Evidence
) -> dict[str, Subject]:
    by_number: dict[str, list[DocumentFacts]] = {}
    for body in fetch_by_number(session, "Invoice", list(subjects)):
        facts = read_facts("Invoice", body)
        if not facts.gone:
            by_number.setdefault(facts.doc_number.casefold(), []).append(facts)
    found: dict[str, Subject] = {}
    for number, subject in subjects.items():
        there = _to_compare(session, subject.invoice, by_number.get(number.casefold(), []))
        if there:
            found[number] = replace(subject, there=there)
    clients = fetch_clients(session, {s.invoice.client_id for s in found.values() if s.invoice})
    choices = plan_customers(session, {client.id: client for client in clients.values()})
    evidence.customers = list(choices.values())
    taken = session.store.links.fetch_by_quickbooks_ids(
        session.realm_id, "Invoice", [facts.quickbooks_id for s in found.values() for facts in s.there]
    )
    for number, subject in found.items():
        client = clients.get(subject.invoice.client_id) if subject.invoice else None
        links = [link for facts in subject.there for link in taken.get(facts.quickbooks_id, [])]
        found[number] = replace(
            subject,
            customer_id=choices[client.id].customer_id if client else "",
            stands_for=next((link.key.id for link in links), None),
        )
    return found


def _to_compare(
    session: Session, invoice: Invoice | None, found: Sequence[DocumentFacts]
) -> tuple[DocumentFacts, ...]:
    """
    The QuickBooks invoices of this number that matter.

    One that carries our own mark was posted by us and lost its link; the run takes it up by itself, unless
    the invoice looks historical, as all do after the bookkeeping was lost and the practice connected anew.
    """
    if invoice is None:
        return ()
    mark = (session.workspace_id, DocumentKind.INVOICE.value, invoice.id)
    ours = tuple(facts for facts in found if read_marker(facts.private_note) == mark)
    if not ours:
        return tuple(found)
    return ours if is_historical(invoice, session.connection.first_connected_at) else ()


def _load_payments(session: Session, evidence: Evidence) -> None:
    invoices = {s.invoice.id: s.invoice for s in evidence.subjects.values() if s.invoice is not None}
    note_ids, allocation_ids = session.billing.fetch_related(session.workspace_id, list(invoices))
    notes = session.billing.fetch_credit_notes(session.workspace_id, note_ids)
    allocations = session.billing.fetch_allocations(session.workspace_id, allocation_ids)
    evidence.invoice_of = {
        **{(DocumentKind.INVOICE, invoice_id): invoice_id for invoice_id in invoices},
        **{(DocumentKind.CREDIT_NOTE, note.id): note.invoice_id for note in notes.values()},
        **{(DocumentKind.PAYMENT, a.id): a.invoice_id for a in allocations.values()},
    }
    single = {n: s for n, s in evidence.subjects.items() if len(s.there) == 1}
    payments = _payments(session, [s.there[0] for s in single.values()])
    for number, subject in single.items():
        evidence.pairings[number] = _pair(session, subject, notes, allocations, payments)


def _payments(session: Session, documents: Sequence[DocumentFacts]) -> dict[str, DocumentFacts]:
    ids = [link.txn_id for facts in documents for link in facts.links if link.txn_type == "Payment"]
    return {str(body["Id"]): read_facts("Payment", body) for body in fetch_by(session, "Payment", "Id", ids)}


def _pair(
    session: Session,
    subject: Subject,
    notes: Mapping[int, CreditNote],
    allocations: Mapping[int, Allocation],
    payments: Mapping[str, DocumentFacts],
) -> Pairing:
    invoice, document = subject.invoice, subject.there[0]
    if invoice is None:
        return Pairing(obstacle="Caspen has no such invoice.")
    on_it = [payments[k.txn_id] for k in document.links if k.txn_type == "Payment" and k.txn_id in payments]
    taken = session.store.links.fetch_by_quickbooks_ids(
        session.realm_id, "Payment", [p.quickbooks_id for p in on_it]
    )
    if taken:
        return Pairing(
            obstacle=f"QuickBooks Payment {', '.join(sorted(taken))} stands for another Caspen payment."
        )
    return pair_payments(
        document,
        invoice.balance,
        [a for a in allocations.values() if a.invoice_id == invoice.id],
        on_it,
        sum(note.invoice_id == invoice.id and note.status == "issued" for note in notes.values()),
    )


def find_links(evidence: Evidence, item: BackfillItem) -> dict[DocumentKey, DocumentFacts]:
    """The identical document and its payments, by the Caspen documents they stand for."""
    invoice, document = evidence.subjects[item.number].invoice, item.document
    if invoice is None or document is None:
        raise ValueError(f"{item.number}: a link needs both documents")
    pairs = evidence.pairings[item.number].pairs
    links = {DocumentKey(DocumentKind.INVOICE, invoice.id): document}
    return links | {DocumentKey(DocumentKind.PAYMENT, id_): payment for id_, payment in pairs}


def link_existing(session: Session, evidence: Evidence, item: BackfillItem) -> None:
    """Link the identical document and its payments, all or nothing; they are synced from then on."""
    links, store = find_links(evidence, item), session.store
    with store.transaction():
        changes = Changes()
        for key, document in store.documents.fetch(links).items():
            facts = links[key]
            changes.link(document, facts, origin=ORIGIN)
            figures = f"{facts.quickbooks_type} {facts.quickbooks_id}, total {facts.total:.2f}"
            changes.note(document, "linked by a backfill", f"{figures}, run {session.run_id}")
        changes.write(session)
        # What is linked is no longer historical, and gets the version it stands at.
        restage(session, [key.id for key in links if key.kind is DocumentKind.INVOICE])
        for key, document in store.documents.fetch(links).items():
            store.documents.mark_synced(key, document.version)
            store.unsynced.resolve(key, resolution="linked by a backfill")
