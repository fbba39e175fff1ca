"""What became of QuickBooks' customers: which are inactive or gone, and which others took their place."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from caspen_qbo.core.accounting import Absence
from caspen_qbo.core.cause import CauseKind, CauseRef
from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.decisions.successors import (
    CustomerFacts,
    StandingDocument,
    Successor,
    decide_successor,
    read_customer,
)
from caspen_qbo.core.documents import Body, ref_of
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.query_text import quote
from caspen_qbo.hooks.store.posting.customers import LinkChange
from caspen_qbo.settings import QUERY_IN_MAX
from caspen_qbo.usecases.sending.lookup import fetch_by
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Customers:
    """What QuickBooks says of some customers."""

    there: Mapping[str, CustomerFacts]
    """The inactive too."""
    unreadable: frozenset[str] = frozenset()
    """QuickBooks fails on them: nothing may be concluded."""

    def ended(self, ids: Iterable[str]) -> frozenset[str]:
        """Which of those asked for are inactive, or not there any more."""
        known = self.there
        return frozenset(
            id_ for id_ in ids if not (known[id_].active if id_ in known else id_ in self.unreadable)
        )


def look_up_customers(session: Session, ids: Collection[str]) -> Customers:
    """Customers by id; a call for a hundred, none for none. One it fails on is asked for alone."""
    there: dict[str, CustomerFacts] = {}
    unreadable: set[str] = set()
    for chunk in chunked(sorted(set(ids)), QUERY_IN_MAX):
        skipped: list[str] = []
        where = (
            f"Id IN ({', '.join(quote(customer_id) for customer_id in chunk)}) AND Active IN (true, false)"
        )
        for body in session.accounting.query("Customer", where, skipped=skipped):
            there[str(body["Id"])] = read_customer(body)
        for customer_id in [id_ for id_ in chunk if skipped and id_ not in there]:
            reading = session.accounting.read("Customer", customer_id)
            if reading.body is not None:
                there[customer_id] = read_customer(reading.body)
            elif reading.absence is Absence.UNREADABLE:
                unreadable.add(customer_id)
    return Customers(there, frozenset(unreadable))


def find_merged(session: Session, documents: Iterable[Document], there: Mapping[str, Body]) -> frozenset[str]:
    """Of the customers that these documents stood on and do not any more, those that are inactive or gone:
    their documents were moved by a merge. Read only where a document moved.

    :param there: What QuickBooks holds of the documents now, by its id.
    """
    left = {
        document.as_posted.customer_id
        for document in documents
        if document.as_posted is not None
        and (body := there.get(document.quickbooks_id or "")) is not None
        and ref_of(body, "CustomerRef") not in ("", document.as_posted.customer_id)
    }
    return look_up_customers(session, left).ended(left)


def find_successors(session: Session, customer_ids: Collection[str]) -> dict[str, Successor]:
    """What became of these customers of clients, by their id; no entry: it is active. Reads them, and where
    one is not active its documents; writes nothing.
    """
    customers = look_up_customers(session, customer_ids)
    ended = customers.ended(customer_ids)
    if not ended:
        return {}
    documents = session.store.customers.fetch_standing(session.realm_id, ended)
    return _decide(session, ended, _read_customers_of(session, documents), customers.there)


def find_successors_read(session: Session, customer_ids: Collection[str]) -> dict[str, Successor]:
    """The same for customers known to be inactive or gone, from documents that were just read back."""
    documents = session.store.customers.fetch_standing(session.realm_id, customer_ids)
    moved = {one.customer_id for one in documents if one.read_customer not in (None, one.customer_id)}
    if not moved:
        return {}
    customers = look_up_customers(session, moved)
    return _decide(session, customers.ended(moved), documents, customers.there)


def find_moved_to(session: Session, customer_id: str, to: str) -> tuple[DocumentKey, ...]:
    """What was posted on a customer that is inactive or gone, and stands on ``to`` now: a merge moved it, and
    a person says that this one took its place. Nothing where the customer is active.
    """
    asked = [customer_id] if customer_id else []
    if not look_up_customers(session, asked).ended(asked):
        return ()
    documents = session.store.customers.fetch_standing(session.realm_id, [customer_id])
    return tuple(one.key for one in _read_customers_of(session, documents) if one.read_customer == to)


def _read_customers_of(session: Session, documents: Sequence[StandingDocument]) -> list[StandingDocument]:
    """The documents with the customer each stands on in QuickBooks at this moment."""
    ids: dict[str, set[str]] = {}
    for one in documents:
        ids.setdefault(one.quickbooks_type, set()).add(one.quickbooks_id)
    now = {
        (entity, str(body["Id"])): ref_of(body, "CustomerRef")
        for entity, wanted in ids.items()
        for body in fetch_by(session, entity, "Id", wanted)
    }
    return [
        replace(one, read_customer=now.get((one.quickbooks_type, one.quickbooks_id)) or None)
        for one in documents
    ]


def _decide(
    session: Session,
    ended: Collection[str],
    documents: Sequence[StandingDocument],
    customers: Mapping[str, CustomerFacts],
) -> dict[str, Successor]:
    store = session.store.customers
    candidates = {one.read_customer for one in documents if one.tells and one.read_customer}
    known = {**customers, **look_up_customers(session, candidates - customers.keys()).there}
    owners = store.fetch_owners(session.realm_id, candidates | set(ended))
    people = session.billing.fetch_clients(
        session.workspace_id, {client for clients in owners.values() for client in clients}
    )

    def person(client_id: int) -> int:
        """A client that was merged into another in Caspen is that other."""
        return people[client_id].id if client_id in people else client_id

    found = {}
    for id_ in ended:
        clients = owners.get(id_, [])
        own = {person(client) for client in clients}
        others = {
            candidate: [client for client in owners.get(candidate, ()) if person(client) not in own]
            for candidate in candidates
        }
        theirs = [one for one in documents if one.customer_id == id_]
        found[id_] = decide_successor(id_, clients, theirs, known, others)
    return found


def follow(session: Session, successors: Iterable[Successor]) -> int:
    """Link the clients of merged customers to the customers that took their place, and release what waited;
    how many links. A successor that is not certain is left alone. Safe to repeat.
    """
    links = 0
    for successor in successors:
        if not successor.to:
            continue
        with session.store.transaction():
            for client_id in successor.clients:
                links += _follow_link(session, client_id, successor)
            session.store.customers.follow_documents(successor.moved, successor.customer_id, successor.to)
            session.store.documents.release_causes({CauseRef(CauseKind.CUSTOMER, successor.customer_id)})
        log.info(
            "followed a merge workspace=%d customer=%s to=%s clients=%d documents=%d",
            session.workspace_id,
            successor.customer_id,
            successor.to,
            len(successor.clients),
            len(successor.moved),
        )
    return links


def _follow_link(session: Session, client_id: int, successor: Successor) -> int:
    store = session.store.customers
    link = store.fetch_link(session.realm_id, client_id)
    if link is None or link.customer_id != successor.customer_id:
        return 0
    owners = store.fetch_owners(session.realm_id, [successor.to]).get(successor.to, [])
    # Others by now are the same person, merged in Caspen, or shared the merged customer already.
    shared_with = next((owner for owner in owners if owner != client_id), None)
    documents = len(successor.moved)
    detail = f"merged in QuickBooks: all of its posted documents ({documents}) stand on {successor.to}"
    store.change(
        session.realm_id,
        LinkChange(client_id, successor.to, "merged", shared_with=shared_with, detail=detail),
    )
    return 1
