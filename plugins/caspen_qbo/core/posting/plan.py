"""What a run would do to each document, with the reason, as data: printed by dry runs, counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from caspen_qbo.core.records import DocumentKind


class Do(StrEnum):
    """The kinds of step."""

    POST = "post"
    UPDATE = "update"
    APPLY = "apply"
    REMOVE = "remove"
    LINK = "link"
    """It is in QuickBooks already: nothing is sent, the link is recorded."""
    LIST = "list"
    """It cannot go; a person would see why."""
    WAIT = "wait"
    """Not now, and nobody has to act."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One document and what would become of it."""

    do: Do
    kind: DocumentKind
    document_id: int
    number: str
    total: Decimal
    reason: str


def count_planned(steps: Iterable[Planned]) -> dict[str, int]:
    """How many of each, e.g. ``would_post_invoice``."""
    counts: dict[str, int] = {}
    for step in steps:
        name = f"would_{step.do}_{step.kind}"
        counts[name] = counts.get(name, 0) + 1
    return counts
