"""Customers made inactive in QuickBooks under posted invoices: read, marked, listed. QuickBooks refuses what
names one, so what is still to come for its invoices moves on one side only.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from caspen_qbo.core.cause import CauseKind, CauseRef
from caspen_qbo.core.decisions.successors import read_customer
from caspen_qbo.core.documents import Body, amount_of, ref_of
from caspen_qbo.core.posting.customers import keys_of_candidate, read_candidate
from caspen_qbo.core.reconciling.matching import Difference, differ_in_currency
from caspen_qbo.core.reconciling.verdict import CUSTOMER_STATUS, DifferingDocument
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.sending.successors import find_successors_read, follow
from caspen_qbo.usecases.shared.session import Session

ENTITY = "Customer"
ERROR_KEY = "inactive_reference"
RECENT_DAYS = 92
"""A quarter: what is dated since then still goes into a tax return that is not filed."""


@dataclass(frozen=True, slots=True)
class CustomersRead:
    balances: Mapping[str, Decimal] | None
    """What each owes, by id, where not nothing; None when not all were read."""
    keys: Mapping[str, Collection[str]] | None = None
    """By what a client may be each of them, where all were read."""
    absent: frozenset[str] = frozenset()
    """Customers that clients are linked to and that QuickBooks does not show at all."""


def read_customers(session: Session, changed: Iterable[Body] | None, seen_at: datetime) -> CustomersRead:
    """Store who is inactive, and release what waited on those who are active.

    :param changed: Customers in the change feed; None: read all customers, a call for each thousand.
    """
    skipped: list[str] = []
    if changed is None:
        bodies = session.accounting.query(ENTITY, "Active IN (true, false)", skipped=skipped)
    active: list[str] = []
    inactive: list[str] = []
    balances: dict[str, Decimal] = {}
    keys: dict[str, Collection[str]] = {}
    for body in bodies if changed is None else changed:
        customer_id = str(body["Id"])
        (active if read_customer(body).active else inactive).append(customer_id)
        keys[customer_id] = keys_of_candidate(read_candidate(body))
        # A customer kept in another currency owes in that one.
        foreign = differ_in_currency(session.home_currency, ref_of(body, "CurrencyRef"))
        if not foreign and (balance := amount_of(body.get("Balance"))):
            balances[customer_id] = balance
    complete = changed is None and not skipped
    with session.store.transaction():
        # When all were read, every customer that is not inactive is active.
        session.store.inactive.save(
            session.realm_id, inactive, [] if complete else active, seen_at, complete=complete
        )
        waited_for = {
            cause
            for cause in session.store.unsynced.fetch_open_causes()
            if cause.kind is CauseKind.CUSTOMER and cause.of in set(active)
        }
        session.store.documents.release_causes(waited_for)
    if not complete:
        return CustomersRead(None)
    linked = session.store.customers.fetch_linked_customers(session.realm_id)
    return CustomersRead(balances, keys, frozenset(linked) - {*active, *inactive})


def follow_merged(session: Session, read: CustomersRead) -> int:
    """Follow merges of customers that are certain, as the documents that were read back tell; how many links.
    One call for a hundred customers whose documents moved, none where none did. Call before both sides are
    frozen: what a merge moved is then no edit.
    """
    ended = session.store.customers.fetch_inactive_linked(session.realm_id, read.absent)
    return follow(session, find_successors_read(session, ended).values()) if ended else 0


def mark_inactive(session: Session) -> int:
    """Mark the frozen invoices, open or recent, whose customer is inactive; how many. Call inside the
    transaction that freezes, after the edits are marked.
    """
    recent_since = datetime.now(UTC).date() - timedelta(days=RECENT_DAYS)
    return session.store.inactive.mark_compared(session.realm_id, recent_since=recent_since)


def list_inactive(session: Session, row: DifferingDocument) -> list[Difference]:
    """List an invoice for its inactive customer, one cause for all of that customer's; what else differs."""
    status = next((difference for difference in row.found if difference.field == CUSTOMER_STATUS), None)
    if status is None:
        return row.found
    customer_id = row.quickbooks_customer or ""
    detail = (
        f"QuickBooks customer {customer_id}, on whom {row.quickbooks_type} {row.quickbooks_id} stands, "
        "was made inactive there. Payments, credits and changes of this invoice cannot be posted before it "
        "is active again; accept it if nothing more is to come."
    )
    cause = CauseRef(CauseKind.CUSTOMER, customer_id)
    session.store.unsynced.record(
        [Listing(row.ref, ERROR_KEY, detail, cause, blocks=False, difference=replace(status, delta=None))]
    )
    return [difference for difference in row.found if difference.field != CUSTOMER_STATUS]
