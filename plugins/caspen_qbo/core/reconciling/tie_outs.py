"""A tie-out in the making: sums of both sides, and the documents that explain where they differ."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.money import ZERO, to_cents
from caspen_qbo.core.reconciling.stored import TieOut, TieOutItem, TieOutRow, TieOutStep
from caspen_qbo.core.records import DocumentKind

ACCEPTED = "Accepted by a person"
"""The reason of a document whose difference a person accepted."""
ITEMS_MAX = 200
"""Of one sum; how many there are and what they come to together is stored of all."""


@dataclass(frozen=True, slots=True)
class Item:
    """One document by which a sum differs; None on the side that does not have it there."""

    key: DocumentKey
    number: str
    caspen: Decimal | None
    quickbooks: Decimal | None

    @property
    def delta(self) -> Decimal:
        """QuickBooks minus Caspen."""
        return (self.quickbooks or ZERO) - (self.caspen or ZERO)


@dataclass(slots=True)
class Sum:
    """One line of a tie-out. What explains it is counted in full; the largest items are kept."""

    label: str
    caspen: Decimal = ZERO
    quickbooks: Decimal = ZERO
    items: list[Item] = field(default_factory=list)
    items_in_all: int = 0
    explained: Decimal = ZERO
    month: date | None = None
    """Its first day, where it is of one month alone."""

    def add(self, item: Item) -> None:
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


@dataclass(frozen=True, slots=True)
class KnownReason:
    document_id: int
    settled: bool
    """No payment or credit note of it is on its way."""
    accepted: bool
    title: str | None
    """Of what is listed; None where nothing is."""
    about_kind: DocumentKind | None
    about_number: str | None
    """The document that is listed."""


@dataclass(frozen=True, slots=True)
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

    @property
    def shown(self) -> list[tuple[str, Item]]:
        """(label of the sum, item) of every item that is stored."""
        return [(one.label, item) for one in self.sums for item in one.largest()]

    def finish(self, reasons: Mapping[DocumentKey, str]) -> TieOut:
        """:param reasons: Of every document in ``shown``."""
        rows = [_row(one.label, [one]) for one in self.sums]
        rows += [_row(label, parts, total=True) for label, parts in self.totals.items()]
        steps = tuple(TieOutStep(label, to_cents(amount)) for label, amount in self.steps if amount)
        end = sum((step.amount for step in steps), rows[-1].quickbooks if rows else ZERO)
        return TieOut(
            key=self.key,
            title=self.title,
            explanation=self.explanation,
            rows=tuple(rows),
            items=tuple(_item(label, item, reasons[item.key]) for label, item in self.shown),
            items_in_all=sum(one.items_in_all for one in self.sums),
            steps=steps,
            leads_to=TieOutStep(self.leads_to, end) if self.leads_to else None,
            notes=tuple(self.notes),
        )


def _row(label: str, parts: Iterable[Sum], *, total: bool = False) -> TieOutRow:
    whole = list(parts)
    caspen = to_cents(sum((part.caspen for part in whole), ZERO))
    quickbooks = to_cents(sum((part.quickbooks for part in whole), ZERO))
    explained = to_cents(sum((part.explained for part in whole), ZERO))
    month = next((part.month for part in whole), None)
    return TieOutRow(label, caspen, quickbooks, quickbooks - caspen, explained, total, month)


def _item(label: str, item: Item, reason: str) -> TieOutItem:
    caspen, quickbooks = (None if side is None else to_cents(side) for side in (item.caspen, item.quickbooks))
    return TieOutItem(
        item.number, caspen, quickbooks, to_cents(item.delta), reason, of=label, kind=item.key.kind
    )


def describe_reason(kind: DocumentKind, known: KnownReason | None) -> str:
    if known and known.title:
        if known.about_kind in (kind, None):
            return known.title
        return f"{known.title} ({str(known.about_kind).replace('_', ' ')} {known.about_number})"
    if known and known.accepted:
        return ACCEPTED
    if known and not known.settled:
        return "A payment or credit note of it is on its way"
    return "Not explained"
