"""The way of one API request: plan of faults, token, limits, stored answers, the work itself, the answer.

Between the first look at the state and the last change there is no waiting, so requests never interleave.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from qbo_emulator.service.batch import ITEMS_MAX, batch_items, run_batch
from qbo_emulator.service.calls import Call
from qbo_emulator.service.perform import downloaded, perform, printed
from qbo_emulator.state.fault_plan import Rule
from qbo_emulator.state.idempotency import StoredAnswer, check_length
from qbo_emulator.state.limits import Limits
from qbo_emulator.state.recorder import Recorded
from qbo_emulator.state.world import World
from qbo_emulator.store import Company
from qbo_emulator.values import faults
from qbo_emulator.values.wire import (
    HTML,
    JSON,
    TEXT,
    fault_body,
    gateway_body,
    json_bytes,
    success_body,
    throttle_xml,
)

BAD_GATEWAY_PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway"
    b"</h1></center>\r\n</body>\r\n</html>\r\n"
)


@dataclass(slots=True)
class Answer:
    """What goes back to the client."""

    status: int
    body: bytes
    media_type: str
    headers: dict[str, str] = field(default_factory=dict)
    fault_code: str | None = None


class Gateway:
    """Answers calls to companies of one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(
        self, realm: str, call: Call, bearer: str | None, rule: Rule | None, record: Recorded
    ) -> Answer:
        """The answer to a call, with the plan's fault in it.

        Safe to repeat only as far as QuickBooks is: a create without a request id creates again.
        """
        if rule and not rule.commit:
            struck = self._struck(rule, call)
            if struck:
                return struck
        answer = self._served(realm, call, bearer, rule, record)
        if rule and rule.commit:
            return self._struck(rule, call) or answer
        return answer

    def _served(
        self, realm: str, call: Call, bearer: str | None, rule: Rule | None, record: Recorded
    ) -> Answer:
        try:
            company = self._admitted(realm, call, bearer)
            if call.request_id and call.operation != "batch":
                check_length(call.request_id)
                stored = self._world.answers[realm].get(
                    call.request_id, company.switches.requestid_ttl_seconds
                )
                if stored:
                    record.replayed = True
                    return _from_store(stored)
            return self._done(company, call, rule)
        except faults.QuickBooksFault as fault:
            return self.refusal(fault, call, realm)

    def _admitted(self, realm: str, call: Call, bearer: str | None) -> Company:
        """The company, once token and limits allow; 401, 403 or 429 otherwise."""
        world = self._world
        if not bearer:
            raise faults.token_refused("Missing bearer token")
        refusal = world.authority.refused(bearer)
        company = world.companies.get(realm)
        if refusal and not (refusal.startswith("Token revoked") and company and not company.connected):
            raise faults.token_refused(refusal)
        if company is None or not company.connected or world.authority.access[bearer].grant.realm != realm:
            raise faults.application_not_authorised()
        self._meter(company, call, world.limits[realm])
        return company

    def _meter(self, company: Company, call: Call, limits: Limits) -> None:
        is_batch = call.operation == "batch"
        if company.switches.limits:
            if not limits.admits(is_batch):
                raise faults.throttled()
        else:
            limits.count(is_batch)
        reads, writes = (0, 1) if call.meter == "Core" else (1, 0)
        if is_batch:
            reads, writes = _batch_meter(call)
        if reads and not limits.spend_quota(reads, company.switches.core_plus_quota):
            raise faults.throttled()
        self._world.recorder.by_meter["CorePlus"] += reads
        self._world.recorder.by_meter["Core"] += writes

    def _done(self, company: Company, call: Call, rule: Rule | None) -> Answer:
        if call.operation == "batch":
            return self._batch(company, call, rule)
        if call.operation == "pdf":
            return Answer(200, printed(company, call), "application/pdf")
        if call.operation == "download":
            body, media = downloaded(company, call)
            return Answer(200, body, media)
        if call.operation is None and len(call.segments) > 1:
            return Answer(404, b"", TEXT)
        answers = self._world.answers[company.realm]
        try:
            result = perform(company, call)
        except faults.ApplicationFault as fault:
            if (
                call.request_id
                and fault.kind == "ValidationFault"
                and company.switches.requestid_replays_faults
            ):
                body, media = fault_body(fault, self._world.clock.now(), call.as_json)
                answers.keep(call.request_id, fault.status, body, media)
            raise
        body, media = success_body(result, self._world.clock.now(), call.as_json)
        if call.request_id:
            answers.keep(call.request_id, 200, body, media)
        return Answer(200, body, media)

    def _batch(self, company: Company, call: Call, rule: Rule | None) -> Answer:
        items = batch_items(call.json())
        self._world.recorder.batch_items += len(items)
        results = run_batch(
            company, items, call.request_id, self._world.answers[company.realm], _injected(rule)
        )
        if rule and rule.kind == "batch_partial":
            results = results[: rule.items]
        body, media = success_body({"BatchItemResponse": results}, self._world.clock.now(), call.as_json)
        return Answer(200, body, media)

    def refusal(self, fault: faults.QuickBooksFault, call: Call, realm: str | None) -> Answer:
        """A fault as an answer, in its layer's form."""
        now = self._world.clock.now()
        company = self._world.companies.get(realm or "")
        if isinstance(fault, faults.GatewayFault):
            as_xml = fault.status == 429 and company is not None and company.switches.throttle_body == "xml"
            body, media = throttle_xml(fault, now) if as_xml else gateway_body(fault, now)
        else:
            body, media = fault_body(fault, now, call.as_json)
        headers = (
            {"www-authenticate": 'Bearer realm="Intuit", error="invalid_token"'}
            if fault.status == 401
            else {}
        )
        return Answer(fault.status, body, media, headers, fault.code)

    def _struck(self, rule: Rule, call: Call) -> Answer | None:  # noqa: C901  two lines a kind of fault
        """The answer of a rule that replaces the real one; None for rules that only change it."""
        now = self._world.clock.now()
        if rule.kind == "throttled":
            return self.refusal(faults.throttled(), call, None)
        if rule.kind == "throttled_xml":
            body, media = throttle_xml(faults.throttled(), now)
            return Answer(429, body, media, fault_code="3001")
        if rule.kind == "server_error":
            return self.refusal(faults.application_error(), call, None)
        if rule.kind == "bad_gateway":
            return Answer(502, BAD_GATEWAY_PAGE, HTML)
        if rule.kind == "unavailable":
            return Answer(503, b"", TEXT)
        if rule.kind == "transient":
            return self.refusal(faults.business(faults.TRANSIENT_TEXT), call, None)
        if rule.kind == "inventory_lock":
            return self.refusal(
                faults.business(
                    "Someone else is trying to save a transaction with inventory products at exactly the "
                    "same time."
                ),
                call,
                None,
            )
        if rule.kind == "ok_with_fault":
            body = json_bytes({"Fault": faults.application_error().body(), "time": now.isoformat()})
            return Answer(200, body, JSON, fault_code="10000")
        if rule.kind == "token_expired":
            return self.refusal(faults.token_refused("Token expired: AB01"), call, None)
        if rule.kind == "not_authorised":
            return self.refusal(faults.application_not_authorised(), call, None)
        if rule.kind == "refuse" and (rule.status or call.operation != "batch"):
            return self.refusal(_refusal(rule.errors, rule.status or 400), call, None)
        return None


def _refusal(errors: list[dict[str, str]], status: int = 400) -> faults.ApplicationFault:
    found = (
        faults.FaultError(e.get("message", ""), e.get("detail", ""), e.get("code", ""), e.get("element", ""))
        for e in errors
    )
    return faults.ApplicationFault(status, "ValidationFault", *found)


def _injected(rule: Rule | None) -> list[faults.ApplicationFault]:
    """What a batch's first items fail with."""
    if rule is not None and rule.kind == "batch_transient":
        return [faults.business(faults.TRANSIENT_TEXT)] * ITEMS_MAX
    if rule is not None and rule.kind == "refuse":
        return [_refusal([error]) for error in rule.errors]
    return []


def _from_store(stored: StoredAnswer) -> Answer:
    return Answer(stored.status, stored.body, stored.media_type)


def _batch_meter(call: Call) -> tuple[int, int]:
    """(CorePlus, Core) items of a batch; an unreadable one counts as one write and is refused later."""
    try:
        items: list[dict[str, Any]] = batch_items(call.json())
    except faults.ApplicationFault:
        return 0, 1
    reads = sum(1 for item in items if "Query" in item)
    return reads, len(items) - reads
