"""What one API request asks for, read from its method, path, parameters and body."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from qbo_emulator.entities import BY_RESOURCE, Kind, Options
from qbo_emulator.state.recorder import Meter
from qbo_emulator.values import faults

SINGLETONS = ("preferences", "companyinfo")


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a company, understood."""

    method: str
    segments: tuple[str, ...]
    """Path behind ``/v3/company/{realm}/``."""
    params: dict[str, str]
    text: bytes
    as_json: bool
    operation: str | None
    """create, update, delete, void, read, query, batch, cdc, send, pdf, exchange_rate,
    upload, download, report; None: not known."""
    kind: Kind | None
    content_type: str = ""

    @property
    def endpoint(self) -> str:
        """Resource as it stands in the URL."""
        return self.segments[0] if self.segments else ""

    @property
    def is_write(self) -> bool:
        """Whether it changes the books (a batch does)."""
        return self.operation in ("create", "update", "delete", "void", "batch", "send", "upload")

    @property
    def request_id(self) -> str | None:
        """Only writes are protected by a request id."""
        return self.params.get("requestid") or None if self.is_write else None

    @property
    def meter(self) -> Meter:
        """Core: data in, free. CorePlus: data out, metered. A batch's items are metered one by one."""
        return "Core" if self.is_write else "CorePlus"

    def json(self) -> Any:
        """The body as JSON, numbers as Decimal.

        :raises ApplicationFault: 500 for bytes that are no UTF-8, 2010 for text that is no JSON.
        """
        try:
            return json.loads(self.decoded(), parse_float=Decimal)
        except (json.JSONDecodeError, RecursionError) as error:
            raise faults.unparseable() from error

    def decoded(self) -> str:
        """The body as text; 500 for bytes that are no UTF-8."""
        try:
            return self.text.decode()
        except UnicodeDecodeError as error:
            raise faults.bad_bytes() from error

    def options(self) -> Options:
        """What ``include`` allows."""
        return Options(
            allow_duplicate_number="allowduplicatedocnum" in self.params.get("include", "").split(",")
        )


def understand(
    method: str, path: str, params: dict[str, str], text: bytes, accept: str, content_type: str = ""
) -> Call:
    """Never fails; a call that makes no sense gets ``operation`` None."""
    segments = tuple(part for part in path.split("/") if part)
    head = segments[0] if segments else ""
    kind = BY_RESOURCE.get(head)
    operation: str | None = None
    if head in ("query", "batch", "cdc"):
        allowed = {"query": ("GET", "POST"), "batch": ("POST",), "cdc": ("GET",)}[head]
        operation = head if method in allowed else None
    elif segments == ("upload",) and method == "POST":
        operation, kind = "upload", BY_RESOURCE["attachable"]
    elif head == "reports" and method == "GET" and len(segments) == 2:
        operation = "report"
    elif head == "download" and method == "GET" and len(segments) == 2:
        operation, kind = "download", BY_RESOURCE["attachable"]
    elif segments == ("exchangerate",) and method == "GET":
        operation = "exchange_rate"
    elif segments == ("taxservice", "taxcode") and method == "POST":
        operation, kind = "create", BY_RESOURCE["taxcode"]
    elif kind and method == "GET" and (len(segments) == 2 or (len(segments) == 1 and head in SINGLETONS)):
        operation = "read"
    elif kind and len(segments) == 3 and (method, segments[2]) in (("GET", "pdf"), ("POST", "send")):
        operation = segments[2]
    elif kind and method == "POST" and len(segments) == 1:
        operation = _write(kind, params, text)
    return Call(method, segments, params, text, "json" in accept, operation, kind, content_type)


def _write(kind: Kind, params: dict[str, str], text: bytes) -> str:
    asked, include = params.get("operation", ""), params.get("include", "").split(",")
    if asked == "delete":
        return "delete"
    if kind.void_style == "operation" and asked == "void":
        return "void"
    if kind.void_style == "include" and asked == "update" and "void" in include:
        return "void"
    # Any other operation, a misspelt one too, is ignored: what the body carries decides.
    try:
        body = json.loads(text)
    except ValueError:
        return "create"
    return "update" if isinstance(body, dict) and _has_id(body) else "create"


def _has_id(body: dict[str, Any]) -> bool:
    # Client libraries send Id null, "" or 0 with a new document.
    return body.get("Id") not in (None, "", 0, "0")
