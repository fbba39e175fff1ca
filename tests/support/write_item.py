"""One write for a batch, without a recorded request."""

from __future__ import annotations

from dataclasses import dataclass

from caspen_qbo.core.documents import Body


@dataclass(frozen=True, slots=True)
class WriteItem:
    bid: str
    entity: str
    operation: str
    payload: Body
