"""The start page, which leads to the first workspace this user may see; and what Airflow's own page fetches:
the menu icon, and the component that frames these pages.
"""

from functools import cache
from pathlib import Path

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from caspen_qbo import wiring
from caspen_qbo.ui.access import visible
from caspen_qbo.ui.context import ContextDep, prefix
from caspen_qbo.ui.page import HEADERS, notice

router = APIRouter()

_ASSETS = Path(__file__).parents[1] / "assets"
_KEPT = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}


@router.get("/")
def home(request: Request, user: GetUserDep) -> Response:
    with wiring.open_billing(on_a_page=True) as billing, wiring.open_store(on_a_page=True) as store:
        ids = visible(user, billing.fetch_workspaces())
        connected = [each for each in store.practices.fetch_connected() if each in ids]
    if not ids:
        return notice(
            request, "No workspace", "Caspen has no workspace that your role in Airflow may see.", 404
        )
    address = f"{prefix(request)}/w/{(connected or ids)[0]}/"
    return RedirectResponse(address, status_code=303, headers=HEADERS)


@router.get("/w/{workspace_id}/")
def workspace(context: ContextDep) -> Response:
    """A workspace that posts opens on what needs attention, any other on its set-up."""
    return RedirectResponse(
        context.url("unsynced" if context.ready else "setup"), status_code=303, headers=HEADERS
    )


@cache
def _read(name: str) -> bytes:
    return (_ASSETS / name).read_bytes()


@router.get("/icon.svg")
def icon() -> Response:
    return Response(_read("icon.svg"), media_type="image/svg+xml", headers=_KEPT)


@router.get("/frame.js")
def frame() -> Response:
    return Response(_read("frame.js"), media_type="text/javascript", headers=_KEPT)
