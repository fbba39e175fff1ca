"""One call to QuickBooks and its answer, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from caspen_qbo.core.documents import instant_of
from caspen_qbo.errors import QboUnavailableError


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent. Repeating a call sends exactly this again, request id included."""

    kind: str
    """query, cdc, batch, read, write or void."""
    entity: str
    """For the log, in lower case; ``-`` where a call has none."""
    url: str
    params: Mapping[str, Any]
    body: bytes | None
    """None for a GET."""
    content_type: str = "application/json"
    attempts: int | None = None
    """How often a read is tried; None: as the settings say."""
    items: int = 1
    """As Intuit meters it: each item of a batch is a call."""

    @property
    def is_write(self) -> bool:
        return self.kind in ("batch", "write", "void")

    @property
    def label(self) -> str:
        return f"kind={self.kind} entity={self.entity}"

    def __str__(self) -> str:
        return f"QuickBooks {self.kind}" + ("" if self.entity == "-" else f" of {self.entity}")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer without a fault; its numbers exact."""

    headers: Mapping[str, str]
    payload: dict[str, Any]
    intuit_tid: str
    repeated: bool = False
    """The gateway had turned the call away before (429, 401): what is refused now may have been done then."""

    @property
    def answered_at(self) -> datetime:
        """QuickBooks' own clock, UTC: the envelope's time, else the Date header, else QboUnavailableError."""
        stated = self.payload.get("time")
        try:
            if isinstance(stated, int):  # gateway answers count milliseconds
                return datetime.fromtimestamp(stated / 1000, UTC)
            instant = instant_of(stated)
        except ValueError:
            instant = None
        if instant is not None and instant.tzinfo is not None:
            return instant.astimezone(UTC)
        try:
            return parsedate_to_datetime(self.headers["Date"]).astimezone(UTC)
        except (KeyError, ValueError):
            raise QboUnavailableError("QuickBooks' answer carries no time, in its body or as Date.") from None
