"""Which QuickBooks customer each client is: the stored link, a match in QuickBooks, or a new customer."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from caspen_qbo.core.documents import Body
from caspen_qbo.core.faults import FaultAction
from caspen_qbo.core.posting.customers import Candidate, match_client, read_candidate, wanted_names
from caspen_qbo.core.posting.display_names import display_name, same_name, usable_email
from caspen_qbo.core.posting.mapping import map_customer
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.query_text import is_queryable
from caspen_qbo.core.records import Client
from caspen_qbo.usecases.sending.lookup import fetch_by, find_customers_named
from caspen_qbo.usecases.sending.outcome import record
from caspen_qbo.usecases.sending.resolve import settle
from caspen_qbo.usecases.sending.send import send
from caspen_qbo.usecases.shared.intents import CLIENT, Intent, Outcome, Step
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)

REFUSED_EMAIL = "2210"
NAME_EXISTS = "6240"


@dataclass
class Resolution:
    """What came of resolving a group of clients."""

    customers: dict[int, str] = field(default_factory=dict)
    """Client id -> QuickBooks customer id."""
    problems: dict[int, Problem] = field(default_factory=dict)
    """Client id -> why there is no customer. A client in neither is in doubt: its invoices wait."""
    created: int = 0


def plan_customers(session: Session, clients: Mapping[int, Client]) -> tuple[Resolution, list[Client]]:
    """
    Look without writing to QuickBooks: links and matches (stored), and the clients that need a new customer.
    """
    result = Resolution()
    result.customers |= session.store.links.fetch_customers(session.realm_id, list(clients))
    missing = {
        client.id: client for client_id, client in clients.items() if client_id not in result.customers
    }
    for client_id in session.store.requests.fetch_doubtful_ids(CLIENT, list(missing)):
        del missing[client_id]
    if not missing:
        return result, []
    candidates = _find_candidates(session, list(missing.values()))
    taken = session.store.links.fetch_taken_customers(session.realm_id, [c.id for c in candidates])
    to_create: list[Client] = []
    for client_id in sorted(missing):
        _decide(session, missing[client_id], candidates, taken, to_create, result)
    return result, to_create


def _decide(
    session: Session,
    client: Client,
    candidates: Sequence[Candidate],
    taken: dict[str, int],
    to_create: list[Client],
    result: Resolution,
) -> None:
    match = match_client(client, candidates, [cid for cid, owner in taken.items() if owner != client.id])
    if match.clash:
        result.problems[client.id] = _name_taken(match.clash)
    elif match.customer_id is not None:
        taken[match.customer_id] = client.id
        session.store.links.record_customer(
            session.realm_id, client.id, match.customer_id, match.matched_by, None
        )
        result.customers[client.id] = match.customer_id
    elif any(same_name(display_name(client), display_name(other)) for other in to_create):
        result.problems[client.id] = _name_taken(
            "Another client has the same name and the same last five digits, and takes that customer."
        )
    else:
        to_create.append(client)


def _find_candidates(session: Session, clients: Sequence[Client]) -> list[Candidate]:
    found: dict[str, Body] = {}
    names = [name for client in clients for name in wanted_names(client)]
    for body in find_customers_named(session, names):
        found[str(body["Id"])] = body
    known = [read_candidate(body) for body in found.values()]
    unnamed = [
        client
        for client in clients
        if not any(same_name(c.display_name, name) for c in known for name in wanted_names(client))
    ]
    emails = {
        email.lower() for client in unnamed if (email := usable_email(client.email)) and is_queryable(email)
    }
    for body in fetch_by(session, "Customer", "PrimaryEmailAddr", emails):
        found[str(body["Id"])] = body
    return [read_candidate(body) for body in found.values()]


def resolve_customers(session: Session, clients: Mapping[int, Client]) -> Resolution:
    """
    Find or create the customers of these clients, in few calls.

    Safe to repeat. A client whose creation is in doubt after looking is left out; its documents wait.
    """
    result, to_create = plan_customers(session, clients)
    outcomes = _create(session, to_create, with_email=True)
    by_id = {client.id: client for client in to_create}
    again = []
    for outcome in outcomes:
        client = by_id.get(outcome.request.document_id)
        if client is None:
            continue
        if outcome.answer.body is not None:
            result.customers[client.id] = str(outcome.answer.body["Id"])
            result.created += 1
        elif outcome.answer.code == REFUSED_EMAIL:
            again.append(client)
        else:
            _explain(session, client, outcome, result)
    for outcome in _create(session, again, with_email=False):
        client = by_id.get(outcome.request.document_id)
        if client is not None and outcome.answer.body is not None:
            result.customers[client.id] = str(outcome.answer.body["Id"])
            result.created += 1
        elif client is not None:
            _explain(session, client, outcome, result)
    return result


def _create(session: Session, clients: Sequence[Client], *, with_email: bool) -> list[Outcome]:
    intents = [
        Intent(
            CLIENT, client.id, Step.CUSTOMER, "Customer", "create",
            map_customer(client, with_email=with_email), "with e-mail" if with_email else "without e-mail",
        )
        for client in clients
    ]  # fmt: skip
    if not intents:
        return []
    return send(session, intents, record) + [o for o in settle(session) if o.request.document_kind == CLIENT]


def _explain(session: Session, client: Client, outcome: Outcome, result: Resolution) -> None:
    verdict = outcome.answer.verdict
    if verdict is None:
        return
    if verdict.error.code != NAME_EXISTS:
        if (verdict.definite and verdict.error_key != "other") or verdict.action is FaultAction.HOLD:
            said = f"{verdict.error.text}. {verdict.full_detail}".strip()
            detail = f"QuickBooks did not take the customer ({verdict.error.code}): {said}"
            result.problems[client.id] = Problem(verdict.error_key, detail)
        return
    name = display_name(client)
    customers = [read_candidate(body) for body in find_customers_named(session, [name])]
    taken = session.store.links.fetch_taken_customers(session.realm_id, [c.id for c in customers])
    match = match_client(client, customers, [cid for cid, owner in taken.items() if owner != client.id])
    if match.customer_id is not None:
        session.store.links.record_customer(
            session.realm_id, client.id, match.customer_id, match.matched_by, None
        )
        result.customers[client.id] = match.customer_id
        return
    result.problems[client.id] = _name_taken(match.clash or _holder(session, name))


def _holder(session: Session, name: str) -> str:
    """Who has the name, so that a person knows what to rename."""
    for entity in ("Vendor", "Employee"):
        for body in find_customers_named(session, [name], entity):
            if same_name(str(body.get("DisplayName") or ""), name):
                return f"QuickBooks {entity.lower()} {body['Id']} has this client's name."
    return "A vendor, an employee or another customer in QuickBooks has this client's name."


def _name_taken(detail: str) -> Problem:
    return Problem("customer_name_taken", detail)


def clients_of(session: Session, client_ids: Collection[int]) -> dict[int, Client]:
    """The clients to post for, by the id on the document; a merged one is answered with its survivor."""
    return session.billing.fetch_clients(session.workspace_id, client_ids)


def is_another_client(session: Session, customer_id: str, client_id: int | None) -> bool:
    """
    Whether a QuickBooks customer is linked to a client who is neither this one nor was merged into it: the
    invoice was given to somebody else in Caspen. Unknown customers and unreadable clients are nobody else.
    """
    owner = session.store.links.fetch_taken_customers(session.realm_id, [customer_id]).get(customer_id)
    if client_id is None or owner is None or owner == client_id:
        return False
    clients = clients_of(session, {owner, client_id})
    return len(clients) == 2 and clients[owner].id != clients[client_id].id
