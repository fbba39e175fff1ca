"""A stored reconciliation as it lies in the database and is read, small enough to check by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from caspen_qbo.core.reconciling.stored import ReconciliationRun, RecordedDifference
from caspen_qbo.hooks.store.codec import decode
from caspen_qbo.reports.model import ReportModel

AT = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)


def difference(
    number: str, field: str, caspen: str | None, quickbooks: str | None, delta: str | None = None, *,
    kind: str = "invoice", explained: bool = False,
) -> RecordedDifference:  # fmt: skip
    row = {
        "document_kind": kind, "document_number": number, "field": field, "caspen_value": caspen,
        "quickbooks_value": quickbooks, "delta": Decimal(delta) if delta else None, "explained": explained,
    }  # fmt: skip
    return decode(RecordedDifference, row)


def listed(number: str, key: str, days: int, delta: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "kind": "invoice", "number": number, "error_key": key,
        "title": more.get("title", "Changed in QuickBooks"),
        "detail": more.get("detail", "total: Caspen 110.00, QuickBooks 120.00."),
        "fix": "Compare both versions.",
        "turn": "finance", "cause_ref": more.get("cause_ref", ""), "blocks": False, "field": None,
        "caspen_value": None,
        "quickbooks_value": None, "delta": delta, "since": "2026-11-20T10:00:00+00:00", "days": days,
        "attempts": 1,
    }  # fmt: skip


def model(*differences: RecordedDifference, documents: int = 9, **changes: Any) -> ReportModel:
    """:param changes: Of what the run stored for its report."""
    stored = {**run(), "documents_checked": documents}
    return ReportModel(
        decode(ReconciliationRun, {**stored, "report": {**stored["report"], **changes}}), differences
    )


def run() -> dict[str, Any]:
    ledger = {"finalised": 12, "synced": 8, "waiting": 1, "listed": 2, "excluded": 1, "stale": 0}
    none = dict.fromkeys(ledger, 0)
    report = {
        "format": 1, "workspace": "Harbour & Sons <Physio>", "currency": "AUD", "company": "Harbour Books",
        "realm_id": "913", "at": AT.isoformat(), "time_zone": "Australia/Sydney", "local_date": "2026-11-23",
        "compared": {"invoice": 9}, "ledger": {"invoice": ledger, "credit_note": none, "payment": none},
        "listed": [listed("INV-1", "changed_in_quickbooks", 2, "10.00")], "listed_left_off": 0,
        "trend": [
            {"run_id": f"r{day}", "at": f"2026-11-{day:02d}T16:30:00+00:00", "documents": 9,
            "differences": day % 3,
             "unexplained": day % 2}
            for day in range(10, 22)
        ],
        "tie_outs": [
            {
                "key": "receivables", "title": "Accounts receivable", "explanation": "What clients owe.",
                "rows": [{"label": "Open", "caspen": "12345678.10", "quickbooks": "12345688.10",
                          "delta": "10.00", "explained": "10.00"}],
                "items": [{"of": "Open", "kind": "invoice", "number": "INV-1", "caspen": "110.00",
                           "quickbooks": "120.00", "delta": "10.00", "reason": "Changed in QuickBooks"}],
                "items_in_all": 1, "notes": [],
                "steps": [{"label": "Not Caspen's", "amount": "-5.00"}],
                "leads_to": {"label": "All in all", "amount": "12345683.10"},
            }
        ],
    }  # fmt: skip
    checks = [
        {"kind": "invoice", "name": "total", "description": "The total of each invoice is equal",
         "severity": "critical", "success": False, "checked": 9, "failing": 1}
    ]  # fmt: skip
    return {
        "run_id": "nightly", "workspace_id": 1, "started_at": AT, "finished_at": AT, "full_compare": True,
        "documents_checked": 9, "differences": 1, "success": False, "checks": checks,
        "calls": {"query": 3, "cdc": 1}, "report": report,
        "signed_at": None, "signed_by": None, "signed_through": None,
    }  # fmt: skip


def figures(caspen: str | None, quickbooks: str | None, **more: str | None) -> dict[str, str | None]:
    """Totals; tax and dates are the same on both sides unless given. None: not on that side."""
    told: dict[str, str | None] = {"caspen_total": caspen, "quickbooks_total": quickbooks}
    for side, total in (("caspen", caspen), ("quickbooks", quickbooks)):
        told |= {f"{side}_tax": total and "10.00", f"{side}_date": total and "2026-10-20"}
    return {**told, **more}


def signed_change(
    number: str, signed: dict[str, str | None], now: dict[str, str | None], kind: str = "invoice"
) -> dict[str, Any]:
    return {
        "through": "2026-10-31", "signed_at": "2026-11-02T22:00:00+00:00", "signed_by": "airflow:ann",
        "kind": kind, "number": number, "since": "2026-11-09T16:30:00+00:00", "signed": signed, "now": now,
    }  # fmt: skip


def signed_periods(*changes: dict[str, Any], in_all: int | None = None) -> dict[str, Any]:
    signature = {
        "through": "2026-10-31",
        "signed_at": "2026-11-02T22:00:00+00:00",
        "signed_by": "airflow:ann",
    }
    return {
        "sign_offs": [{**signature, "documents": 214, "changes": len(changes)}],
        "changes": list(changes), "in_all": len(changes) if in_all is None else in_all,
    }  # fmt: skip
