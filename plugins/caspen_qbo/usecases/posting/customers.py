"""Which QuickBooks customer each client is: the stored link, a match in QuickBooks, or a new customer."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from caspen_qbo import settings
from caspen_qbo.core.documents import Body
from caspen_qbo.core.faults import FaultAction
from caspen_qbo.core.posting.customers import (
    Candidate,
    CustomerChoice,
    another_client,
    choose_customers,
    choose_linked,
    is_foreign,
    keys_of_client,
    name_taken,
    read_candidate,
    wanted_names,
)
from caspen_qbo.core.posting.display_names import comparable_name, display_name, same_name, usable_email
from caspen_qbo.core.posting.mapping import map_customer
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.query_text import is_queryable
from caspen_qbo.core.records import Client
from caspen_qbo.core.writes import CLIENT, Step, Write
from caspen_qbo.hooks.store.posting.links import CustomerLink
from caspen_qbo.usecases.sending.lookup import (
    fetch_all_customers,
    fetch_by,
    fetch_customers,
    find_customers_named,
)
from caspen_qbo.usecases.sending.outcome import Outcome
from caspen_qbo.usecases.sending.resolve import resolve_unconfirmed
from caspen_qbo.usecases.sending.send import send
from caspen_qbo.usecases.sending.successors import find_successors, follow
from caspen_qbo.usecases.shared.session import Session

REFUSED_EMAIL = "2210"
NAME_EXISTS = "6240"


@dataclass
class Resolution:
    customers: dict[int, str] = field(default_factory=dict)
    """Client id -> QuickBooks customer id."""
    problems: dict[int, Problem] = field(default_factory=dict)
    """Client id -> why there is no customer. A client in neither is unconfirmed: its invoices wait."""
    created: int = 0


def plan_customers(
    session: Session, clients: Mapping[int, Client], *, reads_all: bool = False
) -> dict[int, CustomerChoice]:
    """By client id: the stored link, or what became of it where it was inactive when last looked at; what
    QuickBooks has (read only for those without a link), or a new customer.

    :param reads_all: That QuickBooks has no such customer is not taken as known: nothing is sent whose
        refusal would tell.
    """
    links = session.store.links.fetch_clients(session.realm_id, list(clients))
    chosen = {
        id_: another_client(clients[id_], link.customer_id, link.made_at)
        for id_, link in links.items()
        if link.made_at is not None and link.is_another(clients[id_])
    }
    linked = {id_: link.customer_id for id_, link in links.items() if id_ not in chosen}
    foreign = _find_foreign(session, linked)
    standing = {id_: customer_id for id_, customer_id in linked.items() if customer_id not in foreign}
    asked = session.store.customers.fetch_suspect(session.realm_id, set(standing.values()))
    ended = find_successors(session, asked) if asked else {}
    chosen |= {
        id_: choose_linked(clients[id_], customer_id, ended.get(customer_id))
        for id_, customer_id in standing.items()
    }
    missing = {client.id: client for client in clients.values() if client.id not in chosen}
    for client_id in session.store.requests.fetch_unconfirmed_ids(CLIENT, list(missing)):
        chosen[client_id] = CustomerChoice(missing.pop(client_id), unconfirmed=True)
    if not missing:
        return chosen
    found = _choose(session, missing, _find_candidates(session, list(missing.values()), reads_all))
    return chosen | {id_: replace(choice, replaces=linked.get(id_, "")) for id_, choice in found.items()}


def _find_foreign(session: Session, linked: Mapping[int, str]) -> set[str]:
    """Of the linked customers, those kept in another currency than what is posted: a call for a hundred, none
    where the company keeps one currency.
    """
    if not linked or not session.reference().company.multi_currency:
        return set()
    candidates = map(read_candidate, fetch_customers(session, linked.values()))
    return {candidate.id for candidate in candidates if is_foreign(candidate, session.home_currency)}


def _choose(
    session: Session, clients: Mapping[int, Client], candidates: Sequence[Candidate]
) -> dict[int, CustomerChoice]:
    taken = session.store.links.fetch_taken_customers(session.realm_id, [c.id for c in candidates])
    return choose_customers(clients, candidates, taken, session.home_currency)


def _find_candidates(session: Session, clients: Sequence[Client], reads_all: bool) -> list[Candidate]:
    """Customers who may be these clients. Of one whom QuickBooks has under neither name nor e-mail address,
    as all its customers were read and all changes of them since, nothing is asked: should a person have
    taken the name in the meantime, QuickBooks refuses it, and then it is looked up.
    """
    if not reads_all and session.thrifty:
        clients = _leave_unknown(session, clients)
    if not clients:
        return []
    names = [name for client in clients for name in wanted_names(client)]
    emails = {email.lower() for client in clients if (email := usable_email(client.email))}
    if (everyone := fetch_all_customers(session, len(names) + len(emails))) is not None:
        return _among(everyone, names, emails)
    found: dict[str, Body] = {}
    for body in find_customers_named(session, names):
        found[str(body["Id"])] = body
    known = [read_candidate(body) for body in found.values()]
    known = [candidate for candidate in known if not is_foreign(candidate, session.home_currency)]
    unnamed = [
        client
        for client in clients
        if not any(same_name(c.display_name, name) for c in known for name in wanted_names(client))
    ]
    asked = {
        email.lower() for client in unnamed if (email := usable_email(client.email)) and is_queryable(email)
    }
    for body in fetch_by(session, "Customer", "PrimaryEmailAddr", asked):
        found[str(body["Id"])] = body
    return [read_candidate(body) for body in found.values()]


def _among(customers: Iterable[Body], names: Iterable[str], emails: Collection[str]) -> list[Candidate]:
    """Of all customers those that queries for these names and addresses would bring."""
    wanted = {comparable_name(name) for name in names}
    return [
        candidate
        for candidate in map(read_candidate, customers)
        if comparable_name(candidate.display_name) in wanted or candidate.email.strip().lower() in emails
    ]


def _leave_unknown(session: Session, clients: Sequence[Client]) -> list[Client]:
    known, seconds = session.store.known, settings.CUSTOMERS_KNOWN_SECONDS
    if not clients or not known.fetch_heard(session.realm_id, seconds).customers_known:
        return list(clients)
    keys = {client.id: keys_of_client(client) for client in clients}
    there = known.fetch_customers(session.realm_id, {key for found in keys.values() for key in found})
    return [client for client in clients if keys[client.id] & there]


def create_customers(session: Session, choices: Iterable[CustomerChoice]) -> Resolution:
    """Link what was matched and create what is new, in few calls. Safe to repeat."""
    chosen = {choice.client.id: choice for choice in choices}
    _unlink_replaced(session, chosen.values())
    record_matches(session, chosen.values())
    result = Resolution(
        customers={id_: choice.customer_id for id_, choice in chosen.items() if choice.customer_id},
        problems={id_: choice.problem for id_, choice in chosen.items() if choice.problem},
    )
    to_create = {id_: choice.client for id_, choice in chosen.items() if choice.to_create}
    refused = {}
    for with_email in (True, False):
        refused = _create(session, to_create, with_email, result)
        to_create = {id_: to_create[id_] for id_, o in refused.items() if o.answer.code == REFUSED_EMAIL}
        for client_id, outcome in refused.items():
            if client_id not in to_create or not with_email:
                _explain(session, chosen[client_id].client, outcome, result)
    linked = [chosen[id_].client for id_ in result.customers]
    session.store.links.note_clients(session.realm_id, linked)
    return result


def _unlink_replaced(session: Session, choices: Iterable[CustomerChoice]) -> None:
    """A customer kept in another currency is no longer the client's once another can be had."""
    replaced = {c.client.id: c.replaces for c in choices if c.replaces and not (c.problem or c.unconfirmed)}
    session.store.links.delete_customers(session.realm_id, replaced)


def record_matches(session: Session, choices: Iterable[CustomerChoice]) -> None:
    """Link what was found, and follow the merges that were met."""
    chosen = list(choices)
    matched = [
        CustomerLink(choice.client.id, choice.customer_id, choice.matched_by)
        for choice in chosen
        if choice.matched_by
    ]
    session.store.links.record_customers(session.realm_id, matched)
    follow(session, {s.customer_id: s for one in chosen if (s := one.successor)}.values())


def _create(
    session: Session, clients: Mapping[int, Client], with_email: bool, result: Resolution
) -> dict[int, Outcome]:
    """Create customers; what was refused, by client."""
    version = "with e-mail" if with_email else "without e-mail"
    writes = [
        Write(
            CLIENT,
            id_,
            Step.CUSTOMER,
            "Customer",
            "create",
            map_customer(client, with_email=with_email),
            version,
        )
        for id_, client in clients.items()
    ]
    refused = {}
    for outcome in send(session, writes) + resolve_unconfirmed(session) if writes else ():
        client_id = outcome.request.document_id
        if outcome.request.document_kind != CLIENT or client_id not in clients:
            continue
        if outcome.answer.body is None:
            refused[client_id] = outcome
        else:
            result.customers[client_id] = str(outcome.answer.body["Id"])
            result.created += 1
    return refused


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
    found = [read_candidate(body) for body in find_customers_named(session, [name])]
    choice = _choose(session, {client.id: client}, found)[client.id]
    if choice.customer_id:
        record_matches(session, [choice])
        result.customers[client.id] = choice.customer_id
    else:
        result.problems[client.id] = choice.problem or name_taken(_holder(session, name))


def _holder(session: Session, name: str) -> str:
    """Who has the name, so that a person knows what to rename."""
    for entity in ("Vendor", "Employee"):
        for body in find_customers_named(session, [name], entity):
            if same_name(str(body.get("DisplayName") or ""), name):
                return f"QuickBooks {entity.lower()} {body['Id']} has this client's name."
    return "A vendor, an employee or another customer in QuickBooks has this client's name."


def fetch_clients(session: Session, client_ids: Collection[int]) -> dict[int, Client]:
    """The clients to post for, by the id on the document; a merged one is answered with its survivor."""
    return session.billing.fetch_clients(session.workspace_id, client_ids)
