"""Set-up: the checklist of three, the settings, and the doctor."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from caspen_qbo import wiring
from caspen_qbo.core.reference import Choices
from caspen_qbo.errors import SyncError
from caspen_qbo.ui.access import Right, requires
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import back_to, page
from caspen_qbo.ui.routes.connect import consent_origins
from caspen_qbo.ui.views.setup import doctor_view, setup_view
from caspen_qbo.ui.visit import Visit, VisitDep
from caspen_qbo.usecases.connection.doctor import examine
from caspen_qbo.usecases.connection.setup import Offers, choose_settings, read_offers

router = APIRouter()


@router.get("/w/{workspace_id}/setup")
def setup(visit: VisitDep) -> Response:
    offers, trouble = _offers(visit)
    model = setup_view(
        visit,
        choices=visit.store.setup.fetch_choices(),
        tax_rates=visit.billing.fetch_tax_rates(visit.workspace_id),
        tax_links=visit.store.setup.fetch_tax_links(),
        causes=visit.store.pages.fetch_causes(),
        offers=offers,
        trouble=trouble,
    )
    return page(visit, "setup.html", model, active="setup", form_targets=consent_origins())


def _offers(visit: Visit) -> tuple[Offers | None, str]:
    """The lists read from QuickBooks now, or why they cannot be read."""
    if not visit.connected:
        return None, ""
    try:
        with wiring.open_session(visit.workspace_id, wiring.new_run_id("page")) as session:
            return read_offers(session), ""
    except SyncError as error:
        return None, error.message


@router.post(
    "/w/{workspace_id}/settings", dependencies=[Depends(requires(Right.CONFIGURE)), Depends(protected)]
)
def save(
    visit: VisitDep,
    payment_account: Annotated[str, Form()] = "",
    service_item: Annotated[str, Form()] = "",
    product_item: Annotated[str, Form()] = "",
) -> Response:
    choices = Choices(payment_account, service_item, product_item)
    try:
        with wiring.open_session(visit.workspace_id, wiring.new_run_id("page")) as session:
            choose_settings(session, choices, who=visit.who)
    except SyncError as error:
        return back_to(visit, "setup", problem=error.message)
    return back_to(visit, "setup", done="Settings saved. What waited for them posts with the next run.")


@router.get("/w/{workspace_id}/setup/doctor")
def doctor(visit: VisitDep) -> Response:
    try:
        with wiring.open_session(visit.workspace_id, wiring.new_run_id("page")) as session:
            model = doctor_view(visit, examine(session))
    except SyncError as error:
        model = doctor_view(visit, [], trouble=error.message)
    return page(visit, "doctor.html", model, active="setup")
