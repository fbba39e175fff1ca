"""Batches: composing one within QuickBooks' limits, and reading from its answer what became of each item."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from caspen_qbo import settings
from caspen_qbo.core import faults
from caspen_qbo.core.accounting import Answer, BatchItem
from caspen_qbo.core.faults import FaultAction
from caspen_qbo.errors import InvariantError, SubscriptionEndedError
from caspen_qbo.hooks.quickbooks.call import Reply
from caspen_qbo.hooks.quickbooks.wire import encode

log = logging.getLogger(__name__)

REQUEST_ID_MAX = 36
BID_MAX = 10


def compose_batch(request_id: str, items: Sequence[BatchItem]) -> bytes:
    """:raises InvariantError: beyond QuickBooks' limits, where it refuses items or confuses requests."""
    check_length("request id of a batch", request_id, REQUEST_ID_MAX)
    if len(items) > settings.BATCH_ITEMS_MAX:
        raise unsendable(f"a batch has {len(items)} items; QuickBooks takes {settings.BATCH_ITEMS_MAX}")
    bids = [item.bid for item in items]
    if len(set(bids)) != len(bids):
        raise unsendable(f"a batch names an item twice: {sorted(bids)}")
    for bid in bids:
        check_length("item id in a batch", bid, BID_MAX)
    requests = [{"bId": item.bid, "operation": item.operation, item.entity: item.payload} for item in items]
    return encode({"BatchItemRequest": requests})


def read_answers(reply: Reply, items: Sequence[BatchItem]) -> dict[str, Answer]:
    """An answer by ``bid`` for every item that has a clear one; the others are unconfirmed.
    SubscriptionEndedError: every item was refused for it; nothing was carried out.
    """
    listed = reply.payload.get("BatchItemResponse") or ()
    parts = {str(part.get("bId", "")): part for part in listed if isinstance(part, Mapping)}
    found = {item.bid: _read_item(item, parts.get(item.bid, {}), reply) for item in items}
    answers = {bid: answer for bid, answer in found.items() if answer is not None}
    verdicts = [answer.verdict for answer in answers.values() if answer.verdict is not None]
    if len(verdicts) == len(items) and all(verdict.error.code == "6190" for verdict in verdicts):
        ended = SubscriptionEndedError(
            f"QuickBooks refused all {len(items)} writes (6190): {verdicts[0].error.text}. "
            "It takes no new data until the subscription is renewed.",
            intuit_tid=reply.intuit_tid,
        )
        ended.not_carried_out = True
        raise ended
    return answers


def check_length(what: str, value: str, longest: int) -> None:
    """:raises InvariantError: empty or too long."""
    if not 0 < len(value) <= longest:
        raise unsendable(f"{what} {value!r} has {len(value)} characters; QuickBooks takes 1 to {longest}")


def unsendable(message: str) -> InvariantError:
    error = InvariantError(message)
    error.not_carried_out = True
    return error


def _read_item(item: BatchItem, part: Mapping[str, Any], reply: Reply) -> Answer | None:
    """One item's answer; None when it is unconfirmed, as any refusal is after the batch was sent twice."""
    label, tid = f"bid={item.bid} entity={item.entity}", reply.intuit_tid
    if errors := faults.read_errors(part):
        verdict = faults.judge_errors(errors)
        code = verdict.error.code or "-"
        if reply.repeated or not verdict.definite:
            log.warning("quickbooks batch item unconfirmed %s code=%s tid=%s", label, code, tid or "-")
            return None
        if (action := verdict.action) is not FaultAction.HOLD:
            log.info("quickbooks batch item %s code=%s action=%s tid=%s", label, code, action, tid or "-")
        return Answer(None, verdict, tid)
    body = part.get(item.entity)
    if not isinstance(body, Mapping):
        log.warning("quickbooks batch item without an answer %s tid=%s", label, tid or "-")
        return None
    return Answer(body, intuit_tid=tid)
