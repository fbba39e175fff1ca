"""Taxes: each Caspen rate, its link, and the list of QuickBooks tax codes to choose from."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException
from fastapi.responses import Response

from caspen_qbo.core.cause import SALES_TAX, CauseKind
from caspen_qbo.errors import SyncError
from caspen_qbo.ui.access import Right, requires
from caspen_qbo.ui.context import ContextDep, IdPath
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import back_to, page
from caspen_qbo.usecases.connection.setup import link_tax, read_offers, warn_of_tax

router = APIRouter()


@router.get("/w/{workspace_id}/taxes")
def taxes(context: ContextDep) -> Response:
    rates = context.billing.fetch_tax_rates(context.workspace_id).values()
    links = context.store.setup.fetch_tax_links()
    warning = ""
    try:
        if context.connected:
            with context.session() as session:
                warning = warn_of_tax(session)
    except SyncError:
        pass  # the banner says that QuickBooks cannot be reached; the links are ours to show
    shown = [rate for rate in rates if not rate.archived or rate.id in links]
    refs = [(found.cause, found.waiting) for found in context.store.pages.fetch_causes()]
    return page(
        context,
        "taxes.html",
        active="taxes",
        rates=sorted(shown, key=lambda rate: (rate.archived, rate.name.casefold(), rate.id)),
        names=Counter(rate.name.casefold() for rate in shown),
        links=links,
        warning=warning,
        waiting_for_tax=sum(number for ref, number in refs if ref == SALES_TAX),
        waiting={int(ref.of): number for ref, number in refs if ref and ref.kind is CauseKind.TAX_RATE},
    )


@router.get("/w/{workspace_id}/taxes/{tax_rate_id}", dependencies=[Depends(requires(Right.CONFIGURE))])
def choose(context: ContextDep, tax_rate_id: IdPath) -> Response:
    """Codes of the same rate first; the others are shown too, and refused with both rates when chosen."""
    rate = context.billing.fetch_tax_rates(context.workspace_id).get(tax_rate_id)
    if rate is None:
        raise HTTPException(404, f"Caspen has no tax rate {tax_rate_id} in this workspace.")
    try:
        with context.session() as session:
            codes = read_offers(session).tax_codes
    except SyncError as error:
        return back_to(context, "taxes", problem=error.message)
    return page(
        context,
        "tax_choose.html",
        active="taxes",
        rate=rate,
        link=context.store.setup.fetch_tax_links().get(tax_rate_id),
        codes=sorted(codes, key=lambda code: (rate.rate not in code.percents, code.name.casefold())),
    )


@router.post(
    "/w/{workspace_id}/taxes/{tax_rate_id}",
    dependencies=[Depends(requires(Right.CONFIGURE)), Depends(protected)],
)
def link(context: ContextDep, tax_rate_id: IdPath, tax_code: Annotated[str, Form()] = "") -> Response:
    if not tax_code:
        return back_to(context, f"taxes/{tax_rate_id}", problem="Choose a tax code from the list.")
    try:
        with context.session() as session:
            code = link_tax(session, tax_rate_id, tax_code, who=context.who)
            warning = warn_of_tax(session)
    except SyncError as error:
        return back_to(context, f"taxes/{tax_rate_id}", problem=error.message)
    done = f"Linked to {code.name}. " + (
        warning or "Invoices that waited for this rate post with the next run."
    )
    return back_to(context, "taxes", done=done)
