"""A stored reconciliation as it lies in the database, ``run.json``, small enough to check by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from caspen_qbo.core.reconciling.stored import ReconciliationRun, RecordedDifference
from caspen_qbo.hooks.store.codec import decode
from caspen_qbo.reports.model import ReportModel

SIGNATURE = {"through": "2026-10-31", "signed_at": "2026-11-02T22:00:00+00:00", "signed_by": "airflow:ann"}


def run() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(Path(__file__).with_name("run.json").read_text())
    return read


def model(*differences: RecordedDifference, documents: int = 9, **changes: Any) -> ReportModel:
    """:param changes: Of what the run stored for its report."""
    stored = {**run(), "documents_checked": documents}
    stored["report"] |= changes
    return ReportModel(decode(ReconciliationRun, stored), differences)


def difference(
    number: str,
    field: str,
    caspen: str | None,
    quickbooks: str | None,
    delta: str | None = None,
    explained: bool = False,
) -> RecordedDifference:
    row = {"document_kind": "invoice", "document_number": number, "field": field, "explained": explained}
    values = {"caspen_value": caspen, "quickbooks_value": quickbooks, "delta": delta}
    return decode(RecordedDifference, {**row, **values})


def listed(number: str, key: str, days: int, delta: str | None = None, **more: str) -> dict[str, Any]:
    [row] = run()["report"]["listed"]
    return {**row, "number": number, "error_key": key, "days": days, "delta": delta, **more}


def figures(caspen: str | None, quickbooks: str | None) -> dict[str, str | None]:
    """Totals; tax and dates are the same on both sides. None: not on that side."""
    found: dict[str, str | None] = {}
    for side, total in (("caspen", caspen), ("quickbooks", quickbooks)):
        found[f"{side}_total"] = total
        found |= {f"{side}_tax": total and "10.00", f"{side}_date": total and "2026-10-20"}
    return found


def signed_change(
    number: str, signed: dict[str, str | None], now: dict[str, str | None], kind: str = "invoice"
) -> dict[str, Any]:
    since = "2026-11-09T16:30:00+00:00"
    return {**SIGNATURE, "kind": kind, "number": number, "since": since, "signed": signed, "now": now}


def signed_periods(*changes: dict[str, Any], in_all: int | None = None) -> dict[str, Any]:
    sign_off = {**SIGNATURE, "documents": 214, "changes": len(changes)}
    found = len(changes) if in_all is None else in_all
    return {"sign_offs": [sign_off], "changes": list(changes), "in_all": found}
