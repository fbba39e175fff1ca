"""One invoice: both sides, its history, Retry, re-send, accept."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Form, HTTPException, Query
from fastapi.responses import Response

from caspen_qbo.catalogue import entry_for
from caspen_qbo.core.accounting import Absence
from caspen_qbo.core.decisions.decide import may_decide, may_resend
from caspen_qbo.core.decisions.leave import may_leave
from caspen_qbo.core.documents import DocumentFacts, read_facts
from caspen_qbo.core.posting.display_names import full_name
from caspen_qbo.core.posting.eligibility import IMPORTED, LEFT_OUT
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.store.posting.story import FamilyDocument
from caspen_qbo.ui.access import Right, requires
from caspen_qbo.ui.context import ContextDep, IdPath, RequestContext
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import back_to, page
from caspen_qbo.ui.quickbooks_links import document_url, read_config
from caspen_qbo.ui.views.activity import url_of_run
from caspen_qbo.ui.views.invoice import Parties, compare_facts, compare_lines
from caspen_qbo.usecases.decisions.accept_or_resend import accept, resend
from caspen_qbo.usecases.decisions.retry import release
from caspen_qbo.usecases.monitoring.explain import explain
from caspen_qbo.usecases.sending.lookup import describe_unread
from caspen_qbo.wording import NONE, counted, moment, standing

router = APIRouter()

LOCK_WAIT_SECONDS = 5.0
"""A page does not wait for a long run; it says that one is under way."""

OPERATE = [Depends(requires(Right.OPERATE)), Depends(protected)]


@router.get("/w/{workspace_id}/invoices")
def find(context: ContextDep, number: Annotated[str, Query(max_length=100)] = "") -> Response:
    """To the invoice of a document number, typed exactly."""
    invoice_id = context.store.story.find_invoice(number.strip())
    if invoice_id is None:
        # The number is not repeated: it may be of an address that another page made.
        return back_to(context, "unsynced", problem="No document with this number is known here.")
    return back_to(context, f"invoices/{invoice_id}")


@router.get("/w/{workspace_id}/invoices/{invoice_id}")
def invoice(context: ContextDep, invoice_id: IdPath) -> Response:
    ours = context.billing.fetch_invoices(context.workspace_id, [invoice_id]).get(invoice_id)
    family = context.store.story.fetch_family(invoice_id)
    if ours is None and not family:
        raise HTTPException(404, f"There is no invoice {invoice_id} in this workspace.")
    own = next((document for document in family if document.kind == "invoice"), None)
    theirs, source, customer = _their_side(context, own)
    there = None if theirs is None or theirs.gone else theirs
    realm_id = context.connection.realm_id if context.connection else ""
    config = read_config()
    listings = context.store.story.fetch_listings(invoice_id)
    standing_there = {(one.kind, one.number) for one in family if one.quickbooks_id and not one.removed}
    imported = {(one.kind, one.number) for one in family if one.excluded_reason == IMPORTED}
    client_id = ours.client_id if ours else own.client_id if own else None
    customer_id = (
        context.store.links.fetch_customers(realm_id, [client_id]).get(client_id) if client_id else None
    )
    return page(
        context,
        "invoice.html",
        active="unsynced",
        invoice_id=invoice_id,
        ours=ours,
        own=own,
        number=ours.number if ours else own.number if own else "?",
        client_id=client_id,
        source=source,
        their_currency=there.currency if there else "",
        facts=compare_facts(ours, there, Parties(_client(context, client_id), customer_id, customer))
        if ours
        else (),
        lines=compare_lines(ours, there) if ours else (),
        listed=[row for row in listings if row.resolved_at is None],
        resolved=[row for row in listings if row.resolved_at is not None],
        may_retry=any(entry_for(row.error_key).retry for row in listings if row.resolved_at is None),
        may_decide=lambda row: may_decide(
            row.error_key,
            blocks=row.blocks,
            cause=row.cause,
            linked=(row.kind, row.number) in standing_there,
        ),
        may_resend=lambda row: may_resend(
            DocumentKind(row.kind), row.error_key, row.field, imported=(row.kind, row.number) in imported
        ),
        may_leave=lambda row: may_leave(
            row.error_key, blocks=row.blocks, linked=(row.kind, row.number) in standing_there
        ),
        was_left=any(document.excluded_reason == LEFT_OUT for document in family),
        relatives=[document for document in family if document.kind != "invoice"],
        standing=standing,
        url_of_run=url_of_run,
        story=explain(context.store.story, invoice_id, ours),
        history=context.store.story.fetch_history(invoice_id),
        link_to=lambda document: document_url(
            config, realm_id, document.quickbooks_type, document.quickbooks_id
        ),
    )


def _client(context: RequestContext, client_id: int | None) -> str:
    """By name; the one it was merged into, where it was."""
    found = context.billing.fetch_clients(context.workspace_id, [client_id] if client_id else [])
    return full_name(found[client_id]) if client_id in found else f"client {client_id or NONE}"


UNCONFIRMED = (
    "It was sent, and what became of it is not known. The next run looks it up in QuickBooks before anything "
    "is sent again; do not enter it there by hand."
)


class TheirSide(NamedTuple):
    facts: DocumentFacts | None
    source: str
    """Where they are from, as a sentence."""
    customer: str = ""
    """Its name, where it was read now."""


def _their_side(context: RequestContext, own: FamilyDocument | None) -> TheirSide:
    """QuickBooks' invoice read now; where that cannot be, what it answered when we posted it."""
    if own is None or not own.quickbooks_id:
        return TheirSide(
            None, UNCONFIRMED if own is not None and own.unconfirmed else "Not in QuickBooks yet."
        )
    if not context.connected:
        return _as_posted(context, own, "Not connected.")
    try:
        with context.session() as session:
            reading = session.accounting.read("Invoice", own.quickbooks_id)
    except SyncError as error:
        return _as_posted(context, own, f"QuickBooks cannot be read now: {error.message}")
    if reading.absence is Absence.DELETED:
        return TheirSide(None, f"QuickBooks no longer has invoice {own.quickbooks_id}.")
    if reading.body is None:
        return _as_posted(context, own, f"QuickBooks cannot be read now: {describe_unread(reading)}.")
    facts = read_facts("Invoice", reading.body)
    source = "Voided in QuickBooks." if facts.voided else "Read from QuickBooks just now."
    return TheirSide(facts, source, str((reading.body.get("CustomerRef") or {}).get("name") or ""))


def _as_posted(context: RequestContext, own: FamilyDocument, why: str) -> TheirSide:
    if own.as_posted is None:
        return TheirSide(None, why)
    return TheirSide(own.as_posted, f"{why} Shown as answered on {moment(own.posted_at, context.zone)}.")


@router.post("/w/{workspace_id}/invoices/{invoice_id}/retry", dependencies=OPERATE)
def retry(context: ContextDep, invoice_id: IdPath) -> Response:
    numbers = [document.number for document in context.store.story.fetch_family(invoice_id)]
    if not numbers:
        raise HTTPException(404, f"There is no invoice {invoice_id} in this workspace.")
    released = release(context.store, numbers=numbers, who=context.who)
    done = f"{counted(released, 'document')} released; the next run tries again."
    return back_to(context, f"invoices/{invoice_id}", done=done)


CHOICES = {
    "accept": (
        accept,
        "Accepted as it is in QuickBooks; it is not listed again unless it changes once more.",
    ),
    "resend": (resend, "Caspen's version is sent with the next run."),
}


@router.post("/w/{workspace_id}/invoices/{invoice_id}/choose", dependencies=OPERATE)
def choose(
    context: ContextDep,
    invoice_id: IdPath,
    number: Annotated[str, Form()] = "",
    choice: Annotated[str, Form()] = "",
) -> Response:
    address = f"invoices/{invoice_id}"
    if choice not in CHOICES:
        return back_to(
            context, address, problem="Choose whether to accept QuickBooks' version or to send Caspen's."
        )
    if number not in {document.number for document in context.store.story.fetch_family(invoice_id)}:
        raise HTTPException(404, f"Invoice {invoice_id} has no document {number!r}.")
    carry_out, done = CHOICES[choice]
    try:
        with (
            context.session() as session,
            session.store.lock(wait_seconds=LOCK_WAIT_SECONDS),
        ):
            carry_out(session, [number], who=context.who)
    except SyncError as error:
        return back_to(context, address, problem=error.message)
    return back_to(context, address, done=done)
