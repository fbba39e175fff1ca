"""Taxes: each Caspen rate, its link, and the list of QuickBooks tax codes to choose from."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException
from fastapi.responses import Response

from caspen_qbo import wiring
from caspen_qbo.errors import SyncError
from caspen_qbo.ui.access import Right, requires
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import back_to, page
from caspen_qbo.ui.views.taxes import choose_view, taxes_view
from caspen_qbo.ui.visit import VisitDep
from caspen_qbo.usecases.connection.setup import link_tax, read_offers

router = APIRouter()


@router.get("/w/{workspace_id}/taxes")
def taxes(visit: VisitDep) -> Response:
    model = taxes_view(
        visit,
        visit.billing.fetch_tax_rates(visit.workspace_id),
        visit.store.setup.fetch_tax_links(),
        visit.store.pages.fetch_causes(),
    )
    return page(visit, "taxes.html", model, active="taxes")


@router.get("/w/{workspace_id}/taxes/{tax_rate_id}", dependencies=[Depends(requires(Right.CONFIGURE))])
def choose(visit: VisitDep, tax_rate_id: int) -> Response:
    rate = visit.billing.fetch_tax_rates(visit.workspace_id).get(tax_rate_id)
    if rate is None:
        raise HTTPException(404, f"Caspen has no tax rate {tax_rate_id} in this workspace.")
    try:
        with wiring.open_session(visit.workspace_id, wiring.new_run_id("page")) as session:
            offers = read_offers(session)
    except SyncError as error:
        return back_to(visit, "taxes", problem=error.message)
    link = visit.store.setup.fetch_tax_links().get(tax_rate_id)
    return page(visit, "tax_choose.html", choose_view(rate, link, offers.tax_codes), active="taxes")


@router.post(
    "/w/{workspace_id}/taxes/{tax_rate_id}",
    dependencies=[Depends(requires(Right.CONFIGURE)), Depends(protected)],
)
def link(visit: VisitDep, tax_rate_id: int, tax_code: Annotated[str, Form()] = "") -> Response:
    if not tax_code:
        return back_to(visit, f"taxes/{tax_rate_id}", problem="Choose a tax code from the list.")
    try:
        with wiring.open_session(visit.workspace_id, wiring.new_run_id("page")) as session:
            code = link_tax(session, tax_rate_id, tax_code, who=visit.who)
    except SyncError as error:
        return back_to(visit, f"taxes/{tax_rate_id}", problem=error.message)
    done = f"Linked to {code.name}. Invoices that waited for this rate post with the next run."
    return back_to(visit, "taxes", done=done)
