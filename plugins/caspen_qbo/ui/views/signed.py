"""Signed periods as texts: up to when, and what stands otherwise since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from caspen_qbo.hooks.database import Row
from caspen_qbo.reports.signed import SignedChange, read_change
from caspen_qbo.ui import texts
from caspen_qbo.ui.views.words import KINDS
from caspen_qbo.ui.visit import Visit
from caspen_qbo.usecases.reconciling.sign_off import plain_change

CHANGES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class ChangeRow:
    document: str
    what: str
    caspen_signed: str
    caspen_now: str
    quickbooks_signed: str
    quickbooks_now: str
    signed: str


@dataclass(frozen=True, slots=True)
class SignedView:
    state: str
    """Who signed up to when."""
    notice: str
    """Empty where all stands as signed."""
    changes: tuple[ChangeRow, ...]
    cut: str


def signed_view(visit: Visit, latest: Row, changes: Sequence[Row]) -> SignedView:
    """:param latest: The newest sign-off. :param changes: The first of what stands otherwise, or none."""
    in_all = changes[0]["in_all"] if changes else 0
    stand = "stands" if in_all == 1 else "stand"
    return SignedView(
        state=f"Signed off up to {_signature(visit, latest)}.",
        notice=f"{texts.counted(in_all, 'document')} of a signed period no longer {stand} as signed."
        if in_all
        else "",
        changes=tuple(_row(visit, row) for row in changes),
        cut=f"The first {len(changes)} are shown; the report of the newest run has the others."
        if in_all > len(changes)
        else "",
    )


def _row(visit: Visit, row: Row) -> ChangeRow:
    change: SignedChange = read_change(plain_change(row), visit.zone)
    money = [
        texts.money(side.total, visit.currency)
        for figures in (change.signed, change.now)
        for side in (figures.caspen, figures.quickbooks)
    ]
    return ChangeRow(
        document=f"{KINDS.get(change.kind, change.kind)} {change.number}",
        what=change.what,
        caspen_signed=money[0],
        quickbooks_signed=money[1],
        caspen_now=money[2],
        quickbooks_now=money[3],
        signed=f"up to {_signature(visit, row)}",
    )


def _signature(visit: Visit, row: Row) -> str:
    who = row["signed_by"].removeprefix("airflow:")
    return f"{texts.day(row['through'])} by {who}, {texts.moment(row['signed_at'], visit.zone)}"
