"""The API itself, ``/v3/company/{realm}/...``."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qbo_emulator.routes.connections import ConnectionDropped, abort
from qbo_emulator.service.calls import Call, understand
from qbo_emulator.service.gateway import Answer, Gateway
from qbo_emulator.state.fault_plan import Occasion, Rule
from qbo_emulator.state.recorder import Recorded
from qbo_emulator.state.world import World


async def company_call(request: Request) -> Response:
    """One API request, recorded whatever becomes of it."""
    world: World = request.app.state.world
    started = time.perf_counter()
    realm, path = request.path_params["realm"], request.path_params["path"]
    params = dict(request.query_params)
    text = await request.body()
    call = understand(
        request.method,
        path,
        params,
        text,
        request.headers.get("accept", ""),
        request.headers.get("content-type", ""),
    )
    record = _record(world, request, call, realm, text)
    occasion = Occasion(call.endpoint, request.method, record.entity, call.operation, realm)
    rule = world.plan.strike(occasion)
    if rule:
        record.injected = rule.kind
    drops = rule is not None and rule.kind == "drop"
    answer = None
    if not (drops and rule and not rule.commit):
        answer = Gateway(world).answer(realm, call, _bearer(request), rule, record)
        if rule and rule.kind == "token_expired":
            world.authority.expire_access_tokens(realm)
        world.webhooks.collect(filter(None, [world.companies.get(realm)]))
        record.status, record.fault = answer.status, answer.fault_code
    try:
        await asyncio.sleep(world.latency_seconds + (rule.seconds if rule and rule.kind == "delay" else 0.0))
        if drops or answer is None:
            record.status = None
            raise _dropped(request)
        return _response(answer, rule, record)
    finally:
        record.real_seconds = round(time.perf_counter() - started, 6)
        world.recorder.add(record)


def _response(answer: Answer, rule: Rule | None, record: Recorded) -> Response:
    body = answer.body
    if rule and rule.kind == "truncate":
        body = body[: len(body) // 2]
    return Response(
        body, answer.status, {"intuit_tid": record.intuit_tid, **answer.headers}, answer.media_type
    )


def _dropped(request: Request) -> Exception:
    client = (request.client.host, request.client.port) if request.client else None
    abort(client)
    return ConnectionDropped("dropped by the fault plan")


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _record(world: World, request: Request, call: Call, realm: str, text: bytes) -> Recorded:
    body: Any = None
    if text:
        try:
            body = json.loads(text)
        except ValueError:
            body = text.decode("utf-8", "replace")
    return Recorded(
        number=world.recorder.next_number(),
        at=world.clock.now().isoformat(),
        method=request.method,
        path=request.url.path,
        query=call.params,
        body=body,
        realm=realm,
        endpoint=f"{request.method} {call.endpoint}",
        operation=call.operation,
        entity=call.kind.name if call.kind else None,
        meter=call.meter,
        intuit_tid=str(uuid.uuid4()),
    )


ROUTES = [Route("/v3/company/{realm}/{path:path}", company_call, methods=["GET", "POST"])]
