"""What a backfill reads of some numbers before it decides, and linking what QuickBooks has already."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from caspen_qbo.core.backfill.verdict import Pairing, Subject, pair_payments
from caspen_qbo.core.documents import DocumentFacts, read_facts
from caspen_qbo.core.posting.customers import CustomerChoice
from caspen_qbo.core.posting.eligibility import is_historical
from caspen_qbo.core.posting.identity import read_marker
from caspen_qbo.core.records import DocumentKind, Invoice
from caspen_qbo.usecases.posting.customers import fetch_clients, plan_customers
from caspen_qbo.usecases.posting.state import Documents
from caspen_qbo.usecases.sending.lookup import fetch_by, fetch_by_number
from caspen_qbo.usecases.shared.changes import Changes
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import restage

ORIGIN = "backfill"


@dataclass(frozen=True, slots=True)
class Evidence:
    subjects: dict[str, Subject]
    customers: Collection[CustomerChoice]
    """Of the clients whose numbers QuickBooks has."""


def load_evidence(
    session: Session, numbers: Sequence[str], ids: Mapping[str, int], documents: Documents
) -> Evidence:
    """Read these numbers on both sides; ids and documents are of those that Caspen has. Writes nothing."""
    invoices = session.billing.fetch_invoices(session.workspace_id, list(ids.values()))
    staged = documents.fetch_documents(DocumentKind.INVOICE, list(ids.values()))
    subjects = {}
    for number in numbers:
        document = staged.get(ids.get(number, 0))
        linked_to = (document.quickbooks_id if document else None) or ""
        synced = document is not None and document.linked and document.synced
        subjects[number] = Subject(number, invoices.get(ids.get(number, 0)), linked_to, synced)
    there = _find_documents(session, [s for s in subjects.values() if s.invoice and not s.linked_to])
    found = {number: invoice for number in there if (invoice := subjects[number].invoice)}
    clients = fetch_clients(session, {invoice.client_id for invoice in found.values()})
    customers = plan_customers(session, {client.id: client for client in clients.values()}, reads_all=True)
    theirs = [facts.quickbooks_id for documents_there in there.values() for facts in documents_there]
    taken = session.store.links.fetch_by_quickbooks_ids(session.realm_id, "Invoice", theirs)
    pairings = _pair_payments(session, [(found[n], d[0]) for n, d in there.items() if len(d) == 1])
    for number, invoice in found.items():
        client = clients.get(invoice.client_id)
        links = [link for facts in there[number] for link in taken.get(facts.quickbooks_id, ())]
        subjects[number] = replace(
            subjects[number],
            there=there[number],
            customer_id=customers[client.id].customer_id if client else "",
            stands_for=links[0].key.id if links else None,
            pairing=pairings.get(invoice.id, Pairing()),
        )
    return Evidence(subjects, customers.values())


def _find_documents(session: Session, subjects: Sequence[Subject]) -> dict[str, tuple[DocumentFacts, ...]]:
    """The QuickBooks invoices that matter, by number. One with our own mark is left to the run, which
    restores its link, unless it looks historical, as all do after the bookkeeping was lost and the practice
    connected again: docs/decisions/0009-backfill.md.
    """
    invoices = {s.number: s.invoice for s in subjects if s.invoice and s.invoice.status != "draft"}
    by_number: dict[str, list[DocumentFacts]] = {}
    for body in fetch_by_number(session, "Invoice", list(invoices)):
        facts = read_facts("Invoice", body)
        if not facts.gone:
            by_number.setdefault(facts.doc_number.casefold(), []).append(facts)
    there = {}
    for number, invoice in invoices.items():
        found = by_number.get(number.casefold(), [])
        mark = (session.workspace_id, DocumentKind.INVOICE.value, invoice.id)
        if ours := [facts for facts in found if read_marker(facts.private_note) == mark]:
            found = ours if is_historical(invoice, session.connection.first_connected_at) else []
        if found:
            there[number] = tuple(found)
    return there


def _pair_payments(session: Session, sides: Sequence[tuple[Invoice, DocumentFacts]]) -> dict[int, Pairing]:
    """By invoice id; ``sides`` are invoices, each with the one QuickBooks document of its number."""
    invoice_ids = [invoice.id for invoice, _ in sides]
    note_ids, allocation_ids = session.billing.fetch_related(session.workspace_id, invoice_ids)
    notes = session.billing.fetch_credit_notes(session.workspace_id, note_ids).values()
    allocations = session.billing.fetch_allocations(session.workspace_id, allocation_ids).values()
    ids = [link.txn_id for _, facts in sides for link in facts.links if link.txn_type == "Payment"]
    bodies = fetch_by(session, "Payment", "Id", ids)
    payments = {str(body["Id"]): read_facts("Payment", body) for body in bodies}
    taken = session.store.links.fetch_by_quickbooks_ids(session.realm_id, "Payment", list(payments))
    pairings = {}
    for invoice, facts in sides:
        named = [link.txn_id for link in facts.links if link.txn_type == "Payment"]
        if known := sorted(taken.keys() & set(named)):
            obstacle = f"QuickBooks Payment {', '.join(known)} stands for another Caspen payment."
            pairings[invoice.id] = Pairing(obstacle=obstacle)
            continue
        pairings[invoice.id] = pair_payments(
            facts,
            invoice.balance,
            [allocation for allocation in allocations if allocation.invoice_id == invoice.id],
            [payments[payment_id] for payment_id in named if payment_id in payments],
            sum(note.invoice_id == invoice.id and note.status == "issued" for note in notes),
        )
    return pairings


def link_existing(session: Session, subjects: Sequence[Subject]) -> None:
    """Link identical documents and their payments, all or nothing; they are synced from then on."""
    links = {key: facts for subject in subjects for key, facts in subject.links.items()}
    store, changes = session.store, Changes()
    with store.transaction():
        for key, document in store.documents.fetch(links).items():
            facts = links[key]
            changes.link(document, facts, origin=ORIGIN)
            figures = f"{facts.quickbooks_type} {facts.quickbooks_id}, total {facts.total:.2f}"
            changes.note(document, "linked by a backfill", f"{figures}, run {session.run_id}")
        changes.write(session)
        # What is linked is no longer historical, and gets the version it is linked at.
        restage(session, [key.id for key in links if key.kind is DocumentKind.INVOICE])
        documents = store.documents.fetch(links)
        store.documents.mark_all_synced({key: document.version for key, document in documents.items()})
        store.unsynced.resolve_all(links, resolution="linked by a backfill")
