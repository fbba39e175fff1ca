"""Which customer took the place of one that is inactive or gone in QuickBooks: after a merge of two customers
what stood on the one stands on the other. It is followed only where it is certain.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from caspen_qbo.core.documents import Body, ref_of
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.records import DocumentKind


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """A customer as QuickBooks holds it."""

    id: str
    name: str
    active: bool
    currency: str
    """Empty where QuickBooks does not say: a company of one currency."""

    def __str__(self) -> str:
        return f"{self.id} ({self.name})" if self.name else self.id


def read_customer(body: Body) -> CustomerFacts:
    """A merge leaves the merged one inactive, or a stub in the change feed that says Deleted."""
    active = body.get("Active") is not False and body.get("status") != "Deleted"
    name = str(body.get("DisplayName") or "")
    return CustomerFacts(str(body["Id"]), name, active, ref_of(body, "CurrencyRef"))


@dataclass(frozen=True, slots=True)
class StandingDocument:
    """A document of ours that stands in QuickBooks, as far as we recorded on a certain customer."""

    kind: DocumentKind
    id: int
    quickbooks_type: str
    quickbooks_id: str
    origin: str
    """caspen, quickbooks (imported from there) or backfill."""
    customer_id: str
    """As recorded."""
    read_customer: str | None
    """On whom it stands there; None: it was not read, or is not there."""
    accepted_customer: str | None
    """On whom a person accepted it; None: nobody did."""

    @property
    def key(self) -> DocumentKey:
        return DocumentKey(self.kind, self.id)

    @property
    def tells(self) -> bool:
        """Whether where it stands says where its customer went: nobody chose that customer for it alone."""
        chosen = self.accepted_customer not in (None, self.customer_id)
        return self.read_customer is not None and self.origin != "quickbooks" and not chosen


@dataclass(frozen=True, slots=True)
class Successor:
    """What became of an inactive customer that clients are linked to."""

    customer_id: str
    """The inactive one."""
    clients: tuple[int, ...]
    """Who is linked to it."""
    to: str = ""
    """The customer that took its place for certain; empty: only a person can say."""
    moved: tuple[DocumentKey, ...] = ()
    """What stood on the inactive one and stands on ``to`` now."""
    detail: str = ""
    """What was seen, what was expected and what to do, where only a person can say."""


def decide_successor(
    customer_id: str,
    clients: Sequence[int],
    documents: Collection[StandingDocument],
    customers: Mapping[str, CustomerFacts],
    others: Mapping[str, Collection[int]],
) -> Successor:
    """Certain when all that was posted on the inactive customer now stands on one active customer of the same
    currency that is no other client's.

    :param documents: Those recorded on the inactive customer.
    :param customers: That customer and those the documents stand on, as QuickBooks holds them; not the gone.
    :param others: Customer -> the other clients it belongs to.
    """
    now = Counter(one.read_customer for one in documents if one.tells and one.read_customer)
    to = next(iter(now), "")
    if len(now) == 1 and to != customer_id and not _obstacle(customer_id, to, customers, others):
        moved = tuple(one.key for one in documents if one.read_customer == to)
        return Successor(customer_id, tuple(clients), to, moved)
    detail = _describe(customer_id, clients, now, customers, others)
    return Successor(customer_id, tuple(clients), detail=detail)


def _obstacle(
    customer_id: str,
    to: str,
    customers: Mapping[str, CustomerFacts],
    others: Mapping[str, Collection[int]],
) -> str:
    """Why the client may not simply be linked to this customer; empty: nothing speaks against it."""
    before, after = customers.get(customer_id), customers.get(to)
    if after is None:
        return "which QuickBooks does not show"
    if not after.active:
        return "which is inactive too"
    if owners := others.get(to):
        names = " and ".join(f"client {owner}" for owner in sorted(owners))
        return f"which belongs to {names}: two clients share a customer only where a person says so"
    if before is not None and before.currency != after.currency:
        return f"which is kept in {after.currency or 'another currency'}, not {before.currency}"
    return ""


def _describe(
    customer_id: str,
    clients: Sequence[int],
    now: Mapping[str, int],
    customers: Mapping[str, CustomerFacts],
    others: Mapping[str, Collection[int]],
) -> str:
    gone = customers.get(customer_id)
    state = f"{gone} was made inactive there" if gone else f"{customer_id} is not there any more"
    names = " and ".join(f"client {client}" for client in clients) or "no client"
    lead = f"QuickBooks customer {state}; {names} is linked to it."
    elsewhere = {id_: count for id_, count in now.items() if id_ != customer_id}
    found = " ".join(
        f"Of its posted documents {count} now stand{'s' if count == 1 else ''} on customer "
        f"{customers.get(id_) or id_}"
        + (f", {why}." if (why := _obstacle(customer_id, id_, customers, others)) else ".")
        for id_, count in sorted(elsewhere.items(), key=lambda one: (-one[1], one[0]))
    )
    if not elsewhere:
        found = (
            "Its posted documents stand on it still." if now else "Nothing posted says who took its place."
        )
    client = clients[0] if clients else "C"
    way_out = f"Reactivate it in QuickBooks, or link another under Customers > {client}"
    command = f"`relink --client {client} --customer {next(iter(elsewhere), 'Q')}`"
    return f"{lead} {found} {way_out}, or with {command}."
