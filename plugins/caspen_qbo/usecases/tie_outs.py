"""Tie-outs: the sums a bookkeeper signs, each with the documents that explain its difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from caspen_qbo.core.records import DocumentKind
from caspen_qbo.usecases.session import Session
from caspen_qbo.usecases.tax_by_code import by_code

ITEMS_MAX = 200
ZERO = Decimal("0.00")
TieOut = dict[str, Any]


def tie_outs(session: Session, today: date) -> list[TieOut]:
    """
    Receivables, the payment account, credit notes, and tax of this month and the one before.

    :param today: In the workspace's time zone.
    """
    sums = session.store.tie_outs.sum_compared(session.workspace_id)
    choices = session.store.setup.fetch_choices(session.workspace_id)
    account = choices.payment_account_id if choices else ""
    others = session.store.tie_outs.sum_others(session.workspace_id, session.realm_id, account)
    return [
        _receivables(session, sums, others),
        _payment_account(session, sums, others),
        _credit_notes(session, sums),
        _tax(session, today),
    ]


def _receivables(session: Session, sums: Sequence[Mapping[str, Any]], others: Mapping[str, Any]) -> TieOut:
    ours, theirs = _sum(sums, DocumentKind.INVOICE, "balance")
    notes = []
    if number := others["open_invoices"]["documents"]:
        notes.append(
            f"Beside these, the same customers owe {others['open_invoices']['amount']:,.2f} on "
            f"{_count(number, 'QuickBooks invoice')} not of Caspen's."
        )
    if number := others["held_invoices"]["documents"]:
        notes.append(
            f"Not in these sums: {_count(number, 'posted invoice')} of which Caspen has a newer version that "
            f"waits or is listed; QuickBooks has {others['held_invoices']['amount']:,.2f} open on them."
        )
    return TieOutDraft(
        "receivables",
        "Accounts receivable",
        "What clients owe on synced invoices.",
        [_row("Open balances of synced invoices", ours, theirs)],
        _items(session, DocumentKind.INVOICE, "balance"),
        notes,
    ).finish()


def _payment_account(
    session: Session, sums: Sequence[Mapping[str, Any]], others: Mapping[str, Any]
) -> TieOut:
    posted = _sum(sums, DocumentKind.PAYMENT, "total", ("caspen", "backfill"))
    imported = _sum(sums, DocumentKind.PAYMENT, "total", ("quickbooks",))
    notes = []
    if number := others["on_other_account"]["documents"]:
        notes.append(
            f"On another account than the chosen payment account: {_count(number, 'of these payments', '')}, "
            f"{others['on_other_account']['amount']:,.2f}."
        )
    if number := others["other_payments"]["documents"]:
        notes.append(
            f"The payment account also holds {_count(number, 'QuickBooks payment')} not linked to Caspen, "
            f"{others['other_payments']['amount']:,.2f}."
        )
    return TieOutDraft(
        "payment_account",
        "Payment account",
        "Money received on synced invoices, on either side.",
        [
            _row("Payments posted from Caspen", *posted),
            _row("Payments imported from QuickBooks", *imported),
            _row("Together", posted[0] + imported[0], posted[1] + imported[1]),
        ],
        _items(session, DocumentKind.PAYMENT, "total"),
        notes,
    ).finish()


def _credit_notes(session: Session, sums: Sequence[Mapping[str, Any]]) -> TieOut:
    total = _sum(sums, DocumentKind.CREDIT_NOTE, "total")
    unused = _sum(sums, DocumentKind.CREDIT_NOTE, "balance")
    return TieOutDraft(
        "credit_notes",
        "Credit notes",
        "Synced credit notes, each applied to its own invoice.",
        [_row("Credit notes issued", *total), _row("Of these not yet used on their invoice", *unused)],
        _items(session, DocumentKind.CREDIT_NOTE, "total")
        + _items(session, DocumentKind.CREDIT_NOTE, "balance"),
        [],
    ).finish()


def _tax(session: Session, today: date) -> TieOut:
    since = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    months = session.store.tie_outs.sum_tax(session.workspace_id, since)
    rows = []
    for month in months:
        label = f"{month['month']:%B %Y}"
        rows.append(_row(f"Net sales, {label}", month["caspen_net"], month["quickbooks_net"]))
        rows.append(_row(f"Tax, {label}", month["caspen_tax"], month["quickbooks_tax"]))
    rows += [_row(*figures) for figures in by_code(session, since)]
    items = _items(session, DocumentKind.INVOICE, "tax", since)
    for item in _items(session, DocumentKind.CREDIT_NOTE, "tax", since):
        items.append({**item, "delta": -item["delta"], "delta_of_all": -item["delta_of_all"]})
    return TieOutDraft(
        "tax",
        "Tax by code",
        f"Synced invoices less credit notes dated from {since.day} {since:%B %Y} on. What explains it is by "
        "tax.",
        rows,
        items,
        [],
    ).finish()


def _sum(
    sums: Sequence[Mapping[str, Any]], kind: DocumentKind, figure: str, origins: Sequence[str] | None = None
) -> tuple[Decimal, Decimal]:
    wanted = [r for r in sums if r["document_kind"] == kind and (origins is None or r["origin"] in origins)]
    return (
        sum((row[f"caspen_{figure}"] for row in wanted), ZERO),
        sum((row[f"quickbooks_{figure}"] for row in wanted), ZERO),
    )


def _row(label: str, caspen: Decimal, quickbooks: Decimal) -> dict[str, str]:
    return {
        "label": label,
        "caspen": f"{caspen:.2f}",
        "quickbooks": f"{quickbooks:.2f}",
        "delta": f"{quickbooks - caspen:.2f}",
    }


def _items(
    session: Session, kind: DocumentKind, figure: str, since: date | None = None
) -> list[Mapping[str, Any]]:
    return list(
        session.store.tie_outs.fetch_tie_out_items(session.workspace_id, kind, figure, ITEMS_MAX, since)
    )


@dataclass(frozen=True)
class TieOutDraft:
    """A tie-out before it becomes texts."""

    key: str
    title: str
    explanation: str
    rows: list[dict[str, str]]
    items: list[Mapping[str, Any]]
    notes: list[str]

    def finish(self) -> TieOut:
        """As stored with the run."""
        groups = {(item["kind"], item["figure"]): item for item in self.items}.values()
        return {
            "key": self.key,
            "title": self.title,
            "explanation": self.explanation,
            "rows": self.rows,
            "items": [
                {
                    "number": item["document_number"],
                    "caspen": _text(item["caspen_value"]),
                    "quickbooks": _text(item["quickbooks_value"]),
                    "delta": f"{item['delta']:.2f}",
                    "reason": _reason(item),
                }
                for item in self.items
            ],
            "items_in_all": sum(item["items"] for item in groups),
            "items_delta": f"{sum((item['delta_of_all'] for item in groups), ZERO):.2f}",
            "notes": self.notes,
        }


def _count(number: int, noun: str, plural: str = "s") -> str:
    return f"{number:,} {noun}{'' if number == 1 else plural}"


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _reason(item: Mapping[str, Any]) -> str:
    if item["title"]:
        return item["title"]
    if item["accepted"]:
        return "Accepted by a person"
    if not item["settled"]:
        return "A payment or credit note of it is on its way"
    return "Not explained"
