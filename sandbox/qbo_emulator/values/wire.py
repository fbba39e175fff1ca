"""Bodies as they travel: JSON and XML envelopes of both layers."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from qbo_emulator.values.clock import envelope_stamp
from qbo_emulator.values.faults import ApplicationFault, GatewayFault, QuickBooksFault

NAMESPACE = "http://schema.intuit.com/finance/v3"
JSON, XML, HTML, TEXT = (
    "application/json;charset=UTF-8",
    "application/xml;charset=UTF-8",
    "text/html",
    "text/plain",
)


def json_bytes(body: Any) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def success_body(answer: dict[str, Any], now: datetime, as_json: bool) -> tuple[bytes, str]:
    """An answer with its ``time``; XML when the client did not ask for JSON."""
    if as_json:
        return json_bytes({**answer, "time": envelope_stamp(now)}), JSON
    return _xml_answer(answer, now), XML


def fault_body(fault: QuickBooksFault, now: datetime, as_json: bool) -> tuple[bytes, str]:
    """A fault in its layer's shape."""
    if isinstance(fault, GatewayFault):
        return gateway_body(fault, now) if as_json else (_xml_answer({"Fault": _upper(fault)}, now), XML)
    assert isinstance(fault, ApplicationFault)
    if as_json:
        return json_bytes({"Fault": fault.body(), "time": envelope_stamp(now)}), JSON
    return _xml_answer({"Fault": fault.body()}, now), XML


def gateway_body(fault: GatewayFault, now: datetime) -> tuple[bytes, str]:
    """The gateway's envelope: lower-case ``fault``, ``time`` in epoch milliseconds."""
    return json_bytes(
        {
            "warnings": None,
            "intuitObject": None,
            "fault": fault.body(),
            "report": None,
            "queryResponse": None,
            "batchItemResponse": [],
            "attachableResponse": [],
            "syncErrorResponse": None,
            "requestId": None,
            "time": int(now.timestamp() * 1000),
            "status": None,
            "cdcresponse": [],
        }
    ), JSON


def throttle_xml(fault: GatewayFault, now: datetime) -> tuple[bytes, str]:
    """A 429 as XML, as seen even by clients that asked for JSON."""
    return _xml_answer({"Fault": _upper(fault)}, now), XML


def _upper(fault: GatewayFault) -> dict[str, Any]:
    return {"type": fault.kind, "Error": [error.upper() for error in fault.errors]}


def _xml_answer(answer: dict[str, Any], now: datetime) -> bytes:
    inner = "".join(_element(name, value) for name, value in answer.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><IntuitResponse xmlns="{NAMESPACE}" '
        f'time="{envelope_stamp(now)}">{inner}</IntuitResponse>'
    ).encode()


_ATTRIBUTES = (
    "domain",
    "sparse",
    "status",
    "type",
    "code",
    "element",
    "bId",
    "startPosition",
    "maxResults",
    "totalCount",
    "name",
)


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if not isinstance(value, dict):
        return f"<{name}>{escape(_text(value))}</{name}>"
    attributes = "".join(
        f" {key}={quoteattr(_text(value[key]))}"
        for key in _ATTRIBUTES
        if key in value and not isinstance(value[key], (dict, list))
    )
    if "value" in value:  # a reference: its Id is the content, its name an attribute
        return f"<{name}{attributes}>{escape(_text(value['value']))}</{name}>"
    inner = "".join(_element(key, item) for key, item in value.items() if f" {key}=" not in attributes)
    return f"<{name}{attributes}>{inner}</{name}>"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
