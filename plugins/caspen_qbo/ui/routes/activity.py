"""Activity: what ran, what runs and what waits; and Run now, which starts a DAG as the signed-in user."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import Response

from caspen_qbo.airflow.api import AirflowApi
from caspen_qbo.errors import SyncError
from caspen_qbo.ui.access import Right, requires
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import back_to, page
from caspen_qbo.ui.progress import read_progress
from caspen_qbo.ui.views.activity import DAG_OF_JOB, JOBS, PAGE_SIZE, activity_view
from caspen_qbo.ui.visit import VisitDep

router = APIRouter()


@router.get("/w/{workspace_id}/activity")
def activity(visit: VisitDep, number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1) -> Response:
    api = AirflowApi(visit.request)
    rows = visit.store.pages.fetch_runs(page_size=PAGE_SIZE + 1, skip=(number - 1) * PAGE_SIZE)
    model = activity_view(
        visit,
        open_runs=[run for dag_id in DAG_OF_JOB.values() for run in api.open_runs(dag_id)],
        progress=read_progress(visit),
        ready=visit.ready,
        rows=rows[:PAGE_SIZE],
        ledger=visit.store.pages.fetch_latest_ledger(),
        number=number,
        more=len(rows) > PAGE_SIZE,
    )
    return page(visit, "activity.html", model, active="activity")


@router.post(
    "/w/{workspace_id}/activity/run", dependencies=[Depends(requires(Right.OPERATE)), Depends(protected)]
)
def run_now(visit: VisitDep, job: Annotated[str, Form()] = "") -> Response:
    chosen = next((each for each in JOBS if each.key == job), None)
    if chosen is None:
        return back_to(visit, "activity", problem="Choose what to run.")
    note = f"Run now by {visit.user.get_name()} on the pages, workspace {visit.workspace_id}"
    try:
        AirflowApi(visit.request).trigger(chosen.dag_id, {"workspace_id": visit.workspace_id}, note)
    except SyncError as error:
        return back_to(visit, "activity", problem=error.message)
    return back_to(visit, "activity", done=f"{chosen.label} was started.")
