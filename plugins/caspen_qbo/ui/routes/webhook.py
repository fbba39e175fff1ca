"""QuickBooks' notifications: hints by which work is found early, and have lists read again. Off until the
connection ``quickbooks`` holds a ``webhook_verifier_token``. No login: the signature decides.
"""

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, BackgroundTasks, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from caspen_qbo import wiring
from caspen_qbo.core.connection.connect import is_realm
from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook
from caspen_qbo.hooks.store.monitoring.practices import ReportedPayment

log = logging.getLogger(__name__)

router = APIRouter()

BODY_BYTES_MAX = 1_000_000
ID_LENGTH_MAX = 100
PAYMENT = "payment"
SALES = {"invoice": "Invoice", "creditmemo": "CreditMemo"}
LISTS = {
    name.casefold(): name
    for name in ("Preferences", "Account", "Item", "PaymentMethod", "CompanyInfo", "TaxCode", "TaxRate")
}
"""What is kept for a day; a notification says that it moved."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What a notification says of one thing."""

    realm_id: str
    entity: str
    """In lower case; empty where it does not say."""
    quickbooks_id: str
    made: bool
    """Created; otherwise changed, voided, deleted or merged, or it does not say."""


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
        reported = read_notification(json.loads(body))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise HTTPException(400, "This is not a QuickBooks notification.") from None
    tasks.add_task(wake, reported)
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


def read_notification(notification: Any) -> set[Reported]:
    """What is reported: CloudEvents (an array), or the retired ``eventNotifications``; without what cannot be
    an id.

    :raises TypeError, KeyError, AttributeError: it has neither shape.
    """
    if isinstance(notification, list):
        found = {
            Reported(
                str(event["intuitaccountid"]),
                _part(str(event.get("type", "")), 1),
                str(event.get("intuitentityid", "")),
                _part(str(event.get("type", "")), 2) == "created",
            )
            for event in notification
        }
    else:
        found = {
            Reported(
                str(each["realmId"]),
                str(entity.get("name", "")).casefold(),
                str(entity.get("id", "")),
                str(entity.get("operation", "")).casefold() == "create",
            )
            for each in notification["eventNotifications"]
            for entity in (each.get("dataChangeEvent") or {}).get("entities") or [{}]
        }
    return {each for each in found if is_realm(each.realm_id) and _is_id(each.quickbooks_id)}


def _is_id(text: str) -> bool:
    """Whether it can be the id of something in QuickBooks, or of nothing."""
    return text.isascii() and len(text) <= ID_LENGTH_MAX and (text.isprintable() or not text)


def _part(event_type: str, number: int) -> str:
    """Of ``qbo.payment.created.v1``: 1 is the entity, 2 what happened to it; empty where there is none."""
    parts = event_type.casefold().split(".")
    return parts[number] if len(parts) > number else ""


def wake(reported: Collection[Reported]) -> None:
    """Hand over to the watcher what there is to look at, in a table, for each connected workspace of these
    companies. Safe to repeat. Errors are only logged: the schedule finds the same work, if later.

    That what is ours was made is reported too: it wakes nothing, and shows that webhooks work.
    """
    payments = {
        ReportedPayment(one.realm_id, one.quickbooks_id, one.made)
        for one in reported
        if one.entity == PAYMENT
    }
    sales = {(one.realm_id, SALES[one.entity], one.quickbooks_id) for one in reported if one.entity in SALES}
    others = {
        (one.realm_id, one.entity, one.quickbooks_id, one.made) for one in reported if one.entity != PAYMENT
    }
    try:
        with wiring.open_store(on_a_page=True) as store:
            store.practices.record_heard(payments)
            store.practices.record_touched(others)
            store.practices.forget_numbers(sales)
            for one in reported:
                if name := LISTS.get(one.entity):
                    store.practices.forget_list(one.realm_id, name)
    except SyncError as error:
        log.warning("webhook could not hand over what it was sent: %s", error.message)
