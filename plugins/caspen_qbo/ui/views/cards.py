"""The cards above the unsynced list: one for each root cause, with what repairs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from caspen_qbo.catalogue import CatalogueEntry, card_key, entry_of
from caspen_qbo.core.cause import CauseKind, CauseRef
from caspen_qbo.core.records import TaxRate
from caspen_qbo.hooks.store.monitoring.pages import Cause, UnsyncedQuery
from caspen_qbo.ui.context import RequestContext
from caspen_qbo.wording import percent

FIX_PAGES = {
    "invalid_refresh_token": ("setup", "Open Set-up"),
    "setup_incomplete": ("setup", "Open Settings"),
    "inventory_item": ("setup", "Open Settings"),
    "business_validation_tax": ("taxes", "Open Taxes"),
    "inactive_reference": ("customers", "Open Customers"),
    "customer_name_taken": ("customers", "Open Customers"),
    "subscription_ended": ("setup/doctor", "Run the set-up check"),
}
"""Where a cause is fixed: the page, and what the link to it says."""


@dataclass(frozen=True, slots=True)
class Card:
    entry: CatalogueEntry
    query: UnsyncedQuery
    """The list of what waits on this cause."""
    about: str
    """Which tax rate, customer or setting, when one fix repairs them all."""
    waiting: int
    """Documents."""
    since: datetime


def build_cards(context: RequestContext, causes: Sequence[Cause]) -> list[Card]:
    """One card a root cause, largest first; several of one error where one fix releases many documents."""
    merged: dict[tuple[str, str], list[Cause]] = {}
    for cause in causes:
        merged.setdefault(card_key(cause.error_key, cause.cause_ref), []).append(cause)
    refs = {cause_ref: CauseRef.parse(cause_ref) for _, cause_ref in merged}
    rates: dict[int, TaxRate] = {}
    if any(ref is not None and ref.kind is CauseKind.TAX_RATE for ref in refs.values()):
        rates = context.billing.fetch_tax_rates(context.workspace_id)
    cards = [
        Card(
            entry=entry_of(key, refs[cause_ref]),
            query=UnsyncedQuery(key=key, cause=cause_ref),
            about=_about(refs[cause_ref], rates),
            waiting=sum(cause.waiting for cause in same),
            since=min(cause.since for cause in same),
        )
        for (key, cause_ref), same in merged.items()
    ]
    return sorted(cards, key=lambda card: (-card.waiting, card.entry.title, card.query.cause))


def _about(ref: CauseRef | None, rates: dict[int, TaxRate]) -> str:
    if ref is None:
        return ""
    if ref.kind is CauseKind.TAX_RATE:
        rate = rates.get(int(ref.of))
        return f"{rate.name}, {percent(rate.rate)}" if rate else ""
    names = {
        CauseKind.CUSTOMER: "QuickBooks customer",
        CauseKind.SETTING: "The",
        CauseKind.ITEM: "QuickBooks item",
        CauseKind.REFERENCE: "QuickBooks",
        CauseKind.CUSTOMER_CURRENCY: "QuickBooks customer",
        CauseKind.DOCUMENT_CURRENCY: "QuickBooks",
    }
    return f"{names[ref.kind]} {ref.of}" if ref.kind in names and ref.of else ""
