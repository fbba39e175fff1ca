"""What a run would do to each document, with the reason, as data: printed by dry runs, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from caspen_qbo.core.posting.decide.decisions import (
    AlreadyApplied,
    AlreadyEqual,
    AlreadyGone,
    Apply,
    Create,
    Decision,
    Hold,
    HoldDifferent,
    LinkExisting,
    Remove,
    Update,
    Wait,
)
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.core.writes import ENTITY


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
    invoice_id: int
    number: str
    total: Decimal
    reason: str

    @classmethod
    def of(cls, document: Document, do: Do, reason: str) -> Planned:
        return cls(
            do, document.kind, document.id, document.invoice_id, document.number, document.total, reason
        )


def describe(document: Document, decision: Decision, title_of: Callable[[str], str]) -> Planned:  # noqa: C901  a case a kind of decision
    """
    A decision in words.

    :param title_of: What an error key is called on the list.
    """
    entity = f"QuickBooks {ENTITY[document.kind]}"
    match decision:
        case Create(customer):
            new = customer is not None and customer.to_create
            reason = "not in QuickBooks; its customer would be created" if new else "not in QuickBooks"
            return Planned.of(document, Do.POST, reason)
        case Update():
            reason = f"Caspen has a newer version; {entity} {document.quickbooks_id}"
            return Planned.of(document, Do.UPDATE, reason)
        case Apply():
            return Planned.of(document, Do.APPLY, "in QuickBooks; to be applied to its invoice")
        case Remove(removed, quickbooks_id):
            reason = f"Caspen no longer has it; QuickBooks {removed} {quickbooks_id}"
            return Planned.of(document, Do.REMOVE, reason)
        case LinkExisting(equal=False):
            return Planned.of(document, Do.LINK, "in QuickBooks by its mark, in another version")
        case LinkExisting() | AlreadyEqual() | AlreadyApplied():
            return Planned.of(document, Do.LINK, "already in QuickBooks, and equal")
        case AlreadyGone():
            return Planned.of(document, Do.LINK, "already gone from QuickBooks")
        case Hold(problems):
            details: dict[str, list[str]] = {}
            for problem in problems:
                details.setdefault(problem.error_key, []).append(problem.detail)
            reasons = [f"{title_of(key)}: {' '.join(found)}" for key, found in details.items()]
            return Planned.of(document, Do.LIST, " ".join(reasons))
        case HoldDifferent(error_key, differences, lead):
            what = "; ".join(map(str, differences))
            return Planned.of(document, Do.LIST, f"{title_of(error_key)}: {f'{lead} '.lstrip()}{what}.")
        case Wait(reason):
            return Planned.of(document, Do.WAIT, reason)


def count_planned(steps: Iterable[Planned]) -> dict[str, int]:
    """How many of each, e.g. ``would_post_invoice``."""
    counts: dict[str, int] = {}
    for step in steps:
        name = f"would_{step.do}_{step.kind}"
        counts[name] = counts.get(name, 0) + 1
    return counts
