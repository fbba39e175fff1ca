"""Set-up: the checklist of three, the settings, and the set-up check."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from caspen_qbo.core.reference import Choices
from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.storage import report_storage
from caspen_qbo.ui.access import Right, requires
from caspen_qbo.ui.context import ContextDep, RequestContext
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import back_to, page
from caspen_qbo.ui.routes.connect import consent_origins
from caspen_qbo.ui.views.setup import (
    EVENT_WORDS,
    EVENTS_SHOWN,
    STATUS_WORDS,
    checklist,
    fix_page,
    selects,
)
from caspen_qbo.usecases.connection.doctor import Finding, examine
from caspen_qbo.usecases.connection.mail_wishes import read_wishes
from caspen_qbo.usecases.connection.setup import Offers, read_offers, save_settings

router = APIRouter()


@router.get("/w/{workspace_id}/setup")
def setup(context: ContextDep) -> Response:
    offers, problem = _offers(context)
    choices = context.store.setup.fetch_choices()
    steps = checklist(
        context.connection,
        choices,
        context.billing.fetch_tax_rates(context.workspace_id),
        context.store.setup.fetch_tax_links(),
        context.store.pages.fetch_causes(),
        offers.warning if offers else "",
    )
    return page(
        context,
        "setup.html",
        active="setup",
        form_targets=consent_origins(),
        steps=steps,
        next_step=next((step for step in steps if step.state != "done"), None),
        status_words=STATUS_WORDS,
        events=context.store.connections.fetch_events(EVENTS_SHOWN),
        event_words=EVENT_WORDS,
        selects=selects(choices, offers) if offers else (),
        problem=problem,
        mail_to=len(read_wishes(context.whole_store, context.workspace_id).addresses),
    )


def _offers(context: RequestContext) -> tuple[Offers | None, str]:
    """The lists read from QuickBooks now, or why they cannot be read."""
    if not context.connected:
        return None, ""
    try:
        with context.session() as session:
            return read_offers(session), ""
    except SyncError as error:
        return None, error.message


@router.post(
    "/w/{workspace_id}/settings", dependencies=[Depends(requires(Right.CONFIGURE)), Depends(protected)]
)
def save(
    context: ContextDep,
    payment_account: Annotated[str, Form()] = "",
    service_item: Annotated[str, Form()] = "",
    product_item: Annotated[str, Form()] = "",
) -> Response:
    choices = Choices(payment_account, service_item, product_item)
    try:
        with context.session() as session:
            save_settings(session, choices, who=context.who)
    except SyncError as error:
        return back_to(context, "setup", problem=error.message)
    return back_to(context, "setup", done="Settings saved. What waited for them posts with the next run.")


@router.get("/w/{workspace_id}/setup/doctor")
def doctor(context: ContextDep) -> Response:
    findings: list[Finding] = []
    problem = ""
    try:
        with context.session() as session:
            findings = examine(session, report_storage(on_a_page=True))
    except SyncError as error:
        problem = error.message
    return page(context, "doctor.html", active="setup", findings=findings, problem=problem, fix_page=fix_page)
