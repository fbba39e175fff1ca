"""Reconciliation: the runs and their trend, one run with its report, downloads, sign-off."""

from __future__ import annotations

import csv
import io
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import Response

from caspen_qbo.hooks.database import Row
from caspen_qbo.reports import Report, build
from caspen_qbo.ui.access import Right, requires
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import back_to, document, download, page
from caspen_qbo.ui.views.reconciliation import DIFFERENCES_SHOWN, PAGE_SIZE, compared, run_view, runs_view
from caspen_qbo.ui.visit import Visit, VisitDep

router = APIRouter()

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_COLUMNS = (
    "document_kind",
    "document_number",
    "field",
    "caspen_value",
    "quickbooks_value",
    "delta",
    "explained",
)


@router.get("/w/{workspace_id}/reconciliation")
def runs(visit: VisitDep, number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1) -> Response:
    rows = visit.pages.fetch_reconciliations(
        visit.workspace_id, page_size=PAGE_SIZE + 1, skip=(number - 1) * PAGE_SIZE
    )
    model = runs_view(
        visit,
        rows[:PAGE_SIZE],
        ledger=visit.pages.fetch_latest_ledger(visit.workspace_id),
        number=number,
        more=len(rows) > PAGE_SIZE,
    )
    return page(visit, "reconciliation.html", model, active="reconciliation")


@router.get("/w/{workspace_id}/reconciliation/{run_id}")
def run(visit: VisitDep, run_id: str) -> Response:
    found = _run(visit, run_id)
    differences = visit.pages.fetch_differences(visit.workspace_id, run_id, page_size=DIFFERENCES_SHOWN)
    model = run_view(
        visit,
        found,
        differences,
        report=found["differences"] is not None,
        ledger=visit.pages.fetch_latest_ledger(visit.workspace_id),
    )
    return page(visit, "reconciliation_run.html", model, active="reconciliation")


@router.get("/w/{workspace_id}/reconciliation/{run_id}/differences.csv")
def differences(visit: VisitDep, run_id: str) -> Response:
    found = _run(visit, run_id)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(CSV_COLUMNS)
    for row in visit.pages.fetch_differences(visit.workspace_id, run_id):
        writer.writerow(["" if row[name] is None else str(row[name]) for name in CSV_COLUMNS])
    return download(
        buffer.getvalue(), _file_name(visit, found, "differences", "csv"), "text/csv; charset=utf-8"
    )


@router.get("/w/{workspace_id}/reconciliation/{run_id}/report.html")
def report_page(
    visit: VisitDep, run_id: str, save: Annotated[bool, Query(alias="download")] = False
) -> Response:
    """The stored run's report, in the page's frame or as a file."""
    found = _run(visit, run_id)
    html = _report(visit, found).html
    return document(html, _file_name(visit, found, "reconciliation", "html") if save else None)


@router.get("/w/{workspace_id}/reconciliation/{run_id}/report.xlsx")
def report_spreadsheet(visit: VisitDep, run_id: str) -> Response:
    found = _run(visit, run_id)
    return download(_report(visit, found).xlsx, _file_name(visit, found, "reconciliation", "xlsx"), XLSX)


@router.post(
    "/w/{workspace_id}/reconciliation/{run_id}/sign",
    dependencies=[Depends(requires(Right.CONFIGURE)), Depends(protected)],
)
def sign(visit: VisitDep, run_id: str) -> Response:
    found = _run(visit, run_id)
    address = f"reconciliation/{run_id}"
    if not compared(found):
        return back_to(visit, address, problem="This run compared nothing; there is nothing to sign.")
    if visit.pages.sign_reconciliation(visit.workspace_id, run_id, visit.who):
        return back_to(visit, address, done="Signed off.")
    return back_to(visit, address, problem="This run was signed off already.")


def _report(visit: Visit, found: Row) -> Report:
    if found["differences"] is None:
        raise HTTPException(404, "This run compared nothing, so it has no report.")
    return build(visit.store, visit.workspace_id, found["run_id"])


def _file_name(visit: Visit, found: Row, what: str, ending: str) -> str:
    return f"{what}-{visit.workspace_id}-{found['started_at'].astimezone(visit.zone):%Y%m%d-%H%M}.{ending}"


def _run(visit: Visit, run_id: str) -> Row:
    found = visit.pages.fetch_reconciliation(visit.workspace_id, run_id)
    if found is None:
        raise HTTPException(404, "There is no such reconciliation run in this workspace.")
    return found
