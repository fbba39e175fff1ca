"""Who may answer the question of a backfill. Airflow lets everyone answer who may run a DAG; here an answer
needs the right to configure, as on the pages, and "Approve" stores the approval that carrying out looks for.

A middleware of Airflow's API server. Where it is missing nothing is stored, and nothing is carried out.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import anyio.to_thread

if TYPE_CHECKING:
    from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ANSWER = re.compile(
    r"/api/v2/dags/backfill_invoices/dagRuns/(?P<run_id>[^/]+)"
    r"/taskInstances/approve_backfill/[^/]+/hitlDetails/?$"
)
APPROVE = "Approve"
BODY_MAX = 65_536
REFUSED = (
    "Approving or rejecting a backfill needs the right to configure, which Airflow's Op and Admin have. "
    "Ask one of them to answer, here or on the page Backfill of the practice."
)


class BackfillApprovals:
    """ASGI middleware; looks at the answers to the question ``approve_backfill`` and at nothing else."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = ANSWER.search(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] != "PATCH":
            await self._app(scope, receive, send)
            return
        await self._answer(found["run_id"], scope, receive, send)

    async def _answer(self, run_id: str, scope: Scope, receive: Receive, send: Send) -> None:
        from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
        from fastapi import HTTPException, Request

        try:
            request = Request(scope)
            user = await get_user(request, None, await bearer_scheme(request))
        except HTTPException:
            await self._app(scope, receive, send)  # Airflow's own words for who is not signed in
            return
        body = await _read(receive)
        status, words = await anyio.to_thread.run_sync(_judge, user, run_id, body)
        if words:
            await _refuse(send, status, words)
            return
        await self._app(scope, _again(body, receive), send)


def _judge(user: BaseUser, run_id: str, body: bytes) -> tuple[int, str]:
    """Store an approval. An HTTP status and words where the answer is refused, else no words."""
    from caspen_qbo import wiring
    from caspen_qbo.errors import RetryError, SyncError
    from caspen_qbo.ui.access import Right, holds
    from caspen_qbo.usecases.backfill.approval import approve

    if not holds(user, Right.CONFIGURE):
        return 403, REFUSED
    if not _approves(body):
        return 200, ""
    try:
        with wiring.open_store(on_a_page=True) as opened:
            workspace_id = opened.practices.fetch_planned(run_id)
            if workspace_id is not None:
                who = f"airflow:{user.get_name()}"
                store = opened.for_workspace(workspace_id)
                approve(store, run_id, run_id=run_id, who=who, through="question")
    except SyncError as error:
        return 503 if isinstance(error, RetryError) else 409, error.message
    return 200, ""


def _approves(body: bytes) -> bool:
    """Whether the answer is "Approve". What is not readable is Airflow's to refuse."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return False
    chosen = answer.get("chosen_options") if isinstance(answer, dict) else None
    return isinstance(chosen, list) and APPROVE in chosen


async def _read(receive: Receive) -> bytes:
    """Up to a limit that no answer reaches; Airflow refuses what is cut off."""
    body, more = b"", True
    while more and len(body) <= BODY_MAX:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False) and message["type"] == "http.request"
    return body


def _again(body: bytes, receive: Receive) -> Receive:
    """The same body for the application behind this one."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _refuse(send: Send, status: int, words: str) -> None:
    body = json.dumps({"detail": words}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
