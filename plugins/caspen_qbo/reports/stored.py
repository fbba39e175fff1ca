"""A stored reconciliation as the model of its report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from caspen_qbo.catalogue import entry_for
from caspen_qbo.reports.model import (
    Card,
    DifferenceRow,
    LedgerLine,
    ListedRow,
    ReportModel,
    TieOut,
    TieOutItem,
    TieOutRow,
    TieOutStep,
    TrendPoint,
)
from caspen_qbo.reports.signed import read_signed
from caspen_qbo.reports.terms import KIND_WORDS


def read_model(run: Mapping[str, Any], differences: Iterable[Mapping[str, Any]]) -> ReportModel:
    """
    :param run: A row of ``reconciliation_run``, finished; ``differences`` its rows in the order written.
    """
    report = run["report"]
    zone = ZoneInfo(report["time_zone"])
    rows = tuple(_difference(row) for row in differences)
    listed = tuple(_listed(row, zone) for row in report["listed"])
    at = datetime.fromisoformat(report["at"]).astimezone(zone)
    explained = sum(row.explained for row in rows)
    return ReportModel(
        run_id=run["run_id"],
        workspace_id=run["workspace_id"],
        workspace=report["workspace"],
        company=report["company"],
        currency=report["currency"],
        time_zone=report["time_zone"],
        at=at,
        full_compare=run["full_compare"],
        documents=run["documents_checked"],
        success=bool(run["success"]),
        ledger=tuple(LedgerLine(kind, **report["ledger"][kind]) for kind in KIND_WORDS),
        differences=rows,
        cards=_cards(listed),
        listed=listed,
        listed_left_off=report["listed_left_off"],
        tie_outs=tuple(_tie_out(item) for item in report["tie_outs"]),
        trend=(
            *(_trend_point(point, zone) for point in report["trend"]),
            TrendPoint(run["run_id"], at, run["documents_checked"], explained, len(rows) - explained),
        ),
        checks=tuple(run["checks"]),
        calls=dict(sorted(run["calls"].items())),
        signed=read_signed(report.get("signed_periods"), zone),
        signed_at=run["signed_at"].astimezone(zone) if run["signed_at"] else None,
        signed_by=run["signed_by"],
        signed_through=run["signed_through"],
    )


def _difference(row: Mapping[str, Any]) -> DifferenceRow:
    return DifferenceRow(
        row["document_kind"], row["document_number"], row["field"], row["caspen_value"] or "",
        row["quickbooks_value"] or "", row["delta"], row["explained"],
    )  # fmt: skip


def _listed(row: Mapping[str, Any], zone: ZoneInfo) -> ListedRow:
    return ListedRow(
        kind=row["kind"],
        number=row["number"],
        error_key=row["error_key"],
        title=row["title"],
        detail=row["detail"],
        fix=row["fix"],
        turn=row["turn"],
        cause_ref=row["cause_ref"],
        delta=_amount(row["delta"]),
        since=datetime.fromisoformat(row["since"]).astimezone(zone),
        days=row["days"],
        attempts=row["attempts"],
    )


def _cards(listed: Sequence[ListedRow]) -> tuple[Card, ...]:
    """One card per root cause: rows of one key that share a cause are mended together."""
    groups: dict[tuple[str, str], list[ListedRow]] = {}
    for row in listed:
        shared = row.cause_ref if entry_for(row.error_key).released_together else ""
        groups.setdefault((row.error_key, shared), []).append(row)
    cards = [
        Card(rows[0].title, entry_for(key).cause, rows[0].fix, rows[0].turn, tuple(rows))
        for (key, _), rows in groups.items()
    ]
    return tuple(sorted(cards, key=lambda card: (-len(card.rows), card.title)))


def _tie_out(item: Mapping[str, Any]) -> TieOut:
    """Runs from before sums had items of their own are read too, without what they did not know."""
    leads_to = item.get("leads_to")
    return TieOut(
        item["key"],
        item["title"],
        item["explanation"],
        tuple(
            TieOutRow(
                row["label"], Decimal(row["caspen"]), Decimal(row["quickbooks"]), Decimal(row["delta"]),
                _amount(row.get("explained")), row.get("total", False),
            )
            for row in item["rows"]
        ),
        tuple(
            TieOutItem(
                row.get("of", ""), row.get("kind", ""), row["number"], _amount(row["caspen"]),
                _amount(row["quickbooks"]), Decimal(row["delta"]), row["reason"],
            )
            for row in item["items"]
        ),
        item["items_in_all"],
        tuple(_step(step) for step in item.get("steps", ())),
        _step(leads_to) if leads_to else None,
        tuple(item["notes"]),
    )  # fmt: skip


def _step(step: Mapping[str, str]) -> TieOutStep:
    return TieOutStep(step["label"], Decimal(step["amount"]))


def _trend_point(point: Mapping[str, Any], zone: ZoneInfo) -> TrendPoint:
    explained = point["differences"] - point["unexplained"]
    return TrendPoint(
        point["run_id"], datetime.fromisoformat(point["at"]).astimezone(zone), point["documents"], explained,
        point["unexplained"],
    )  # fmt: skip


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
