"""What a run would do to each document, with the reason, as data: printed by dry runs, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from caspen_qbo.core.documents import DocumentFacts
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
    Unreadable,
    Update,
    Wait,
)
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.own_voids import void_number
from caspen_qbo.core.reconciling.sentence import put_in_words
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.core.writes import ENTITY


class Do(StrEnum):
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


def describe(document: Document, decision: Decision, title_of: Callable[[str], str]) -> Planned:
    """``title_of``: what an error key is called on the list."""
    match decision:
        case Hold() | HoldDifferent():
            return Planned.of(document, Do.LIST, _why_listed(decision, title_of))
        case Wait(reason) | Unreadable(reason):
            return Planned.of(document, Do.WAIT, reason)
        case LinkExisting() | AlreadyEqual() | AlreadyApplied() | AlreadyGone():
            return Planned.of(document, Do.LINK, _why_linked(decision))
    return _describe_write(document, decision)


def _describe_write(document: Document, decision: Create | Update | Apply | Remove) -> Planned:
    match decision:
        case Create(customer, voids):
            new = customer is not None and customer.to_create
            reason = "not in QuickBooks; its customer would be created" if new else "not in QuickBooks"
            return Planned.of(document, Do.POST, reason + _describe_voids(voids))
        case Update(voids=voids):
            there = f"QuickBooks {ENTITY[document.kind]} {document.quickbooks_id}"
            return Planned.of(
                document, Do.UPDATE, f"Caspen has a newer version; {there}{_describe_voids(voids)}"
            )
        case Apply():
            return Planned.of(document, Do.APPLY, "in QuickBooks; to be applied to its invoice")
        case Remove(entity, quickbooks_id):
            reason = f"Caspen no longer has it; QuickBooks {entity} {quickbooks_id}"
            return Planned.of(document, Do.REMOVE, reason)


def _describe_voids(voids: Iterable[DocumentFacts]) -> str:
    return "".join(
        f"; our own void, {void.quickbooks_type} {void.quickbooks_id}, would give up the number and be "
        f"{void_number(void)}"
        for void in voids
    )


def _why_linked(decision: LinkExisting | AlreadyEqual | AlreadyApplied | AlreadyGone) -> str:
    if isinstance(decision, AlreadyGone):
        return "already gone from QuickBooks"
    if isinstance(decision, LinkExisting) and not decision.equal:
        return "in QuickBooks by its mark, in another version"
    return "already in QuickBooks, and equal"


def _why_listed(decision: Hold | HoldDifferent, title_of: Callable[[str], str]) -> str:
    if isinstance(decision, HoldDifferent):
        what = put_in_words(decision.differences)
        return f"{title_of(decision.error_key)}: {f'{decision.lead} '.lstrip()}{what}."
    details: dict[str, list[str]] = {}
    for problem in decision.problems:
        details.setdefault(problem.error_key, []).append(problem.detail)
    return " ".join(f"{title_of(key)}: {' '.join(found)}" for key, found in details.items())


def count_planned(steps: Iterable[Planned]) -> dict[str, int]:
    """How many of each, e.g. ``would_post_invoice``."""
    counts: dict[str, int] = {}
    for step in steps:
        name = f"would_{step.do}_{step.kind}"
        counts[name] = counts.get(name, 0) + 1
    return counts
