"""Signed periods as texts: up to when, and what stands otherwise since."""

from __future__ import annotations

from dataclasses import dataclass

from caspen_qbo.core.reconciling.stored import Signature, SignedChange
from caspen_qbo.hooks.store.reconciling.sign_off import FoundChanges
from caspen_qbo.reports.words import change_words
from caspen_qbo.ui import texts
from caspen_qbo.ui.views.words import KINDS
from caspen_qbo.ui.visit import Visit

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


def signed_view(visit: Visit, latest: Signature, found: FoundChanges) -> SignedView:
    """:param latest: The newest sign-off. :param found: What stands otherwise."""
    in_all = found.in_all
    stand = "stands" if in_all == 1 else "stand"
    return SignedView(
        state=f"Signed off up to {_signature(visit, latest)}.",
        notice=f"{texts.counted(in_all, 'document')} of a signed period no longer {stand} as signed."
        if in_all
        else "",
        changes=tuple(_row(visit, change) for change in found.changes),
        cut=f"The first {len(found.changes)} are shown; the report of the newest run has the others."
        if in_all > len(found.changes)
        else "",
    )


def _row(visit: Visit, change: SignedChange) -> ChangeRow:
    money = [
        texts.money(side.total, visit.currency)
        for figures in (change.signed, change.now)
        for side in (figures.caspen, figures.quickbooks)
    ]
    return ChangeRow(
        document=f"{KINDS.get(change.kind, change.kind)} {change.number}",
        what=change_words(change),
        caspen_signed=money[0],
        quickbooks_signed=money[1],
        caspen_now=money[2],
        quickbooks_now=money[3],
        signed=f"up to {_signature(visit, change)}",
    )


def _signature(visit: Visit, one: Signature) -> str:
    return f"{texts.day(one.through)} by {one.signer}, {texts.moment(one.signed_at, visit.zone)}"
