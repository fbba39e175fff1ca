"""Customers: which one in QuickBooks each client is linked to, a link with its history, and relinking."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Query
from fastapi.responses import Response

from caspen_qbo.core.decisions.successors import CustomerFacts
from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.store.posting.customers import LinkQuery
from caspen_qbo.ui.access import Right, requires
from caspen_qbo.ui.context import ContextDep, IdPath, RequestContext
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import back_to, page
from caspen_qbo.ui.templating import url_part
from caspen_qbo.ui.views.customers import NAMED_MAX, PAGE_SIZE, WHY_WORDS, read_numbers
from caspen_qbo.usecases.decisions.relink import plan_relink, relink
from caspen_qbo.usecases.sending.successors import look_up_customers

router = APIRouter()


@router.get("/w/{workspace_id}/customers")
def customers(context: ContextDep, query: Annotated[LinkQuery, Query()]) -> Response:
    find, named = query.find.strip(), list[int]()
    if find and not find.isdecimal():
        named = context.billing.find_clients(context.workspace_id, find, most=NAMED_MAX)
    skip = (query.page - 1) * PAGE_SIZE
    realm_id = context.connection.realm_id if context.connection else ""
    rows = context.store.customers.fetch_page(realm_id, find, named, page_size=PAGE_SIZE, skip=skip)
    return page(
        context,
        "customers.html",
        active="customers",
        query=query,
        rows=rows,
        people=context.billing.fetch_clients(context.workspace_id, [row.client_id for row in rows]),
        found=rows[0].found if rows else 0,
        skip=skip,
        last_page=max(1, -(-rows[0].found // PAGE_SIZE)) if rows else query.page,
        why=WHY_WORDS,
    )


@router.get("/w/{workspace_id}/customers/{client_id}")
def customer(context: ContextDep, client_id: IdPath) -> Response:
    """The customer is read from QuickBooks when the page opens; the page opens also where that fails."""
    person = context.billing.fetch_clients(context.workspace_id, [client_id]).get(client_id)
    if person is None:
        raise HTTPException(404, f"Caspen has no client {client_id} in this workspace.")
    realm_id = context.connection.realm_id if context.connection else ""
    store = context.store.customers
    link = store.fetch_link(realm_id, client_id)
    facts, problem = _read(context, link.customer_id) if link else (None, "")
    return page(
        context,
        "customer.html",
        active="customers",
        client_id=client_id,
        person=person,
        link=link,
        facts=facts,
        problem=problem,
        owners=[
            one
            for one in store.fetch_owners(realm_id, [link.customer_id])[link.customer_id]
            if one != client_id
        ]
        if link
        else [],
        posted=store.fetch_posted(realm_id, [client_id]),
        history=store.fetch_history(realm_id, client_id),
        why=WHY_WORDS,
    )


def _read(context: RequestContext, customer_id: str) -> tuple[CustomerFacts | None, str]:
    """The customer as QuickBooks holds it, None where it has none; and why it cannot be read."""
    try:
        with context.session() as session:
            return look_up_customers(session, [customer_id]).there.get(customer_id), ""
    except SyncError as error:
        return None, error.message


@router.get(
    "/w/{workspace_id}/customers/{client_id}/relink", dependencies=[Depends(requires(Right.CONFIGURE))]
)
def confirm(
    context: ContextDep,
    client_id: IdPath,
    customer: Annotated[str, Query(max_length=40)] = "",
    share_with: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """What follows from linking another customer, before it is done."""
    place = f"customers/{client_id}"
    if not customer.strip():
        return back_to(context, place, problem="Give the id of a QuickBooks customer.")
    try:
        with context.session() as session:
            plan = plan_relink(session, client_id, customer, read_numbers(share_with))
    except SyncError as error:
        return back_to(context, place, problem=error.message)
    return page(
        context,
        "customer_relink.html",
        active="customers",
        client_id=client_id,
        plan=plan,
        share_with=share_with,
    )


@router.post(
    "/w/{workspace_id}/customers/{client_id}",
    dependencies=[Depends(requires(Right.CONFIGURE)), Depends(protected)],
)
def link(
    context: ContextDep,
    client_id: IdPath,
    customer: Annotated[str, Form(max_length=40)] = "",
    share_with: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    place = f"customers/{url_part(client_id)}"
    if not customer.strip():
        return back_to(context, place, problem="Give the id of a QuickBooks customer.")
    try:
        with context.session() as session:
            plan = relink(session, client_id, customer, read_numbers(share_with), who=context.who)
    except SyncError as error:
        return back_to(context, place, problem=error.message)
    done = f"Linked to QuickBooks customer {plan.customer}. What waited is tried with the next run."
    return back_to(context, place, done=done)
