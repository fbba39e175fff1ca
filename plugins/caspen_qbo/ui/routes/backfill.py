"""Backfill: chosen invoices, planned by a dry run of the DAG, carried out once an op or admin approves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException
from fastapi.responses import Response

from caspen_qbo.airflow.api import AirflowApi, AirflowMissingError, AirflowRun
from caspen_qbo.core.backfill.verdict import clean_numbers
from caspen_qbo.errors import SyncError
from caspen_qbo.ui.access import Right, requires
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import back_to, page
from caspen_qbo.ui.progress import read_progress
from caspen_qbo.ui.views.backfill import (
    CARRY_OUT,
    DAG_ID,
    NUMBERS_MAX,
    PLAN,
    RUNS_SHOWN,
    backfill_url,
    backfill_view,
    backfills_view,
    belongs,
)
from caspen_qbo.ui.views.progress import progress_view
from caspen_qbo.ui.visit import Visit, VisitDep

router = APIRouter()


@router.get("/w/{workspace_id}/backfill")
def backfills(visit: VisitDep) -> Response:
    model = backfills_view(
        visit,
        AirflowApi(visit.request).runs(DAG_ID, RUNS_SHOWN),
        visit.store.pages.fetch_causes(),
        visit.ready,
    )
    return page(visit, "backfill.html", model, active="activity")


@router.post(
    "/w/{workspace_id}/backfill", dependencies=[Depends(requires(Right.OPERATE)), Depends(protected)]
)
def plan(
    visit: VisitDep, numbers: Annotated[str, Form(max_length=60_000)] = "", key: Annotated[str, Form()] = ""
) -> Response:
    """Start the dry run; its plan is the page this leads to."""
    wanted = clean_numbers(numbers)
    if key:
        listed = visit.store.pages.fetch_listed_numbers(key, limit=NUMBERS_MAX + 1)
        wanted = clean_numbers([*wanted, *listed])
    if not wanted:
        return back_to(visit, "backfill", problem="Give at least one invoice number, or choose a cause.")
    if len(wanted) > NUMBERS_MAX:
        problem = f"{len(wanted):,} invoices at once are too many here: at most {NUMBERS_MAX}."
        return back_to(visit, "backfill", problem=problem)
    conf = {"workspace_id": visit.workspace_id, "invoice_numbers": list(wanted), "dry_run": True}
    note = f"Planned by {visit.user.get_name()} on the pages, workspace {visit.workspace_id}"
    try:
        run_id = AirflowApi(visit.request).trigger(DAG_ID, conf, note)
    except SyncError as error:
        return back_to(visit, "backfill", problem=error.message)
    return back_to(visit, _address(visit, run_id), done="The plan is being made. Nothing is sent.")


@router.get("/w/{workspace_id}/backfill/{backfill_id}")
def backfill(visit: VisitDep, backfill_id: str) -> Response:
    api = AirflowApi(visit.request)
    run = _run(visit, api, backfill_id)
    progress = read_progress(visit) if run.is_open else None
    model = backfill_view(
        visit,
        run,
        api.task_states(DAG_ID, backfill_id),
        api.result(dict, DAG_ID, backfill_id, PLAN),
        api.result(dict, DAG_ID, backfill_id, CARRY_OUT),
        progress_view(visit.zone, progress) if progress and progress.run_id == backfill_id else None,
    )
    return page(visit, "backfill_run.html", model, active="activity")


@router.post(
    "/w/{workspace_id}/backfill/{backfill_id}/approve",
    dependencies=[Depends(requires(Right.CONFIGURE)), Depends(protected)],
)
def approve(visit: VisitDep, backfill_id: str) -> Response:
    """Carry out what a finished plan was made for, once: the run's name holds the plan's."""
    api = AirflowApi(visit.request)
    run = _run(visit, api, backfill_id)
    found = api.result(dict, DAG_ID, backfill_id, PLAN)
    view = backfill_view(visit, run, api.task_states(DAG_ID, backfill_id), found, None, None)
    if not view.can_approve:
        return back_to(visit, _address(visit, backfill_id), problem="There is nothing to approve here.")
    conf = {**(run.conf or {}), "workspace_id": visit.workspace_id, "dry_run": False, "approved": True}
    note = f"Approved by {visit.user.get_name()} on the pages, after the plan {backfill_id}"
    try:
        carried = api.trigger(DAG_ID, conf, note, run_id=f"approved__{backfill_id}")
    except SyncError as error:
        return back_to(visit, _address(visit, backfill_id), problem=error.message)
    return back_to(visit, _address(visit, carried), done="Approved. The backfill is on its way.")


def _address(visit: Visit, run_id: str) -> str:
    return backfill_url(visit, run_id).removeprefix(visit.url())


def _run(visit: Visit, api: AirflowApi, run_id: str) -> AirflowRun:
    """404 for a run that is not there and for one of another workspace alike."""
    try:
        run = api.run(DAG_ID, run_id)
    except AirflowMissingError:
        run = None
    if run is None or not belongs(run, visit.workspace_id):
        raise HTTPException(404, "There is no such backfill in this workspace.")
    return run
