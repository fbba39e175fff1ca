"""A person links a client to another QuickBooks customer; the history of the link keeps who, when and why."""

import logging
from collections.abc import Collection

from caspen_qbo.core.decisions.relink import RelinkPlan, RelinkSituation, decide_relink
from caspen_qbo.core.query_text import is_queryable
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.store.posting.customers import LinkChange
from caspen_qbo.usecases.sending.lookup import fetch_by
from caspen_qbo.usecases.sending.successors import find_moved_to, look_up_customers
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)


def plan_relink(
    session: Session, client_id: int, customer_id: str, share_with: Collection[int] = ()
) -> RelinkPlan:
    """What would follow; writes nothing.

    :param share_with: The clients whose customer it is, where the person says that it is to be shared.
    :raises ConfigurationError: it cannot be linked; names the client, what was seen, expected and to be done.
    """
    situation = _read_situation(session, client_id, customer_id.strip(), share_with)
    if reason := decide_relink(situation):
        raise ConfigurationError(f"workspace {session.workspace_id}, {reason}")
    if situation.client is None or situation.customer is None:
        raise ConfigurationError(f"workspace {session.workspace_id}, client {client_id}: nothing was read.")
    family = session.billing.fetch_merged_clients(session.workspace_id, [client_id])
    posted = session.store.customers.fetch_posted(session.realm_id, family)
    return RelinkPlan(
        situation.client,
        situation.current,
        situation.customer,
        tuple(sorted(situation.owners)),
        sum(count.documents for count in posted),
        session.store.customers.fetch_waiting_count(family),
    )


def relink(
    session: Session, client_id: int, customer_id: str, share_with: Collection[int] = (), *, who: str
) -> RelinkPlan:
    """Link a client to another customer and release what waited on its customer. Nothing is sent. Safe to
    repeat: linked to that customer already, only what waits is released.

    :raises ConfigurationError: as :func:`plan_relink`.
    """
    with session.store.lock():
        plan = plan_relink(session, client_id, customer_id, share_with)
        family = session.billing.fetch_merged_clients(session.workspace_id, [client_id])
        moved = find_moved_to(session, plan.current, plan.customer.id) if plan.changes else ()
        with session.store.transaction():
            if plan.changes:
                shared = ", ".join(f"client {owner}" for owner in plan.owners)
                change = LinkChange(
                    client_id,
                    plan.customer.id,
                    "relinked",
                    who,
                    shared_with=next(iter(plan.owners), None),
                    detail=f"shared with {shared}, as the person said" if shared else "",
                )
                session.store.customers.change(session.realm_id, change)
                session.store.customers.follow_documents(moved, plan.current, plan.customer.id)
            session.store.customers.confirm(session.realm_id, client_id)
            session.store.customers.release_client(family)
    log.info(
        "relinked workspace=%d client=%d customer=%s to=%s who=%s",
        session.workspace_id,
        client_id,
        plan.current or "-",
        plan.customer.id,
        who,
    )
    return plan


def _read_situation(
    session: Session, client_id: int, customer_id: str, share_with: Collection[int]
) -> RelinkSituation:
    people = session.billing.fetch_clients(session.workspace_id, [client_id])
    client = people.get(client_id)
    if client is None or client.id != client_id:
        return RelinkSituation(client_id, client, customer_id, share_with)
    link = session.store.customers.fetch_link(session.realm_id, client_id)
    asked = customer_id if customer_id.isdigit() and is_queryable(customer_id) else ""
    customer = look_up_customers(session, [asked] if asked else []).there.get(asked)
    linked = session.store.customers.fetch_owners(session.realm_id, [customer_id]).get(customer_id, [])
    family = session.billing.fetch_merged_clients(session.workspace_id, [client_id])
    return RelinkSituation(
        client_id,
        client,
        customer_id,
        share_with,
        current=link.customer_id if link else "",
        customer=customer,
        holder="" if customer or not asked else _read_holder(session, asked),
        owners=[owner for owner in linked if owner not in family],
        home=session.home_currency,
    )


def _read_holder(session: Session, name_id: str) -> str:
    """Customers, vendors and employees share their ids."""
    for entity in ("Vendor", "Employee"):
        if any(True for _ in fetch_by(session, entity, "Id", [name_id])):
            return entity.lower()
    return ""
