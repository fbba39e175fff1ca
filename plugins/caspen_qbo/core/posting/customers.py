"""Which QuickBooks customer a client is: the linked one, else one named exactly ``Full name (Caspen 12345)``,
else the only one with the same names and e-mail address, else a new one. Two clients never share a customer.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from caspen_qbo.core.documents import Body
from caspen_qbo.core.posting.display_names import display_name, full_name, name_part, same_name, usable_email
from caspen_qbo.core.posting.readiness import Problem
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


@dataclass(frozen=True, slots=True)
class Match:
    """The outcome for one client: a customer, a clash, or neither (create one)."""

    customer_id: str | None = None
    matched_by: str = ""
    """name or person."""
    clash: str = ""
    """Why no customer can be used or created, in words; empty when there is none."""


@dataclass(frozen=True, slots=True)
class CustomerChoice:
    client: Client
    customer_id: str = ""
    matched_by: str = ""
    """How it was found in QuickBooks just now; empty where the client is linked already."""
    problem: Problem | None = None
    unconfirmed: bool = False
    """A request to create it was sent and its answer is not known: what needs the customer waits."""

    @property
    def to_create(self) -> bool:
        return not (self.customer_id or self.problem or self.unconfirmed)


def choose_customers(
    clients: Mapping[int, Client], candidates: Collection[Candidate], taken: Mapping[str, int]
) -> dict[int, CustomerChoice]:
    """For clients without a customer, in the order of their ids. ``taken``: customer id -> its client."""
    owners = dict(taken)
    chosen: dict[int, CustomerChoice] = {}
    for client_id in sorted(clients):
        client = clients[client_id]
        match = match_client(client, candidates, [c for c, owner in owners.items() if owner != client.id])
        problem = name_taken(match.clash) if match.clash else None
        if match.customer_id is not None:
            owners[match.customer_id] = client.id
        elif problem is None and any(
            one.to_create and same_name(display_name(client), display_name(one.client))
            for one in chosen.values()
        ):
            problem = name_taken(
                "Another client has the same name and the same last five digits, and takes that customer."
            )
        chosen[client_id] = CustomerChoice(client, match.customer_id or "", match.matched_by, problem)
    return chosen


def name_taken(detail: str) -> Problem:
    return Problem("customer_name_taken", detail)


def read_candidate(body: Body) -> Candidate:
    return Candidate(
        id=str(body["Id"]),
        display_name=str(body.get("DisplayName") or ""),
        given_name=str(body.get("GivenName") or ""),
        family_name=str(body.get("FamilyName") or ""),
        email=str((body.get("PrimaryEmailAddr") or {}).get("Address") or ""),
        active=body.get("Active") is not False,
    )


def wanted_names(client: Client) -> tuple[str, ...]:
    """The name we would give; where the id is below 10000 also with leading zeros, as people pad them."""
    ours = display_name(client)
    if client.id >= 10000:
        return (ours,)
    return (ours, f"{full_name(client)} (Caspen {client.id:05d})")


def match_client(client: Client, candidates: Iterable[Candidate], taken: Collection[str]) -> Match:
    """``candidates`` may hold others too; ``taken``: ids of customers linked to other clients."""
    active = [candidate for candidate in candidates if candidate.active]
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
    return Match()


def _same_person(client: Client, candidate: Candidate) -> bool:
    email = usable_email(client.email)
    if email is None or not name_part(client.first_name):
        return False
    return (
        candidate.email.strip().casefold() == email.casefold()
        and candidate.given_name.strip().casefold() == name_part(client.first_name).casefold()
        and candidate.family_name.strip().casefold() == name_part(client.last_name).casefold()
    )
