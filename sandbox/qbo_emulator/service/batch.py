"""Batches: up to 30 operations, one after the other, each failing for itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from qbo_emulator.entities import KINDS, Options
from qbo_emulator.query import run_query
from qbo_emulator.service.perform import check_subscription, write
from qbo_emulator.state.idempotency import AnswerStore, check_length
from qbo_emulator.store import Company
from qbo_emulator.values import faults
from qbo_emulator.values.wire import JSON, json_bytes

ITEMS_MAX = 30
_ITEM_KEYS = {"bId", "operation", "optionsData", "Query"}


def batch_items(body: Any) -> list[dict[str, Any]]:
    """A batch's items.

    :raises ApplicationFault: 400 for an empty batch, 1040 for one that is too long, 2010 for another shape.
    """
    if not isinstance(body, dict) or set(body) - {"BatchItemRequest"}:
        raise faults.unparseable()
    items = body.get("BatchItemRequest")
    if not items:
        raise faults.validation(400, "MalformedRequest", "Batch Request is Empty")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise faults.unparseable()
    if len(items) > ITEMS_MAX:
        raise faults.validation(
            1040, "Batch size exceeds allowed limit", f"Batch size exceeds allowed limit : {ITEMS_MAX}"
        )
    return items


def run_batch(
    company: Company,
    items: list[dict[str, Any]],
    request_id: str | None,
    answers: AnswerStore,
    injected: Sequence[faults.ApplicationFault] = (),
) -> list[dict[str, Any]]:
    """Answers of all items, serially done; the first ones fail with what is ``injected`` instead, undone.

    With a request id each item's key is request id + bId, at most 50 characters together.
    """
    answered = []
    for position, item in enumerate(items):
        try:
            if position < len(injected):
                raise injected[position]
            answer = _protected(company, item, request_id, answers)
        except faults.ApplicationFault as fault:
            answer = {"Fault": fault.body()}
        answered.append({"bId": item["bId"], **answer} if item.get("bId") else answer)
    return answered[::-1] if company.switches.batch_answer_order == "reversed" else answered


def _protected(
    company: Company, item: dict[str, Any], request_id: str | None, answers: AnswerStore
) -> dict[str, Any]:
    if request_id is None or "Query" in item:
        return _run_item(company, item)
    key = request_id + str(item.get("bId", ""))
    check_length(key)
    stored = answers.get(key, company.switches.requestid_ttl_seconds)
    if stored is not None:
        if company.switches.batch_replay == "transient_6000":
            raise faults.business(faults.TRANSIENT_TEXT)
        return json.loads(stored.body)
    try:
        answer = _run_item(company, item)
    except faults.ApplicationFault as fault:
        if company.switches.requestid_replays_faults:
            answers.keep(key, 200, json_bytes({"Fault": fault.body()}), JSON)
        raise
    answers.keep(key, 200, json_bytes(answer), JSON)
    return answer


def _run_item(company: Company, item: dict[str, Any]) -> dict[str, Any]:
    if "Query" in item:
        return {"QueryResponse": run_query(company, str(item["Query"]))}
    names = [name for name in item if name not in _ITEM_KEYS]
    if len(names) != 1 or names[0] not in KINDS:
        raise faults.validation(
            2000, "Invalid object name", "Invalid object name : a batch item needs one entity"
        )
    kind, body = KINDS[names[0]], item[names[0]]
    operation = item.get("operation") or "create"
    include = str(item.get("optionsData") or "").split(",")
    if operation not in ("create", "update", "delete", "void"):
        raise faults.bad_choice("operation", operation)
    if operation == "update" and "void" in include and kind.void_style == "include":
        operation = "void"
    elif operation == "void" and kind.void_style != "operation":
        raise faults.unsupported_operation("void")
    check_subscription(company)
    options = Options(allow_duplicate_number="allowduplicatedocnum" in include)
    return {kind.name: write(company, kind, operation, body, options)}
