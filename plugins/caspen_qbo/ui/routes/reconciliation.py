"""Reconciliation: the runs and their trend, one run with its report, downloads, sign-off."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Query
from fastapi.responses import RedirectResponse, Response

from caspen_qbo.core.quality.expected import Suite
from caspen_qbo.core.reconciling.sign_off import default_through
from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.storage import report_storage
from caspen_qbo.hooks.store.reconciling.results import ReconciliationEntry
from caspen_qbo.reports import build_html, build_xlsx
from caspen_qbo.reports.chart import trend_svg
from caspen_qbo.reports.kept import data_docs_of, read_data_docs, stream_report
from caspen_qbo.reports.words import change_words
from caspen_qbo.settings import CHECKS_KEEP_DAYS
from caspen_qbo.ui.access import Right, requires
from caspen_qbo.ui.context import ContextDep, RequestContext
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import HEADERS, back_to, document, download, page, stream
from caspen_qbo.ui.templating import url_part
from caspen_qbo.ui.views.activity import url_of_run
from caspen_qbo.ui.views.checks import UNSYNCED_KEY, by_suite, check_state
from caspen_qbo.ui.views.lists.columns import csv_lines
from caspen_qbo.ui.views.next_step import next_step
from caspen_qbo.ui.views.reconciliation import by_document, run_state, trend_points, trend_words
from caspen_qbo.usecases.reconciling.sign_off import sign_off
from caspen_qbo.wording import counted, day

router = APIRouter()

PAGE_SIZE = 30
DIFFERENCES_SHOWN = 200
CHANGES_SHOWN = 10
REPORT_ROWS_MAX = 20_000
"""Differences of a report that a page makes; it is whole in memory for a moment."""
DIFFERENCE_COLUMNS = (
    "document_kind",
    "document_number",
    "field",
    "caspen_value",
    "quickbooks_value",
    "delta",
    "explained",
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/w/{workspace_id}/reconciliation")
def runs(context: ContextDep, number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1) -> Response:
    found = context.store.results.fetch_reconciliations(
        page_size=PAGE_SIZE + 1, skip=(number - 1) * PAGE_SIZE
    )
    compared = [run for run in found[:PAGE_SIZE] if run.compared]
    ledger = context.store.pages.fetch_latest_ledger()
    realm_id = context.connection.realm_id if context.connection and number == 1 else ""
    signed = context.store.sign_off.fetch_sign_offs(realm_id, 1)
    changed = context.store.sign_off.fetch_changes(realm_id, CHANGES_SHOWN)
    return page(
        context,
        "reconciliation.html",
        active="reconciliation",
        runs=found[:PAGE_SIZE],
        run_state=run_state,
        compared=compared,
        trend=trend_words(compared),
        chart=trend_svg(trend_points(compared), context.zone),
        next_step=None if compared or number > 1 else next_step(context, ledger),
        signed=signed[0] if signed else None,
        changed=changed,
        change_words=change_words,
        number=number,
        more=len(found) > PAGE_SIZE,
    )


@router.get("/w/{workspace_id}/reconciliation/last")
def last(context: ContextDep) -> Response:
    """The newest reconciliation that has a report; the list of all where none has."""
    found = context.store.results.fetch_reconciliations(page_size=PAGE_SIZE, skip=0)
    newest = next((run.run_id for run in found if run.compared), None)
    path = "reconciliation" if newest is None else f"reconciliation/{url_part(newest)}"
    return RedirectResponse(context.url(path), status_code=303, headers=HEADERS)


@router.get("/w/{workspace_id}/reconciliation/{run_id}")
def run(context: ContextDep, run_id: str) -> Response:
    found = _run(context, run_id)
    frozen = context.store.sign_off.fetch_frozen()
    latest = context.store.sign_off.fetch_sign_offs(frozen.realm_id, 1) if frozen else ()
    signed_through = latest[0].through if latest else None
    ledger = context.store.pages.fetch_latest_ledger()
    may_sign = context.may_configure and found.signed_at is None and found.compared
    return page(
        context,
        "reconciliation_run.html",
        active="reconciliation",
        run=found,
        state_words=run_state(found),
        next_step=None if found.compared else next_step(context, ledger),
        run_url=url_of_run(context, "reconcile", run_id),
        differing=by_document(context.store.results.fetch_differences(run_id, page_size=DIFFERENCES_SHOWN)),
        may_sign=may_sign,
        newest=frozen is not None and frozen.run_id == run_id,
        sign_through=default_through(_run_day(context, found), signed_through),
        signed_through=signed_through,
        run_day=_run_day(context, found),
    )


@router.get("/w/{workspace_id}/reconciliation/{run_id}/differences.csv")
def differences(context: ContextDep, run_id: str) -> Response:
    found = _run(context, run_id)
    rows = context.store.results.iterate_differences(run_id)
    chunks = csv_lines(
        DIFFERENCE_COLUMNS,
        (
            (
                row.kind,
                row.number,
                row.field,
                row.caspen_value,
                row.quickbooks_value,
                row.delta,
                row.explained,
            )
            for row in rows
        ),
    )
    return stream(chunks, _file_name(context, found, "differences", "csv"), "text/csv; charset=utf-8")


@router.get("/w/{workspace_id}/reconciliation/{run_id}/report.html")
def report_page(
    context: ContextDep, run_id: str, save: Annotated[bool, Query(alias="download")] = False
) -> Response:
    found = _report_of(context, run_id, "html" if save else "")
    if isinstance(found, Response):
        return found
    html = build_html(context.store, run_id)
    return document(html, _file_name(context, found, "reconciliation", "html") if save else None)


@router.get("/w/{workspace_id}/reconciliation/{run_id}/report.xlsx")
def report_spreadsheet(context: ContextDep, run_id: str) -> Response:
    found = _report_of(context, run_id, "xlsx")
    if isinstance(found, Response):
        return found
    name = _file_name(context, found, "reconciliation", "xlsx")
    return download(build_xlsx(context.store, run_id), name, XLSX)


@router.get("/w/{workspace_id}/checks")
def checks(context: ContextDep) -> Response:
    latest = context.store.checks.fetch_latest()
    return page(
        context,
        "checks.html",
        active="reconciliation",
        suites=by_suite(latest),
        run=latest[0] if latest else None,
        state_of=check_state,
        days=CHECKS_KEEP_DAYS,
        data_docs=data_docs_of(context.store),
    )


@router.get("/w/{workspace_id}/data-docs/{name}")
def data_docs(context: ContextDep, name: str) -> Response:
    found = read_data_docs(report_storage(on_a_page=True), context.workspace_id, name)
    if found is None:
        raise HTTPException(
            404,
            "There are no such Data Docs of this workspace where this server keeps reports. A reconciliation "
            "with Data Docs writes them; `doctor` says whether pages and workers share that place.",
        )
    return document(found, None)


@router.get("/w/{workspace_id}/checks/{suite}/{kind}/{name}")
def check(context: ContextDep, suite: Suite, kind: str, name: str) -> Response:
    history = context.store.checks.fetch_history(suite, kind, name)
    if not history:
        raise HTTPException(404, "There is no such check in this workspace.")
    found = next(
        (
            one
            for one in context.store.checks.fetch_latest()
            if (one.suite, one.document_kind, one.name) == (suite, kind, name)
        ),
        None,
    )
    failing = context.store.checks.fetch_documents(found) if found and found.failing else []
    return page(
        context,
        "check.html",
        active="reconciliation",
        words=history[0].words,
        found=found,
        failing=failing,
        history=history,
        state_of=check_state,
        unsynced_key=UNSYNCED_KEY.get(suite, ""),
        days=CHECKS_KEEP_DAYS,
    )


@router.post(
    "/w/{workspace_id}/reconciliation/{run_id}/sign",
    dependencies=[Depends(requires(Right.CONFIGURE)), Depends(protected)],
)
def sign(context: ContextDep, run_id: str, through: Annotated[str, Form()] = "") -> Response:
    """:param through: The last day signed, as the browser's date field sends it; empty: the usual one."""
    found = _run(context, run_id)
    address = f"reconciliation/{run_id}"
    if not found.compared:
        return back_to(context, address, problem="This run compared nothing; there is nothing to sign.")
    try:
        last_day = date.fromisoformat(through) if through else None
    except ValueError:
        return back_to(context, address, problem=f"{through!r} is no date; it is written like 2026-10-31.")
    try:
        signed = sign_off(
            context.store,
            found.run_id,
            who=context.who,
            run_day=_run_day(context, found),
            through=last_day,
        )
    except SyncError as error:
        return back_to(context, address, problem=error.message)
    recorded = counted(signed.documents, "document")
    done = f"Signed off up to {day(signed.through)}. The figures of {recorded} were recorded."
    return back_to(context, address, done=done)


def _run_day(context: RequestContext, run: ReconciliationEntry) -> date:
    """The day a run was started, in the practice's time zone."""
    return run.started_at.astimezone(context.zone).date()


def _report_of(context: RequestContext, run_id: str, ending: str) -> ReconciliationEntry | Response:
    """The run whose report a page may make. One too large for a page's thread is sent as the nightly run kept
    it; where it was not kept, the way to it.

    :param ending: Of the file to download; empty: to be shown in place.
    """
    run = _run(context, run_id)
    if run.differences is None:
        raise HTTPException(404, "This run compared nothing, so it has no report.")
    if run.differences > REPORT_ROWS_MAX:
        if ending and (kept := _kept(context, run, ending)):
            return kept
        problem = (
            f"{run.differences:,} differences are too many for a report made on a page. The nightly run's is "
            "offered as a file; differences.csv has all of them; `caspen-qbo report` writes the report."
        )
        return back_to(context, f"reconciliation/{url_part(run_id)}", problem=problem)
    return run


def _kept(context: RequestContext, run: ReconciliationEntry, ending: str) -> Response | None:
    storage = report_storage(on_a_page=True)
    found = stream_report(storage, context.workspace_id, run.run_id, ending)
    if found is None:
        return None
    size, pieces = found
    name = _file_name(context, run, "reconciliation", ending)
    return stream(pieces, name, XLSX if ending == "xlsx" else "text/html; charset=utf-8", size=size)


def _file_name(context: RequestContext, run: ReconciliationEntry, what: str, ending: str) -> str:
    return f"{what}-{context.workspace_id}-{run.started_at.astimezone(context.zone):%Y%m%d-%H%M}.{ending}"


def _run(context: RequestContext, run_id: str) -> ReconciliationEntry:
    found = context.store.results.fetch_reconciliation(run_id)
    if found is None:
        raise HTTPException(404, "There is no such reconciliation run in this workspace.")
    return found
