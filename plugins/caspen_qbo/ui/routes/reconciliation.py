"""Reconciliation: the runs and their trend, one run with its report, downloads, sign-off."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Query
from fastapi.responses import Response

from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.database import Row
from caspen_qbo.reports import Report, build
from caspen_qbo.ui import texts
from caspen_qbo.ui.access import Right, requires
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import back_to, document, download, page
from caspen_qbo.ui.views.reconciliation import (
    DIFFERENCES_SHOWN,
    PAGE_SIZE,
    Signing,
    compared,
    run_day,
    run_view,
    runs_view,
)
from caspen_qbo.ui.views.signed import CHANGES_SHOWN, SignedView, signed_view
from caspen_qbo.ui.visit import Visit, VisitDep
from caspen_qbo.usecases.reconciling.sign_off import sign_off

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
    rows = visit.store.pages.fetch_reconciliations(page_size=PAGE_SIZE + 1, skip=(number - 1) * PAGE_SIZE)
    model = runs_view(
        visit,
        rows[:PAGE_SIZE],
        signed=_signed(visit),
        ledger=visit.store.pages.fetch_latest_ledger(),
        number=number,
        more=len(rows) > PAGE_SIZE,
    )
    return page(visit, "reconciliation.html", model, active="reconciliation")


@router.get("/w/{workspace_id}/reconciliation/{run_id}")
def run(visit: VisitDep, run_id: str) -> Response:
    found = _run(visit, run_id)
    differences = visit.store.pages.fetch_differences(run_id, page_size=DIFFERENCES_SHOWN)
    model = run_view(
        visit,
        found,
        differences,
        report=found["differences"] is not None,
        ledger=visit.store.pages.fetch_latest_ledger(),
        signing=_signing(visit),
    )
    return page(visit, "reconciliation_run.html", model, active="reconciliation")


@router.get("/w/{workspace_id}/reconciliation/{run_id}/differences.csv")
def differences(visit: VisitDep, run_id: str) -> Response:
    found = _run(visit, run_id)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(CSV_COLUMNS)
    for row in visit.store.pages.fetch_differences(run_id):
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
def sign(visit: VisitDep, run_id: str, through: Annotated[str, Form()] = "") -> Response:
    """:param through: The last day signed, as the browser's date field sends it; empty: the usual one."""
    found = _run(visit, run_id)
    address = f"reconciliation/{run_id}"
    if not compared(found):
        return back_to(visit, address, problem="This run compared nothing; there is nothing to sign.")
    try:
        day = date.fromisoformat(through) if through else None
    except ValueError:
        return back_to(visit, address, problem=f"{through!r} is no date; it is written like 2026-10-31.")
    try:
        signed = sign_off(visit.store, found["run_id"], who=visit.who, run_day=run_day(visit, found),
            through=day,
        )  # fmt: skip
    except SyncError as error:
        return back_to(visit, address, problem=error.message)
    recorded = texts.counted(signed.documents, "document")
    return back_to(
        visit, address,
        done=f"Signed off up to {texts.day(signed.through)}. The figures of {recorded} were recorded.",
    )  # fmt: skip


def _signed(visit: Visit) -> SignedView | None:
    """The signed periods of the company that is connected; None where nothing is signed."""
    if visit.connection is None:
        return None
    realm_id = visit.connection.realm_id
    latest = visit.store.sign_off.fetch_sign_offs(realm_id, 1)
    if not latest:
        return None
    return signed_view(visit, latest[0], visit.store.sign_off.fetch_changes(realm_id, CHANGES_SHOWN))


def _signing(visit: Visit) -> Signing:
    frozen = visit.store.sign_off.fetch_frozen()
    if frozen is None:
        return Signing(None, None)
    latest = visit.store.sign_off.fetch_sign_offs(frozen.realm_id, 1)
    return Signing(frozen.run_id, latest[0].through if latest else None)


def _report(visit: Visit, found: Row) -> Report:
    if found["differences"] is None:
        raise HTTPException(404, "This run compared nothing, so it has no report.")
    return build(visit.store, found["run_id"])


def _file_name(visit: Visit, found: Row, what: str, ending: str) -> str:
    return f"{what}-{visit.workspace_id}-{found['started_at'].astimezone(visit.zone):%Y%m%d-%H%M}.{ending}"


def _run(visit: Visit, run_id: str) -> Row:
    found = visit.store.pages.fetch_reconciliation(run_id)
    if found is None:
        raise HTTPException(404, "There is no such reconciliation run in this workspace.")
    return found
