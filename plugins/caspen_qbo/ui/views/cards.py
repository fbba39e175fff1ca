"""The cards above the unsynced list: one for each root cause, with what repairs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from caspen_qbo.catalogue import entry_for
from caspen_qbo.hooks.database import Row
from caspen_qbo.ui import texts
from caspen_qbo.ui.access import Right
from caspen_qbo.ui.views.unsynced_filter import Asked
from caspen_qbo.ui.views.words import NOT_RETRIED, TURNS
from caspen_qbo.ui.visit import Visit

FIX_PAGES = {
    "invalid_refresh_token": ("setup", "Open Set-up"),
    "setup_incomplete": ("setup", "Open Settings"),
    "business_validation_tax": ("taxes", "Open Taxes"),
    "subscription_ended": ("setup/doctor", "Ask the doctor"),
}


@dataclass(frozen=True, slots=True)
class Card:
    key: str
    cause_ref: str
    title: str
    about: str
    """Which tax rate, customer or setting, when one fix repairs them all."""
    waiting: str
    cause: str
    fix: str
    turn: str
    since: str
    link: str
    link_text: str
    list_url: str
    active: bool
    may_retry: bool


def build_cards(visit: Visit, asked: Asked, causes: Sequence[Row]) -> tuple[Card, ...]:
    """One card for one root cause: several where one fix releases many, else one for each kind of error."""
    merged: dict[tuple[str, str], list[Row]] = {}
    for row in causes:
        shared = entry_for(row["error_key"]).released_together
        merged.setdefault((row["error_key"], row["cause_ref"] if shared else ""), []).append(row)
    rates = {}
    if any(cause.startswith("tax_rate:") for _, cause in merged):
        rates = {
            f"tax_rate:{rate.id}": rate for rate in visit.billing.fetch_tax_rates(visit.workspace_id).values()
        }
    cards = []
    for (key, cause_ref), rows in merged.items():
        entry, waiting = entry_for(key), sum(row["waiting"] for row in rows)
        page, link_text = FIX_PAGES.get(key, ("", ""))
        rate = rates.get(cause_ref)
        about = f"{rate.name}, {texts.percent(rate.rate)}" if rate else _about(cause_ref)
        wanted = Asked(key=key, cause=cause_ref)
        cards.append(
            (
                waiting,
                Card(
                    key=key,
                    cause_ref=cause_ref,
                    title=entry.title,
                    about=about,
                    waiting=texts.counted(waiting, "document"),
                    cause=entry.cause,
                    fix=entry.fix,
                    turn=TURNS[entry.turn],
                    since=texts.moment(min(row["since"] for row in rows), visit.zone),
                    link=visit.url(page) if page else "",
                    link_text=link_text,
                    list_url=f"{visit.url('unsynced')}?{wanted.query()}#list",
                    active=asked.key == key and asked.cause == cause_ref,
                    may_retry=visit.may(Right.OPERATE) and key not in NOT_RETRIED,
                ),
            )
        )
    cards.sort(key=lambda pair: (-pair[0], pair[1].title, pair[1].cause_ref))
    return tuple(card for _, card in cards)


def _about(cause_ref: str) -> str:
    kind, _, which = cause_ref.partition(":")
    words = {"customer": "QuickBooks customer", "setting": "The", "item": "Item", "account": "Account"}
    return f"{words[kind]} {which}" if kind in words and which else ""
