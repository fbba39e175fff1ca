"""QuickBooks' notifications: they only start the DAGs early; only the company's id is trusted. Off until the
connection ``quickbooks`` holds a ``webhook_verifier_token``. No login: the signature decides.
"""

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import APIRouter, BackgroundTasks, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from caspen_qbo import wiring
from caspen_qbo.airflow.dag_runs import queue_run
from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook

log = logging.getLogger(__name__)

router = APIRouter()

BODY_BYTES_MAX = 1_000_000
BUNDLE_SECONDS = 20
"""Notifications come in bursts: all of one such span start one run, at its end."""
WAKES = ("import_from_quickbooks", "post_to_quickbooks")


@router.post("/webhook")
async def webhook(request: Request, tasks: BackgroundTasks) -> Response:
    """Answer 200 at once and work afterwards: Intuit waits three seconds. Repeated or reordered ones do no
    harm. 404 while webhooks are off, 401 for a wrong signature, 400 for a body that is no notification.
    """
    verifier = await run_in_threadpool(_verifier)
    if not verifier:
        raise HTTPException(404, "Not Found")
    body = await _read(request)
    if not is_signed(body, request.headers.get("intuit-signature", ""), verifier):
        raise HTTPException(401, "The signature does not match.")
    try:
        realms = realms_of(json.loads(body))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise HTTPException(400, "This is not a QuickBooks notification.") from None
    tasks.add_task(wake, realms)
    return Response(status_code=200)


def _verifier() -> str:
    try:
        return QuickBooksHook().config.webhook_verifier_token
    except SyncError:
        return ""


async def _read(request: Request) -> bytes:
    """The raw body, for the signature is over its bytes; 413 when it is larger than any notification."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise HTTPException(413, "Too large.")
    return bytes(body)


def is_signed(body: bytes, signature: str, verifier: str) -> bool:
    """Whether ``signature`` is base64 of HMAC-SHA256 over the body, compared in constant time."""
    expected = base64.b64encode(hmac.new(verifier.encode(), body, hashlib.sha256).digest())
    return hmac.compare_digest(expected, signature.encode("utf-8", "replace"))


def realms_of(notification: Any) -> set[str]:
    """The companies a notification is about: CloudEvents (an array), or the retired ``eventNotifications``.

    :raises TypeError, KeyError, AttributeError: it has neither shape.
    """
    if isinstance(notification, list):
        return {str(event["intuitaccountid"]) for event in notification}
    return {str(each["realmId"]) for each in notification["eventNotifications"]}


def wake(realms: Iterable[str]) -> None:
    """Queue a run of each DAG for each connected workspace of these companies. Safe to repeat. Errors are
    only logged: the schedule starts the same work within a quarter of an hour.
    """
    try:
        with wiring.open_store(on_a_page=True) as store:
            workspaces = store.practices.fetch_of_realms(set(realms))
    except SyncError as error:
        log.warning("webhook could not look up its workspaces: %s", error.message)
        return
    ends = (int(datetime.now(UTC).timestamp()) // BUNDLE_SECONDS + 1) * BUNDLE_SECONDS
    span_end = datetime.fromtimestamp(ends, UTC)
    for workspace_id in workspaces:
        for dag_id in WAKES:
            queue_run(
                dag_id,
                f"webhook__{workspace_id}__{span_end:%Y-%m-%dT%H:%M:%S}",
                workspace_id=workspace_id,
                run_after=span_end + timedelta(seconds=1),
                note="QuickBooks reported a change.",
            )
