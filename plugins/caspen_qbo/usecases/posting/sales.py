"""Invoices and credit notes: reading both sides of a page and deciding what becomes of each."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from caspen_qbo.core.documents import Body, DocumentFacts, read_facts, ref_of
from caspen_qbo.core.posting.decide import Decided
from caspen_qbo.core.posting.decide.credits import FOREIGN
from caspen_qbo.core.posting.decide.decisions import Create, Decision, Update, other_currency
from caspen_qbo.core.posting.decide.sales import (
    SaleSituation,
    decide_accepted,
    decide_customer,
    decide_merged,
    decide_sale,
    hold_equal_numbers,
    only_application_missing,
)
from caspen_qbo.core.posting.document import Document, is_still_as_staged
from caspen_qbo.core.posting.identity import foresee_numbers
from caspen_qbo.core.posting.mapping import states_tax
from caspen_qbo.core.posting.merging import merge_document
from caspen_qbo.core.posting.readiness import check_credit_note, check_invoice, check_staged
from caspen_qbo.core.query_text import is_queryable
from caspen_qbo.core.records import CreditNote, DocumentKind, Invoice
from caspen_qbo.core.writes import ENTITY, Step
from caspen_qbo.settings import BATCH_ITEMS_MAX, QUERY_IN_MAX
from caspen_qbo.usecases.posting.carrying_out.writes import added_on, map_payload
from caspen_qbo.usecases.posting.customers import fetch_clients, plan_customers
from caspen_qbo.usecases.posting.standings import read_standings
from caspen_qbo.usecases.posting.state import Posting
from caspen_qbo.usecases.sending.around import fetch_free
from caspen_qbo.usecases.sending.lookup import fetch_by_number, look_up
from caspen_qbo.usecases.sending.record import find_charge
from caspen_qbo.usecases.sending.successors import find_merged
from caspen_qbo.usecases.shared.session import Session


def decide_invoices(posting: Posting) -> Iterator[Sequence[Decided]]:
    """Create the invoices QuickBooks does not have and bring the others to Caspen's version."""
    session = posting.session
    for page in posting.documents.fetch_work(DocumentKind.INVOICE, "present"):
        records = session.billing.fetch_invoices(session.workspace_id, [document.id for document in page])
        changed = {document.id for document in page if document.linked}
        _refresh_figures(session, records.values(), changed)
        situations = []
        for document in page:
            record = records.get(document.id)
            if is_still_as_staged(document, record) and record is not None:
                problems = session.checked(partial(check_invoice, record))
                problems += tuple(check_staged(document))
                # Staged by an earlier version it has no currency; this is the revision that was staged.
                staged = replace(document, currency=record.currency)
                situations.append(SaleSituation(staged, record, problems))
            else:
                situations.append(SaleSituation(document, None))
        decided = [(s, decide_sale(s)) for s in _read_owners(session, _read_there(posting, situations))]
        yield _decide_merges(session, _decide_customers(posting, hold_equal_numbers(decided)))


def decide_credit_notes(posting: Posting) -> Iterator[Sequence[Decided]]:
    """Create the credit memos of notes whose invoice is in QuickBooks; applying them is the next step."""
    session = posting.session
    for page in posting.documents.fetch_work(DocumentKind.CREDIT_NOTE, "present"):
        notes = session.billing.fetch_credit_notes(session.workspace_id, [document.id for document in page])
        standings = posting.documents.fetch_invoice_standings([document.invoice_id for document in page])
        standings = read_standings(posting, standings)
        invoices = session.billing.fetch_invoices(session.workspace_id, list(standings))
        steps = _fetch_steps(session, page)
        _refresh_figures(session, notes.values(), notes.keys())
        situations = []
        for document in page:
            note, standing = notes.get(document.id), standings.get(document.invoice_id)
            ready = note is not None and note.status == "issued" and standing is not None and standing.ready
            if ready and standing and only_application_missing(document, steps[document.id], standing):
                continue
            problems = session.checked(partial(check_credit_note, note)) if ready and note else ()
            problems += tuple(check_staged(document)) if ready else ()
            invoice = invoices.get(document.invoice_id)
            there = posting.foreign_invoices.get(standing.quickbooks_id) if ready and standing else None
            if there and invoice:
                staged = replace(document, currency=invoice.currency)
                problems += tuple(filter(None, [other_currency(staged, there, FOREIGN)]))
            situations.append(
                SaleSituation(
                    document,
                    note if note is not None and note.status == "issued" else None,
                    problems,
                    invoice=standing,
                    currency=invoice.currency if invoice else "",
                )
            )
        decided = [(s, decide_sale(s)) for s in _read_there(posting, situations)]
        yield _decide_merges(session, hold_equal_numbers(decided))


def _refresh_figures(
    session: Session, records: Iterable[Invoice | CreditNote], changed: Collection[int]
) -> None:
    """Before tax is sent. Without tax a document's figures are the same whatever the lists say by now. A new
    invoice whose tax QuickBooks computes, as it lately computed Caspen's, needs no reading: its answer says
    what was computed, and one batch at most goes before that is known.

    :param changed: Of these an answer comes too late: they are posted already, or are credit notes.
    """
    taxed = [record for record in records if record.carries_tax]
    if not taxed:
        return
    few_and_new = len(taxed) <= BATCH_ITEMS_MAX and not any(record.id in changed for record in taxed)
    if few_and_new and session.tax_answered:
        context = session.context()
        if not any(states_tax(record, context) for record in taxed):
            return
    session.refresh_figures()


def _read_there(posting: Posting, situations: Sequence[SaleSituation]) -> list[SaleSituation]:
    """What QuickBooks holds of those that may go: by its id where it is linked, else under its number."""
    session = posting.session
    going = [s for s in situations if s.record is not None and not s.problems]
    if not going:
        return list(situations)
    going = [s for s in going if s.document.kind is DocumentKind.INVOICE or (s.invoice and s.invoice.ready)]
    linked = [s.document for s in going if s.document.linked]
    numbered_now = [s.document for s in going if not _has_its_number(s.document)]
    kind = situations[0].document.kind
    found = look_up(session, ENTITY[kind], [str(document.quickbooks_id) for document in linked])
    there, unread_numbers = found.there, set[str]()
    numbered = _fetch_by_number(posting, ENTITY[kind], numbered_now, unread_numbers)
    numbered = _with_own_removed(session, ENTITY[kind], numbered_now, numbered)
    own = _find_own(session, ENTITY[kind], numbered)
    steps, merged = _fetch_steps(session, linked), find_merged(session, linked, there)
    accepted = session.store.decisions.fetch_accepted(kind, [document.id for document in linked])
    return [
        replace(
            s,
            there=there.get(s.document.quickbooks_id or ""),
            same_number=numbered.get(s.document.number.casefold(), ()),
            own_ids=own,
            unread=found.describe(ENTITY[kind], s.document.quickbooks_id)
            or _describe_number(s.document, unread_numbers),
            steps=steps.get(s.document.id, frozenset()),
            merged=merged,
            accepted=accepted[s.document.id].edits if s.document.id in accepted else None,
            charge=find_charge(session, s.document, accepted.get(s.document.id)),
        )
        for s in situations
    ]


def _has_its_number(document: Document) -> bool:
    """QuickBooks has it under this number already."""
    then = document.as_posted
    return then is not None and then.doc_number.casefold() == document.number.casefold()


def _describe_number(document: Document, unread: Collection[str]) -> str:
    if document.number not in unread:
        return ""
    return (
        f"QuickBooks fails to show an {ENTITY[document.kind]} of number {document.number}: it may be this "
        "very document, so it is not posted a second time."
    )


def _fetch_by_number(
    posting: Posting, entity: str, documents: Collection[Document], unread: set[str]
) -> Mapping[str, tuple[DocumentFacts, ...]]:
    """What stands under these numbers. Nothing is asked for one that was free when it was last known; what is
    asked is asked together with the numbers that come next.
    """
    session = posting.session
    free = set[str]() if posting.dry else _take_free(posting, entity, documents)
    asked = [document.number for document in documents if document.number.casefold() not in free]
    found: dict[str, tuple[DocumentFacts, ...]] = {}
    room = -len(asked) % QUERY_IN_MAX
    coming = [n for n in foresee_numbers(asked, room) if is_queryable(n)] if not posting.reads_all else []
    for body in fetch_by_number(session, entity, [*asked, *coming], unread) if asked else ():
        facts = read_facts(entity, body)
        number = facts.doc_number.casefold()
        found[number] = (*found.get(number, ()), facts)
    if coming:
        taken = found.keys() | {number.casefold() for number in unread}
        coming = [number for number in coming if number.casefold() not in taken]
        session.store.known.record_free(session.realm_id, entity, {number.casefold() for number in coming})
    return found


def _take_free(posting: Posting, entity: str, documents: Collection[Document]) -> set[str]:
    """Numbers of new documents under which nothing stood when QuickBooks was asked, and nothing was made
    since by what was read and reported. Each is used once, also where it is asked for all the same: reading
    may be thrifty again in the next run.
    """
    session = posting.session
    new = {document.number.casefold() for document in documents if document.link is None}
    if not new:
        return set()
    free = set[str]() if posting.reads_all else fetch_free(session, entity, new)
    if used := new if posting.reads_all else free:
        session.store.known.delete_free(session.realm_id, entity, used)
    return free


def _with_own_removed(
    session: Session,
    entity: str,
    documents: Collection[Document],
    numbered: Mapping[str, tuple[DocumentFacts, ...]],
) -> Mapping[str, tuple[DocumentFacts, ...]]:
    """Ours under these numbers that were voided or removed, read by id: a query may be late with them."""
    wanted = {document.number.casefold() for document in documents}
    ids = session.store.links.fetch_removed_ids(session.realm_id, entity, wanted)
    missing = ids - {facts.quickbooks_id for found in numbered.values() for facts in found}
    found = dict(numbered)
    for body in look_up(session, entity, missing).there.values() if missing else ():
        facts = read_facts(entity, body)
        if (number := facts.doc_number.casefold()) in wanted:
            found[number] = (*found.get(number, ()), facts)
    return found


def _find_own(
    session: Session, entity: str, numbered: Mapping[str, tuple[DocumentFacts, ...]]
) -> frozenset[str]:
    """Of the voided ones: those that stand, or stood, for a document of this workspace."""
    voids = {facts.quickbooks_id for found in numbered.values() for facts in found if facts.voided}
    links = session.store.links.fetch_by_quickbooks_ids(session.realm_id, entity, voids)
    return frozenset(
        quickbooks_id
        for quickbooks_id, rows in links.items()
        if any(row.workspace_id == session.workspace_id for row in rows)
    )


def _fetch_steps(session: Session, documents: Sequence[Document]) -> dict[int, frozenset[str]]:
    """The steps taken for each document's version as it is now."""
    if not documents:
        return {}
    taken = session.store.requests.fetch_steps(documents[0].kind, [document.id for document in documents])
    return {
        document.id: frozenset(
            step for id_, step, version in taken if (id_, version) == (document.id, document.version)
        )
        for document in documents
    }


def _decide_merges(session: Session, decided: Sequence[Decided]) -> list[Decided]:
    """Hold the updates by which something that a person filled in, or accepted, would go unseen."""
    result: list[Decided] = []
    for situation, decision in decided:
        final = decision
        if isinstance(decision, Update) and isinstance(situation, SaleSituation):
            corrected = decision.step is Step.CORRECT
            sent = map_payload(situation, _customer(decision.current), session.context(), corrected)
            merged = merge_document(situation.document, decision.current, sent, added_on(situation))
            final = decide_merged(situation.document, decision, merged)
            if final is decision:
                final = decide_accepted(situation, decision, merged)
        result.append((situation, final))
    return result


def _read_owners(session: Session, situations: Sequence[SaleSituation]) -> list[SaleSituation]:
    posted = [s for s in situations if s.there is not None]
    if not posted:
        return list(situations)
    customers = {s.document.id: _customer(s.there) for s in posted}
    owners = session.store.customers.fetch_ever_linked(session.realm_id, set(customers.values()))
    people = {id_ for linked in owners.values() for id_ in linked}
    clients = fetch_clients(session, people | {id_ for s in posted if (id_ := s.document.client_id)})
    chosen = session.store.decisions.fetch_accepted(DocumentKind.INVOICE, list(customers))
    accepted = {
        s.document.id: acceptance.facts.customer_id
        for s in posted
        if (acceptance := chosen.get(s.document.id)) is not None
        and acceptance.client_id in (None, s.document.client_id)
    }
    return [
        replace(
            s,
            customer_owners=owners.get(customers.get(s.document.id, ""), ()),
            clients=clients,
            accepted_customer=accepted.get(s.document.id),
        )
        for s in situations
    ]


def _customer(body: Body | None) -> str:
    return ref_of(body or {}, "CustomerRef")


def _decide_customers(posting: Posting, decided: Sequence[Decided]) -> list[Decided]:
    """For whom invoices are created, and to whom they move."""
    session = posting.session
    needing = {s.document.key: s.document for s, decision in decided if _needs_customer(decision)}
    client_ids = {document.client_id for document in needing.values() if document.client_id is not None}
    clients = fetch_clients(session, client_ids)
    choices = plan_customers(
        session, {client.id: client for client in clients.values()}, reads_all=posting.reads_all
    )
    result: list[Decided] = []
    for situation, decision in decided:
        document, final = situation.document, decision
        if isinstance(decision, Create | Update) and document.key in needing:
            client = clients.get(document.client_id or 0)
            final = decide_customer(document, decision, choices[client.id] if client else None)
        result.append((situation, final))
    return result


def _needs_customer(decision: Decision) -> bool:
    return isinstance(decision, Create) or (isinstance(decision, Update) and decision.moves)
