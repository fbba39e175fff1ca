"""Taxes as texts: each Caspen rate with its link, and the tax codes one may be linked to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from caspen_qbo.core.records import TaxRate
from caspen_qbo.core.reference import TaxCode
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.connection.setup import TaxLink
from caspen_qbo.ui import texts
from caspen_qbo.ui.access import Right
from caspen_qbo.ui.visit import Visit


@dataclass(frozen=True, slots=True)
class RateRow:
    id: int
    name: str
    percent: str
    synced: bool
    status: str
    """``Synced`` or ``Not synced``."""
    code: str
    linked: str
    waiting: str
    action: str
    """What the button says; empty without the right."""


@dataclass(frozen=True, slots=True)
class TaxesView:
    rates: tuple[RateRow, ...]
    may_link: bool
    connected: bool


def taxes_view(
    visit: Visit, rates: Mapping[int, TaxRate], links: Mapping[int, TaxLink], causes: Iterable[Row]
) -> TaxesView:
    waiting = {row["cause_ref"]: row["waiting"] for row in causes if row["cause_ref"].startswith("tax_rate:")}
    may_link = visit.may(Right.CONFIGURE) and visit.connected
    rows = []
    for rate in sorted(rates.values(), key=lambda rate: (rate.archived, rate.name.casefold(), rate.id)):
        link = links.get(rate.id)
        if rate.archived and link is None:
            continue
        number = waiting.get(f"tax_rate:{rate.id}", 0)
        by = (link.linked_by or "").removeprefix("airflow:") if link else ""
        rows.append(
            RateRow(
                id=rate.id,
                name=f"{rate.name} (archived)" if rate.archived else rate.name,
                percent=texts.percent(rate.rate),
                synced=link is not None,
                status="Synced" if link else "Not synced",
                code=link.tax_code_name if link else texts.NONE,
                linked=f"{texts.moment(link.linked_at, visit.zone)}{f' by {by}' if by else ''}"
                if link
                else "",
                waiting=texts.counted(number, "document") if number else "",
                action=("Link another code" if link else "Sync with QuickBooks") if may_link else "",
            )
        )
    return TaxesView(tuple(rows), may_link, visit.connected)


@dataclass(frozen=True, slots=True)
class CodeRow:
    id: str
    name: str
    percent: str
    fits: bool
    chosen: bool


@dataclass(frozen=True, slots=True)
class ChooseView:
    rate_id: int
    name: str
    percent: str
    codes: tuple[CodeRow, ...]
    none_fits: bool


def choose_view(rate: TaxRate, link: TaxLink | None, codes: Iterable[TaxCode]) -> ChooseView:
    """Codes of the same rate first; the others are shown too, and refused with both rates when chosen."""
    rows = [
        CodeRow(
            code.id,
            code.name,
            texts.percent(code.percent),
            code.percent == rate.rate,
            link is not None and link.tax_code_id == code.id,
        )
        for code in codes
    ]
    rows.sort(key=lambda row: (not row.fits, row.name.casefold()))
    return ChooseView(
        rate.id, rate.name, texts.percent(rate.rate), tuple(rows), not any(row.fits for row in rows)
    )
