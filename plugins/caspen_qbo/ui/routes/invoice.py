"""One invoice: both sides, its history, Retry, re-send, accept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Query
from fastapi.responses import Response

from caspen_qbo import wiring
from caspen_qbo.core.documents import DocumentFacts, read_facts
from caspen_qbo.core.query_text import quote
from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.codec import decode
from caspen_qbo.ui import texts
from caspen_qbo.ui.access import Right, requires
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import back_to, page
from caspen_qbo.ui.quickbooks_links import document_url, read_config
from caspen_qbo.ui.views.invoice import invoice_view
from caspen_qbo.ui.visit import Visit, VisitDep
from caspen_qbo.usecases.decisions.accept_or_resend import accept, resend
from caspen_qbo.usecases.decisions.retry import release

router = APIRouter()

LOCK_WAIT_SECONDS = 5.0
"""A page does not wait for a long run; it says that one is under way."""

OPERATE = [Depends(requires(Right.OPERATE)), Depends(protected)]


@router.get("/w/{workspace_id}/invoices")
def find(visit: VisitDep, number: Annotated[str, Query(max_length=100)] = "") -> Response:
    """To the invoice of a document number, typed exactly."""
    invoice_id = visit.store.pages.find_invoice(number.strip())
    if invoice_id is None:
        return back_to(
            visit, "unsynced", problem=f"No document with the number {number!r} has been seen here."
        )
    return back_to(visit, f"invoices/{invoice_id}")


@router.get("/w/{workspace_id}/invoices/{invoice_id}")
def invoice(visit: VisitDep, invoice_id: int) -> Response:
    ours = visit.billing.fetch_invoices(visit.workspace_id, [invoice_id]).get(invoice_id)
    family = visit.store.pages.fetch_family(invoice_id)
    if ours is None and not family:
        raise HTTPException(404, f"There is no invoice {invoice_id} in this workspace.")
    own = next((row for row in family if row["document_kind"] == "invoice"), None)
    theirs, source = _their_side(visit, own)
    realm_id = visit.connection.realm_id if visit.connection else ""
    config = read_config()
    customers = {}
    if ours is not None:
        customers = visit.store.links.fetch_customers(realm_id, [ours.client_id])
    model = invoice_view(
        visit,
        ours,
        family,
        visit.store.pages.fetch_listings(invoice_id),
        visit.store.pages.fetch_history(invoice_id),
        theirs=theirs,
        customer_id=customers.get(ours.client_id) if ours else None,
        source=source,
        link_to=lambda kind, row_id: document_url(config, realm_id, kind, row_id),
    )
    return page(visit, "invoice.html", model, active="unsynced")


def _their_side(visit: Visit, own: Row | None) -> tuple[DocumentFacts | None, str]:
    """QuickBooks' invoice read now; where that cannot be, what it answered when we posted it."""
    if own is None or not own["quickbooks_id"]:
        return None, "Not in QuickBooks yet."
    if visit.connected:
        try:
            with wiring.open_session(visit.workspace_id, wiring.new_run_id("page")) as session:
                found = next(
                    iter(session.accounting.query("Invoice", f"Id = {quote(own['quickbooks_id'])}")), None
                )
        except SyncError as error:
            return _as_posted(visit, own, f"QuickBooks cannot be read now: {error.message}")
        if found is None:
            return None, f"QuickBooks has no invoice {own['quickbooks_id']} any more."
        facts = read_facts("Invoice", found)
        return facts, "Voided in QuickBooks." if facts.voided else "Read from QuickBooks just now."
    return _as_posted(visit, own, "Not connected.")


def _as_posted(visit: Visit, own: Row, why: str) -> tuple[DocumentFacts | None, str]:
    if not own["as_posted"]:
        return None, why
    said = f"{why} Shown as answered on {texts.moment(own['posted_at'], visit.zone)}."
    return decode(DocumentFacts, own["as_posted"]), said


@router.post("/w/{workspace_id}/invoices/{invoice_id}/retry", dependencies=OPERATE)
def retry(visit: VisitDep, invoice_id: int) -> Response:
    numbers = [row["document_number"] for row in visit.store.pages.fetch_family(invoice_id)]
    if not numbers:
        raise HTTPException(404, f"There is no invoice {invoice_id} in this workspace.")
    released = release(visit.store, numbers=numbers, who=visit.who)
    done = f"{texts.counted(released, 'document')} released; the next run tries again."
    return back_to(visit, f"invoices/{invoice_id}", done=done)


CHOICES = {
    "accept": (
        accept,
        "Accepted as it is in QuickBooks; it is not raised again unless it changes once more.",
    ),
    "resend": (resend, "Caspen's version is sent with the next run."),
}


@router.post("/w/{workspace_id}/invoices/{invoice_id}/choose", dependencies=OPERATE)
def choose(
    visit: VisitDep,
    invoice_id: int,
    number: Annotated[str, Form()] = "",
    choice: Annotated[str, Form()] = "",
) -> Response:
    """What a person decides about a document that was changed in QuickBooks."""
    address = f"invoices/{invoice_id}"
    if choice not in CHOICES:
        return back_to(
            visit, address, problem="Choose whether to accept QuickBooks' version or to send Caspen's."
        )
    if number not in {row["document_number"] for row in visit.store.pages.fetch_family(invoice_id)}:
        raise HTTPException(404, f"Invoice {invoice_id} has no document {number!r}.")
    carry_out, done = CHOICES[choice]
    try:
        with (
            wiring.open_session(visit.workspace_id, wiring.new_run_id("page")) as session,
            session.store.lock(wait_seconds=LOCK_WAIT_SECONDS),
        ):
            carry_out(session, [number], who=visit.who)
    except SyncError as error:
        return back_to(visit, address, problem=error.message)
    return back_to(visit, address, done=done)
