"""What a person decides about a client's customer: which one it is linked to, and whether two share it."""

from collections.abc import Collection
from dataclasses import dataclass

from caspen_qbo.core.decisions.successors import CustomerFacts
from caspen_qbo.core.posting.display_names import full_name
from caspen_qbo.core.reconciling.matching import differ_in_currency
from caspen_qbo.core.records import Client


@dataclass(frozen=True, slots=True)
class RelinkSituation:
    client_id: int
    """As asked for."""
    client: Client | None
    """The survivor where it was merged into another in Caspen; None: Caspen has no such client."""
    customer_id: str
    """The customer asked for."""
    share_with: Collection[int]
    """The clients that the person named as those who share it."""
    current: str = ""
    """The customer it is linked to; empty: to none."""
    customer: CustomerFacts | None = None
    """The one asked for as QuickBooks holds it; None: no customer has that id."""
    holder: str = ""
    """Who has that id there instead: vendor or employee."""
    owners: Collection[int] = ()
    """Other clients linked to it; one that was merged into this client in Caspen is no other."""
    home: str = ""
    """The currency of what is posted."""


def decide_relink(s: RelinkSituation) -> str:
    """Why the client cannot be linked to that customer, and what to do instead; empty: it can."""
    if s.client is None:
        return f"client {s.client_id}: Caspen has no such client in this workspace. Check the client's id."
    if s.client.id != s.client_id:
        return (
            f"client {s.client_id}: it was merged into client {s.client.id} in Caspen, whose customer later "
            f"invoices use. Relink client {s.client.id}."
        )
    about = f"client {s.client_id}: QuickBooks customer {s.customer or s.customer_id}"
    if s.customer is None:
        instead = f"; that id is a {s.holder}'s" if s.holder else ""
        return (
            f"{about} does not exist{instead}. Choose an active customer's id from QuickBooks' customer list."
        )
    if not s.customer.active:
        return f"{about} is inactive, expected an active one. Reactivate it in QuickBooks, or choose another."
    if differ_in_currency(s.home, s.customer.currency):
        return (
            f"{about} is kept in {s.customer.currency}, but this practice posts in {s.home}. A customer "
            f"takes one currency only: choose one that is kept in {s.home}."
        )
    return "" if s.current == s.customer_id else _check_shared(s, about)


def _check_shared(s: RelinkSituation, about: str) -> str:
    """Two people's money and health on one account is never a consequence of something else."""
    if strangers := sorted(set(s.share_with) - set(s.owners)):
        names = ", ".join(map(str, strangers))
        return (
            f"{about} is not client {names}'s, so there is nothing to share with client {names}. Leave that "
            "out, or name the client who has the customer."
        )
    if missing := sorted(set(s.owners) - set(s.share_with)):
        flags = " ".join(f"--share-with-client {owner}" for owner in missing)
        names = " and ".join(f"client {owner}" for owner in missing)
        return (
            f"{about} belongs to {names}, and two clients never share a customer unless a person says so. "
            f"Choose another, or say it with `{flags}` if their money belongs on one account."
        )
    return ""


@dataclass(frozen=True, slots=True)
class RelinkPlan:
    """What follows from linking a client to another customer."""

    client: Client
    current: str
    """Empty: the client had no customer."""
    customer: CustomerFacts
    owners: tuple[int, ...]
    """With whom it is shared from then on."""
    posted: int
    """Posted documents of the client."""
    waiting: int
    """Documents held because of the client's customer, which are released."""

    @property
    def changes(self) -> bool:
        return self.current != self.customer.id

    @property
    def lines(self) -> tuple[str, ...]:
        """What follows, a sentence each."""
        name = f"Client {self.client.id} ({full_name(self.client)})"
        if not self.changes:
            return (f"{name} is linked to QuickBooks customer {self.customer} already. Nothing changes.",)
        before = f"instead of {self.current}" if self.current else "the client's first"
        shared = [
            f"Client {owner} has that customer too: the two share it, and what each owes adds up on it."
            for owner in self.owners
        ]
        posted = f"{self.posted:,} document{' stays' if self.posted == 1 else 's stay'}"
        waits = f"{self.waiting:,} document{' waits' if self.waiting == 1 else 's wait'}"
        waiting = [f"{waits} on the client's customer and will be tried with the next run."]
        return (
            f"{name} is linked to QuickBooks customer {self.customer}, {before}.",
            *shared,
            "Later invoices go to it.",
            f"What is posted stays where it is in QuickBooks ({posted}).",
            "Payments and credit notes go to the customer that their invoice is on there.",
            *(waiting if self.waiting else ()),
        )
