"""Intuit's OAuth 2 endpoints, under one roof: discovery, consent, tokens, revocation."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import uuid
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from qbo_emulator.routes.connections import ConnectionDropped, abort
from qbo_emulator.service.gateway import BAD_GATEWAY_PAGE
from qbo_emulator.state.fault_plan import TOKEN_ENDPOINT, Occasion
from qbo_emulator.state.oauth import ACCOUNTING_SCOPE, OAuthError
from qbo_emulator.state.recorder import Recorded
from qbo_emulator.state.world import World
from qbo_emulator.templates import render
from qbo_emulator.values.wire import HTML, TEXT

TOKEN_FAILURES = {
    "drop": 0,
    "server_error": 500,
    "bad_gateway": 502,
    "unavailable": 503,
    "throttled": 429,
    "invalid_grant": 400,
}
"""Statuses of the token endpoint's injected failures; a drop has none."""


async def discovery(request: Request) -> Response:
    """The OpenID configuration, with this server's own addresses."""
    base = str(request.base_url).rstrip("/")
    return JSONResponse(
        {
            "issuer": f"{base}/op/v1",
            "authorization_endpoint": f"{base}/connect/oauth2",
            "token_endpoint": f"{base}/oauth2/v1/tokens/bearer",
            "userinfo_endpoint": f"{base}/v1/openid_connect/userinfo",
            "revocation_endpoint": f"{base}/v2/oauth2/tokens/revoke",
            "jwks_uri": f"{base}/op/v1/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "profile", "address", "phone", ACCOUNTING_SCOPE],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
        }
    )


async def consent(request: Request) -> Response:
    """The page on which a person picks a company and approves or denies."""
    world: World = request.app.state.world
    params = request.query_params
    problem = _consent_problem(world, dict(params))
    if problem:
        return render("message.html", {"title": "Sorry, but this did not work", "text": problem}, status=400)
    hidden = {name: params[name] for name in ("client_id", "redirect_uri", "state", "scope")}
    return render("consent.html", {"companies": world.companies.values(), "hidden": hidden})


async def decide(request: Request) -> Response:
    """The consent page's form: back to the app with a code, or with ``access_denied``."""
    world: World = request.app.state.world
    form = {name: str(value) for name, value in (await request.form()).items()}
    problem = _consent_problem(world, {**form, "response_type": "code"})
    realm = form.get("realm", "")
    if problem or realm not in world.companies:
        return render(
            "message.html",
            {"title": "Sorry, but this did not work", "text": problem or "Choose a company."},
            status=400,
        )
    if form.get("decision") != "approve":
        answer = {"error": "access_denied", "state": form["state"]}
    else:
        world.companies[realm].connected = True
        code = world.authority.issue_code(realm, form["scope"], form["redirect_uri"])
        answer = {"code": code, "state": form["state"], "realmId": realm}
    joint = "&" if "?" in form["redirect_uri"] else "?"
    return RedirectResponse(f"{form['redirect_uri']}{joint}{urlencode(answer)}", 302)


async def token(request: Request) -> Response:
    """Exchange a code, or refresh; with the plan's fault in it."""
    world: World = request.app.state.world
    form = {name: str(value) for name, value in (await request.form()).items()}
    record = _record(world, request, {k: v if k == "grant_type" else "(blanked)" for k, v in form.items()})
    rule = world.plan.strike(Occasion(TOKEN_ENDPOINT, "POST", None, form.get("grant_type"), None))
    record.injected = rule.kind if rule else None
    if rule and not rule.commit and rule.kind in TOKEN_FAILURES:
        return _failed(request, world, record, rule.kind)
    try:
        body, status = await _granted(request, world, form), 200
    except OAuthError as error:
        body, status = _refusal(error), error.status
    if rule and rule.kind == "delay":
        await asyncio.sleep(rule.seconds)
    if rule and rule.commit and rule.kind in TOKEN_FAILURES:
        return _failed(request, world, record, rule.kind)
    return _answer(world, record, body, status)


async def _granted(request: Request, world: World, form: dict[str, str]) -> dict[str, Any]:
    """Tokens for a code or a refresh token, or an OAuthError."""
    authority = world.authority
    authority.check_client(*_client(request, form))
    with_hard = request.headers.get("x-include-refresh-token-hard-expires-in", "").lower() == "true"
    if form.get("grant_type") == "authorization_code":
        access, grant = authority.exchange_code(form.get("code", ""), form.get("redirect_uri", ""))
    elif form.get("grant_type") == "refresh_token":
        presented = form.get("refresh_token", "")
        authority.begin_refresh(presented)
        await asyncio.sleep(authority.refresh_seconds)
        access, grant = authority.finish_refresh(presented)
    else:
        raise OAuthError("unsupported_grant_type")
    return authority.token_answer(access, grant, with_hard)


def _refusal(error: OAuthError) -> dict[str, Any]:
    described = {"error_description": error.description} if error.description else {}
    return {"error": error.error, **described}


def _failed(request: Request, world: World, record: Recorded, kind: str) -> Response:
    """The token endpoint out of order."""
    if kind == "drop":
        world.recorder.add(record)
        abort((request.client.host, request.client.port) if request.client else None)
        raise ConnectionDropped("dropped by the fault plan")
    if kind == "invalid_grant":
        return _answer(world, record, _refusal(OAuthError(kind)), TOKEN_FAILURES[kind])
    record.status = TOKEN_FAILURES[kind]
    world.recorder.add(record)
    body, media = (BAD_GATEWAY_PAGE, HTML) if kind == "bad_gateway" else (b"", TEXT)
    return Response(body, record.status, {"intuit_tid": record.intuit_tid}, media)


async def revoke(request: Request) -> Response:
    """Disconnect: 200 without a body."""
    world: World = request.app.state.world
    raw = await request.body()
    try:
        posted = json.loads(raw)
    except ValueError:
        posted = dict(await request.form())
    record = _record(world, request, {"token": "(blanked)"})
    try:
        world.authority.check_client(*_client(request, {}))
    except OAuthError as error:
        return _answer(world, record, _refusal(error), error.status)
    if not isinstance(posted, dict) or not posted.get("token"):
        return _answer(world, record, {"error": "invalid_request"}, 400)
    world.authority.revoke(str(posted["token"]))
    return _answer(world, record, None, 200)


async def userinfo(request: Request) -> Response:
    """Who is connected; 401 without a living token."""
    world: World = request.app.state.world
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    record = _record(world, request, None)
    refusal = world.authority.refused(bearer)
    if refusal:
        return _answer(world, record, {"error": "invalid_token", "error_description": refusal}, 401)
    return _answer(
        world,
        record,
        {
            "sub": "sandbox-user",
            "email": "owner@example.com",
            "emailVerified": True,
            "givenName": "Morgan",
            "familyName": "Reid",
        },
        200,
    )


async def keys(request: Request) -> Response:
    """No id tokens are issued, so there is no key to check them with."""
    return JSONResponse({"keys": []})


def _consent_problem(world: World, params: dict[str, str]) -> str | None:
    if params.get("client_id") != world.authority.client_id:
        return "client_id is not this app's: see the sandbox's start-up lines for the right one."
    if params.get("response_type") != "code":
        return "response_type must be code."
    if ACCOUNTING_SCOPE not in params.get("scope", "").split():
        return f"scope must include {ACCOUNTING_SCOPE}."
    if not params.get("state"):
        return "state is missing."
    if not world.authority.allows_redirect(params.get("redirect_uri", "")):
        return "redirect_uri is not registered for this app."
    return None


def _client(request: Request, form: dict[str, str]) -> tuple[str | None, str | None]:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id"), form.get("client_secret")
    try:
        client_id, _, secret = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None, None
    return client_id, secret


def _record(world: World, request: Request, body: Any) -> Recorded:
    endpoint = request.url.path.rstrip("/").rsplit("/", 1)[-1]
    return Recorded(
        number=world.recorder.next_number(),
        at=world.clock.now().isoformat(),
        method=request.method,
        path=request.url.path,
        query=dict(request.query_params),
        body=body,
        realm=None,
        endpoint=f"{request.method} oauth {endpoint}",
        operation=None,
        entity=None,
        meter="none",
        intuit_tid=str(uuid.uuid4()),
    )


def _answer(world: World, record: Recorded, body: dict[str, Any] | None, status: int) -> Response:
    record.status = status
    record.fault = str((body or {}).get("error")) if status >= 400 else None
    world.recorder.add(record)
    headers = {"intuit_tid": record.intuit_tid, "Cache-Control": "no-cache, no-store"}
    return (
        Response(status_code=status, headers=headers) if body is None else JSONResponse(body, status, headers)
    )


_DISCOVERY = "/.well-known/openid_configuration"
ROUTES = [
    *(
        Route(path + slash, discovery)
        for slash in ("", "/")
        for path in (
            _DISCOVERY,
            "/.well-known/openid_sandbox_configuration",
            "/.well-known/openid-configuration",
        )
    ),
    Route("/connect/oauth2", consent),
    Route("/connect/oauth2", decide, methods=["POST"]),
    Route("/oauth2/v1/tokens/bearer", token, methods=["POST"]),
    Route("/v2/oauth2/tokens/revoke", revoke, methods=["POST"]),
    Route("/v1/openid_connect/userinfo", userinfo),
    Route("/op/v1/jwks", keys),
]
