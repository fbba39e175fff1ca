"""Connecting a workspace to its QuickBooks company by OAuth, and disconnecting it."""

import logging
from typing import Annotated
from urllib.parse import urlsplit

from airflow.api_fastapi.core_api.security import GetUserDep
from airflow.sdk.log import mask_secret
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from caspen_qbo import wiring
from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook
from caspen_qbo.ui.access import Right, requires
from caspen_qbo.ui.context import ContextDep, prefix, who_of
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import HEADERS, back_to, page, redirect
from caspen_qbo.ui.views.setup import connected_words

log = logging.getLogger(__name__)

router = APIRouter(dependencies=[Depends(requires(Right.CONFIGURE))])

INTUIT_CONSENT = "https://appcenter.intuit.com"


def consent_origins() -> tuple[str, ...]:
    """Where Connect leads: the page's policy must allow its form to end there."""
    try:
        config = QuickBooksHook().config
    except SyncError:
        return ()
    if config.environment != "local":
        return (INTUIT_CONSENT,)
    parts = urlsplit(config.discovery)
    return (f"{parts.scheme}://{parts.netloc}",)


@router.post("/w/{workspace_id}/connect", dependencies=[Depends(protected)])
def connect(context: ContextDep) -> Response:
    """To Intuit's consent page, with a state that works once, for this user and workspace."""
    try:
        with context.connector() as connector:
            address = connector.authorization_url(context.workspace_id, context.user.get_name())
    except SyncError as error:
        return back_to(context, "setup", problem=error.message)
    return RedirectResponse(address, status_code=303, headers=HEADERS)


@router.get("/connect/callback")
def callback(
    request: Request,
    user: GetUserDep,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=2000)] = "",
    realm: Annotated[str, Query(alias="realmId", max_length=40)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """The return from Intuit. Leads only to one of our own pages, whatever the address says."""
    for secret in (state, code):
        if secret:
            mask_secret(secret)  # the access log holds addresses; these two work once, for a few minutes
    name, front = user.get_name(), f"{prefix(request)}/"
    if error or not code:
        _decline(state, name)
        text = "QuickBooks was not connected: consent was declined at Intuit. Nothing has changed."
        return redirect(request, front, name, problem=text)
    try:
        with wiring.open_store(on_a_page=True) as store, wiring.open_connector(store) as connector:
            connected = connector.complete(state, name, code, realm, who=who_of(user))
    except SyncError as problem:
        return redirect(request, front, name, problem=problem.message)
    return redirect(
        request, f"{front}w/{connected.workspace_id}/setup", name, done=connected_words(connected)
    )


def _decline(state: str, username: str) -> None:
    try:
        with wiring.open_store(on_a_page=True) as store, wiring.open_connector(store) as connector:
            connector.decline(state, username)
    except SyncError:
        log.warning("quickbooks sign-in declined; its state ends by time")


@router.get("/w/{workspace_id}/disconnect")
def confirm(context: ContextDep) -> Response:
    return page(context, "disconnect.html", active="setup")


@router.post("/w/{workspace_id}/disconnect", dependencies=[Depends(protected)])
def disconnect(context: ContextDep) -> Response:
    try:
        with context.connector() as connector:
            connector.disconnect(context.workspace_id, who=context.who)
    except SyncError as error:
        return back_to(context, "setup", problem=error.message)
    return back_to(
        context, "setup", done="Disconnected. Settings, tax links and document links stay as they are."
    )
