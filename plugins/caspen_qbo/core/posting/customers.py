"""Which QuickBooks customer a client is: the linked one, else one named exactly ``Full name (Caspen 12345)``,
else the only one with the same names and e-mail address, else a new one. Two clients never share a customer.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from caspen_qbo.core.cause import CauseKind, CauseRef
from caspen_qbo.core.decisions.successors import Successor
from caspen_qbo.core.documents import Body, ref_of
from caspen_qbo.core.posting.display_names import (
    comparable_name,
    display_name,
    full_name,
    name_part,
    same_name,
    usable_email,
)
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.reconciling.matching import differ_in_currency
from caspen_qbo.core.records import Client


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer that QuickBooks has under a client's name or address."""

    id: str
    display_name: str
    given_name: str
    family_name: str
    email: str
    active: bool
    currency: str = ""
    """In which it is kept for good, an ISO code; empty: QuickBooks named none, which is its home currency."""


@dataclass(frozen=True, slots=True)
class Match:
    """The outcome for one client: a customer, a clash, or neither (create one)."""

    customer_id: str | None = None
    matched_by: str = ""
    """name or person."""
    clash: str = ""
    """Why no customer can be used or created, in words; empty when there is none."""
    foreign: Candidate | None = None
    """It has the client's name and is kept in another currency: neither it nor a new one can be used."""


@dataclass(frozen=True, slots=True)
class CustomerChoice:
    client: Client
    customer_id: str = ""
    matched_by: str = ""
    """How it was found in QuickBooks just now; empty where the client is linked already."""
    problem: Problem | None = None
    successor: Successor | None = None
    """The linked customer was merged in QuickBooks, for certain, into ``customer_id``: followed when sent."""
    unconfirmed: bool = False
    """A request to create it was sent and its answer is not known: what needs the customer waits."""
    replaces: str = ""
    """The customer the client was linked to, which is kept in another currency than its invoices."""

    @property
    def to_create(self) -> bool:
        return not (self.customer_id or self.problem or self.unconfirmed)


def choose_linked(client: Client, customer_id: str, successor: Successor | None) -> CustomerChoice:
    """For a client with a customer. :param successor: What became of it; None: it is active."""
    if successor is None:
        return CustomerChoice(client, customer_id)
    if successor.to:
        return CustomerChoice(client, successor.to, successor=successor)
    cause = CauseRef(CauseKind.CUSTOMER, customer_id)
    return CustomerChoice(client, problem=Problem("inactive_reference", successor.detail, cause))


def another_client(client: Client, customer_id: str, made_at: datetime) -> CustomerChoice:
    """Its id was another client's before Caspen was set back: two people's money on one account."""
    made = f", made at {client.created_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if client.created_at else ""
    detail = (
        f"QuickBooks customer {customer_id} is linked to client {client.id}, whom Caspen made at "
        f"{made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC. Caspen now has another client under that id{made}. "
        f"Link the client under Customers > {client.id}, or with `relink --client {client.id} --customer Q`: "
        f"to a customer of its own, or to {customer_id} again if it is the same person."
    )
    cause = CauseRef(CauseKind.CLIENT, str(client.id))
    return CustomerChoice(client, problem=Problem("caspen_set_back", detail, cause))


def choose_customers(
    clients: Mapping[int, Client],
    candidates: Collection[Candidate],
    taken: Mapping[str, int],
    home: str = "",
) -> dict[int, CustomerChoice]:
    """For clients without a customer, in the order of their ids. ``taken``: customer id -> its client;
    ``home``: the currency of what is posted; without it, currencies are not compared.
    """
    owners = dict(taken)
    chosen: dict[int, CustomerChoice] = {}
    new_names: set[str] = set()
    by_name, by_email = _index(candidates)
    position = {candidate.id: number for number, candidate in enumerate(candidates)}
    for client_id in sorted(clients):
        client = clients[client_id]
        found = {one.id: one for name in wanted_names(client) for one in by_name[comparable_name(name)]}
        found |= {one.id: one for one in by_email[(client.email or "").strip().casefold()]}
        in_order = sorted(found.values(), key=lambda one: position[one.id])
        others = [one.id for one in in_order if owners.get(one.id, client.id) != client.id]
        match = match_client(client, in_order, others, home)
        problem = name_taken(match.clash) if match.clash else None
        if match.foreign is not None:
            problem = kept_in_another_currency(match.foreign, home)
        if match.customer_id is not None:
            owners[match.customer_id] = client.id
        elif problem is None:
            name = comparable_name(display_name(client))
            if name in new_names:
                problem = name_taken(
                    "Another client has the same name and the same last five digits, and takes that customer."
                )
            else:
                new_names.add(name)
        chosen[client_id] = CustomerChoice(client, match.customer_id or "", match.matched_by, problem)
    return chosen


def _index(
    candidates: Iterable[Candidate],
) -> tuple[Mapping[str, list[Candidate]], Mapping[str, list[Candidate]]]:
    """By name, and by address: a backlog has thousands of clients, and each is looked up once."""
    by_name: dict[str, list[Candidate]] = defaultdict(list)
    by_email: dict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        by_name[comparable_name(candidate.display_name)].append(candidate)
        by_email[candidate.email.strip().casefold()].append(candidate)
    return by_name, by_email


def name_taken(detail: str) -> Problem:
    return Problem("customer_name_taken", detail)


def kept_in_another_currency(customer: Candidate, home: str) -> Problem:
    """One cause for everything of its client. A customer's currency never changes in QuickBooks."""
    detail = (
        f"QuickBooks customer {customer.id}, {customer.display_name}, is kept in {customer.currency}; the "
        f"client's invoices are in {home}, and QuickBooks never changes a customer's currency. Rename that "
        f"customer in QuickBooks, and the client gets a new one in {home} with the next run; or link the "
        f"client to a customer kept in {home}."
    )
    return Problem("currency_mismatch", detail, CauseRef(CauseKind.CUSTOMER_CURRENCY, customer.id))


def is_foreign(customer: Candidate, home: str) -> bool:
    return differ_in_currency(home, customer.currency)


def read_candidate(body: Body) -> Candidate:
    return Candidate(
        id=str(body["Id"]),
        display_name=str(body.get("DisplayName") or ""),
        given_name=str(body.get("GivenName") or ""),
        family_name=str(body.get("FamilyName") or ""),
        email=str((body.get("PrimaryEmailAddr") or {}).get("Address") or ""),
        active=body.get("Active") is not False,
        currency=ref_of(body, "CurrencyRef"),
    )


def keys_of_candidate(candidate: Candidate) -> set[str]:
    """By what a client may be this customer: digests, since names and addresses of people are not kept."""
    found = {_digest("name", candidate.display_name)} if candidate.display_name else set()
    return found | ({_digest("email", candidate.email)} if candidate.email.strip() else set())


def keys_of_client(client: Client) -> set[str]:
    """By what a customer in QuickBooks may be this client."""
    found = {_digest("name", name) for name in wanted_names(client)}
    email = usable_email(client.email)
    return found | ({_digest("email", email)} if email else set())


def _digest(kind: str, text: str) -> str:
    return sha256(f"{kind}:{comparable_name(text)}".encode()).hexdigest()[:32]


def wanted_names(client: Client) -> tuple[str, ...]:
    """The name we would give; where the id is below 10000 also with leading zeros, as people pad them."""
    ours = display_name(client)
    if client.id >= 10000:
        return (ours,)
    return (ours, f"{full_name(client)} (Caspen {client.id:05d})")


def match_client(
    client: Client, candidates: Iterable[Candidate], taken: Collection[str], home: str = ""
) -> Match:
    """``candidates`` may hold others too; ``taken``: ids of customers linked to other clients. One kept in
    another currency than ``home`` takes none of the client's documents, so it is never chosen.
    """
    candidates = [candidate for candidate in candidates if candidate.active]
    active = [candidate for candidate in candidates if not is_foreign(candidate, home)]
    names = wanted_names(client)
    by_name = [c for c in active if any(same_name(c.display_name, name) for name in names)]
    for candidate in by_name:
        if candidate.id not in taken:
            return Match(candidate.id, "name")
    in_the_way = next((c for c in by_name if same_name(c.display_name, names[0])), None)
    if in_the_way is not None:
        return Match(
            clash=f"QuickBooks customer {in_the_way.id} has this client's name but belongs to another client."
        )
    people = [c for c in active if _same_person(client, c)]
    if len(people) == 1 and people[0].id not in taken:
        return Match(people[0].id, "person")
    foreign = (c for c in candidates if is_foreign(c, home) and same_name(c.display_name, names[0]))
    return Match(foreign=next(foreign, None))


def _same_person(client: Client, candidate: Candidate) -> bool:
    email = usable_email(client.email)
    if email is None or not name_part(client.first_name):
        return False
    return (
        candidate.email.strip().casefold() == email.casefold()
        and candidate.given_name.strip().casefold() == name_part(client.first_name).casefold()
        and candidate.family_name.strip().casefold() == name_part(client.last_name).casefold()
    )
