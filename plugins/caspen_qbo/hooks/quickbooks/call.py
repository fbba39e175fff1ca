"""One call to QuickBooks and its answer, as values; and what kind of call an address is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from caspen_qbo.core.documents import instant_of
from caspen_qbo.errors import QboUnavailableError
from caspen_qbo.hooks.quickbooks.wire import encode

WRITES = frozenset({"batch", "write", "void"})


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent. Repeating a call sends exactly this again, request id included."""

    kind: str
    """query, cdc, batch, read, write or void."""
    entity: str
    """For the log; ``-`` where a call has none."""
    method: str
    url: str
    headers: Mapping[str, str]
    params: Mapping[str, Any]
    body: bytes

    @property
    def is_write(self) -> bool:
        return self.kind in WRITES

    def __str__(self) -> str:
        return f"QuickBooks {self.kind}" + ("" if self.entity == "-" else f" of {self.entity}")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer without a fault, in the shape python-quickbooks reads."""

    status_code: int
    headers: Mapping[str, str]
    payload: dict[str, Any]
    intuit_tid: str
    repeated: bool = False
    """The call was turned away at the gate before (429, 401): what is refused now may have been done then."""

    @property
    def text(self) -> str:
        return encode(self.payload).decode()

    @property
    def answered_at(self) -> datetime:
        """
        QuickBooks' own clock: the envelope's time, else the Date header. UTC.

        :raises QboUnavailableError: neither is there.
        """
        told = self.payload.get("time")
        try:
            if isinstance(told, int):  # gateway answers count milliseconds
                return datetime.fromtimestamp(told / 1000, UTC)
            instant = instant_of(told)
        except ValueError:
            instant = None
        if instant is not None and instant.tzinfo is not None:
            return instant.astimezone(UTC)
        try:
            return parsedate_to_datetime(self.headers["Date"]).astimezone(UTC)
        except (KeyError, ValueError):
            raise QboUnavailableError("QuickBooks' answer carries no time, in its body or as Date.") from None


def read_call(
    method: str,
    url: str,
    headers: Mapping[str, str] | None,
    params: Mapping[str, Any] | None,
    data: bytes | str | None,
) -> Call:
    """The call that these arguments of a request make. The session sets the authorisation itself."""
    params = dict(params or {})
    body = data.encode("utf-8") if isinstance(data, str) else (data or b"")
    kept = {name: value for name, value in (headers or {}).items() if name.lower() != "authorization"}
    kind, entity = _classify(method, url, params, body)
    return Call(kind, entity, method, url, kept, params, body)


def _classify(method: str, url: str, params: Mapping[str, Any], body: bytes) -> tuple[str, str]:
    parts = url.split("/v3/", 1)[-1].split("/")
    entity = parts[2] if len(parts) > 2 else "-"
    if entity == "query":
        asked = re.search(rb"\bFROM\s+(\w+)", body, re.IGNORECASE)
        return "query", asked[1].decode().lower() if asked else "-"
    if entity in ("cdc", "batch"):
        return entity, "-"
    if method == "GET":
        return "read", entity
    if params.get("operation") == "void" or params.get("include") == "void":
        return "void", entity
    return "write", entity
