"""
QuickBooks' notifications: they only wake the DAGs early; all that is believed is whose company moved.

Off until the connection ``quickbooks`` holds a ``webhook_verifier_token``. No login: the signature decides.
"""

from __future__ import annotations

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
from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook

log = logging.getLogger(__name__)

router = APIRouter()

BODY_BYTES_MAX = 1_000_000
BUNDLE_SECONDS = 20
"""Notifications come in bursts: those of this span wake one run, which starts at its end."""
WAKES = ("import_from_quickbooks", "post_to_quickbooks")


@router.post("/webhook")
async def webhook(request: Request, tasks: BackgroundTasks) -> Response:
    """
    200 at once, the work after it: Intuit waits three seconds. Repeated or shuffled ones do no harm.

    404 while webhooks are off, 401 for a wrong signature, 400 for a body that is no notification.
    """
    verifier = await run_in_threadpool(_verifier)
    if not verifier:
        raise HTTPException(404, "Not Found")
    body = await _read(request)
    if not is_signed(body, request.headers.get("intuit-signature", ""), verifier):
        raise HTTPException(401, "The signature does not fit.")
    try:
        realms = realms_of(json.loads(body))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise HTTPException(400, "This is not a notification of QuickBooks.") from None
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
    """
    The companies a notification speaks of: CloudEvents (an array), or the retired ``eventNotifications``.

    :raises TypeError, KeyError, AttributeError: it has neither shape.
    """
    if isinstance(notification, list):
        return {str(event["intuitaccountid"]) for event in notification}
    return {str(each["realmId"]) for each in notification["eventNotifications"]}


def wake(realms: Iterable[str]) -> None:
    """
    Queue a run of each DAG for each connected workspace of these companies. Safe to repeat.

    Trouble is logged and left: the schedule comes round within a quarter of an hour.
    """
    try:
        with wiring.open_store() as store:
            workspaces = store.practices.fetch_of_realms(set(realms))
    except SyncError as error:
        log.warning("webhook could not look up its workspaces: %s", error.message)
        return
    for workspace_id in workspaces:
        for dag_id in WAKES:
            _queue(dag_id, workspace_id)


def _queue(dag_id: str, workspace_id: int) -> None:
    """
    One run for each span of time, whatever number of notifications came in it.

    The public API would want a login, which a notification does not bring: so Airflow's own function, not
    promised to stay where it is, and imported here so that only this would break.
    """
    from airflow.api.common.trigger_dag import trigger_dag
    from airflow.exceptions import AirflowException, DagNotFound, DagRunAlreadyExists
    from airflow.models.dag import DagModel
    from airflow.utils.types import DagRunTriggeredByType

    now = datetime.now(UTC)
    ends = (int(now.timestamp()) // BUNDLE_SECONDS + 1) * BUNDLE_SECONDS
    starts_at = datetime.fromtimestamp(ends, UTC)
    try:
        dag = DagModel.get_current(dag_id)
        if dag is None or dag.is_paused:
            log.warning("webhook workspace=%d: the DAG %s is missing or switched off", workspace_id, dag_id)
            return
        trigger_dag(
            dag_id,
            triggered_by=DagRunTriggeredByType.REST_API,
            run_id=f"webhook__{workspace_id}__{starts_at:%Y-%m-%dT%H:%M:%S}",
            run_after=starts_at + timedelta(seconds=1),
            conf={"workspace_id": workspace_id},
            note="QuickBooks sent word of a change.",
        )
    except DagRunAlreadyExists:
        return  # an earlier notification of this span has queued it
    except (DagNotFound, AirflowException) as error:
        log.warning("webhook workspace=%d dag=%s error=%s", workspace_id, dag_id, type(error).__name__)
