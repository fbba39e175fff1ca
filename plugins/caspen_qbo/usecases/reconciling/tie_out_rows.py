"""A tie-out while it is put together: sums of both sides, and the documents that explain a difference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from caspen_qbo.core.records import DocumentKind
from caspen_qbo.usecases.shared.session import Session

ITEMS_MAX = 200
"""Of one sum; how many there are and what they come to together is stored of all."""
ZERO = Decimal("0.00")
TieOut = dict[str, Any]
"""As stored with the run: amounts are texts."""


@dataclass(frozen=True, slots=True)
class Item:
    """One document by which a sum differs; None on the side that does not have it there."""

    kind: DocumentKind
    document_id: int
    number: str
    caspen: Decimal | None
    quickbooks: Decimal | None

    @property
    def delta(self) -> Decimal:
        """QuickBooks minus Caspen."""
        return (self.quickbooks or ZERO) - (self.caspen or ZERO)


@dataclass
class Sum:
    """One line of a tie-out. What explains it is counted in full; the largest items are kept."""

    label: str
    caspen: Decimal = ZERO
    quickbooks: Decimal = ZERO
    items: list[Item] = field(default_factory=list)
    items_in_all: int = 0
    explained: Decimal = ZERO

    def add(self, item: Item) -> None:
        """Count a document on both sides, and keep it where it differs."""
        self.caspen += item.caspen or ZERO
        self.quickbooks += item.quickbooks or ZERO
        if item.delta:
            self.items_in_all += 1
            self.explained += item.delta
            self.items.append(item)
            if len(self.items) > 2 * ITEMS_MAX:
                self.items = self.largest()

    def largest(self) -> list[Item]:
        return sorted(self.items, key=lambda item: (-abs(item.delta), item.number))[:ITEMS_MAX]


@dataclass(frozen=True)
class TieOutDraft:
    key: str
    title: str
    explanation: str
    sums: Sequence[Sum]
    totals: Mapping[str, Sequence[Sum]] = field(default_factory=dict)
    """Sums of sums by their label; their items are those of the parts."""
    steps: Sequence[tuple[str, Decimal]] = ()
    """What comes on top of QuickBooks' side of the last row on the way to what QuickBooks itself shows."""
    leads_to: str | None = None
    """What that is; None where it is not known."""
    notes: Sequence[str] = ()

    def finish(self, session: Session) -> TieOut:
        """As stored with the run, with what is known of each document's reason."""
        rows = [_row(one.label, [one]) for one in self.sums]
        rows += [{**_row(label, parts), "total": True} for label, parts in self.totals.items()]
        steps = [(label, amount) for label, amount in self.steps if amount]
        end = Decimal(rows[-1]["quickbooks"]) + sum((amount for _, amount in steps), ZERO) if rows else ZERO
        shown = [(one.label, item) for one in self.sums for item in one.largest()]
        reasons = _reasons(session, [item for _, item in shown])
        return {
            "key": self.key,
            "title": self.title,
            "explanation": self.explanation,
            "rows": rows,
            "items": [
                {
                    "of": label,
                    "kind": item.kind.value,
                    "number": item.number,
                    "caspen": _text(item.caspen),
                    "quickbooks": _text(item.quickbooks),
                    "delta": f"{item.delta:.2f}",
                    "reason": reasons[item.kind, item.document_id],
                }
                for label, item in shown
            ],
            "items_in_all": sum(one.items_in_all for one in self.sums),
            "steps": [{"label": label, "amount": f"{amount:.2f}"} for label, amount in steps],
            "leads_to": {"label": self.leads_to, "amount": f"{end:.2f}"} if self.leads_to else None,
            "notes": list(self.notes),
        }


def _row(label: str, parts: Sequence[Sum]) -> dict[str, Any]:
    caspen = sum((part.caspen for part in parts), ZERO)
    quickbooks = sum((part.quickbooks for part in parts), ZERO)
    return {
        "label": label,
        "caspen": f"{caspen:.2f}",
        "quickbooks": f"{quickbooks:.2f}",
        "delta": f"{quickbooks - caspen:.2f}",
        "explained": f"{sum((part.explained for part in parts), ZERO):.2f}",
    }


def _reasons(session: Session, items: Iterable[Item]) -> dict[tuple[DocumentKind, int], str]:
    ids: dict[DocumentKind, list[int]] = {}
    for item in items:
        ids.setdefault(item.kind, []).append(item.document_id)
    return {
        (kind, document_id): _reason(kind, known.get(document_id))
        for kind, wanted in ids.items()
        for known in [session.store.tie_outs.fetch_reasons(kind, wanted)]
        for document_id in wanted
    }


def _reason(kind: DocumentKind, known: Mapping[str, Any] | None) -> str:
    if known is None:
        return "Not explained"
    if known["title"]:
        about = "" if known["about_kind"] == kind else f" ({_about(known)})"
        return f"{known['title']}{about}"
    if known["accepted"]:
        return "Accepted by a person"
    if not known["settled"]:
        return "A payment or credit note of it is on its way"
    return "Not explained"


def _about(known: Mapping[str, Any]) -> str:
    return f"{known['about_kind'].replace('_', ' ')} {known['about_number']}"


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"
