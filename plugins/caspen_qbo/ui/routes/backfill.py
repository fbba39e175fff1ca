"""Backfill: chosen invoices, planned by a dry run of the DAG, carried out once an op or admin approves."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException
from fastapi.responses import Response

from caspen_qbo.airflow.api import AirflowApi, AirflowMissingError, AirflowRun
from caspen_qbo.core.backfill.verdict import clean_numbers
from caspen_qbo.errors import SyncError
from caspen_qbo.ui.access import Right, requires
from caspen_qbo.ui.context import ContextDep, RequestContext
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import back_to, page
from caspen_qbo.ui.templating import url_part
from caspen_qbo.ui.views.activity import airflow_url
from caspen_qbo.ui.views.backfill import (
    CARRY_OUT,
    DAG_ID,
    PLAN,
    STATES,
    Report,
    belongs,
    can_approve,
    is_dry,
    numbers_of,
    steps,
    summary,
    verdict_words,
)
from caspen_qbo.ui.views.progress import read_work
from caspen_qbo.usecases.backfill.approval import approve as approve_plan

router = APIRouter()

NUMBERS_MAX = 500
RUNS_SHOWN = 30


@router.get("/w/{workspace_id}/backfill")
def backfills(context: ContextDep) -> Response:
    listed: dict[str, int] = {}
    for cause in context.store.pages.fetch_causes():
        listed[cause.error_key] = listed.get(cause.error_key, 0) + cause.waiting
    runs = AirflowApi(context.request).runs(DAG_ID, RUNS_SHOWN)
    return page(
        context,
        "backfill.html",
        active="activity",
        runs=[run for run in runs if belongs(run, context.workspace_id)],
        states=STATES,
        is_dry=is_dry,
        numbers_of=numbers_of,
        listed=sorted(listed.items()),
        numbers_max=NUMBERS_MAX,
    )


@router.post(
    "/w/{workspace_id}/backfill", dependencies=[Depends(requires(Right.OPERATE)), Depends(protected)]
)
def plan(
    context: ContextDep,
    numbers: Annotated[str, Form(max_length=60_000)] = "",
    key: Annotated[str, Form()] = "",
) -> Response:
    """Start the dry run; its plan is the page this leads to."""
    wanted = clean_numbers(numbers)
    if key:
        listed = context.store.pages.fetch_listed_numbers(key, limit=NUMBERS_MAX + 1)
        wanted = clean_numbers([*wanted, *listed])
    if not wanted:
        return back_to(context, "backfill", problem="Give at least one invoice number, or choose a cause.")
    if len(wanted) > NUMBERS_MAX:
        problem = f"{len(wanted):,} invoices are too many at once: at most {NUMBERS_MAX}."
        return back_to(context, "backfill", problem=problem)
    conf = {"workspace_id": context.workspace_id, "invoice_numbers": list(wanted), "dry_run": True}
    note = f"Planned by {context.user.get_name()} on the pages, workspace {context.workspace_id}"
    try:
        run_id = AirflowApi(context.request).trigger(DAG_ID, conf, note)
    except SyncError as error:
        return back_to(context, "backfill", problem=error.message)
    return back_to(context, _address(run_id), done="The plan is being made. Nothing is sent.")


@router.get("/w/{workspace_id}/backfill/{backfill_id}")
def backfill(context: ContextDep, backfill_id: str) -> Response:
    api = AirflowApi(context.request)
    run = _run(context, api, backfill_id)
    planned = api.result(Report, DAG_ID, backfill_id, PLAN)
    outcome = api.result(Report, DAG_ID, backfill_id, CARRY_OUT)
    stored = context.store.plans.fetch(backfill_id)
    report = outcome or (Report.of(stored.lines) if stored and planned else planned) or Report()
    work = read_work(context) if run.is_open else None
    return page(
        context,
        "backfill_run.html",
        active="activity",
        run=run,
        title="Backfill plan" if is_dry(run) else "Backfill",
        address=_address(backfill_id),
        airflow_url=airflow_url(context, DAG_ID, backfill_id),
        steps=steps(run, api.task_states(DAG_ID, backfill_id), stored),
        work=work if work and work.run.run_id == backfill_id else None,
        numbers=len(numbers_of(run)),
        can_approve=can_approve(run, stored),
        fingerprint=stored.fingerprint if stored else "",
        report=report,
        summary=summary(report, outcome is not None),
        carried_out=outcome is not None,
        verdict_words=verdict_words,
    )


@router.post(
    "/w/{workspace_id}/backfill/{backfill_id}/approve",
    dependencies=[Depends(requires(Right.CONFIGURE)), Depends(protected)],
)
def approve(
    context: ContextDep, backfill_id: str, fingerprint: Annotated[str | None, Form(max_length=64)] = None
) -> Response:
    """Carry out a finished plan, as it was shown, once: the run's name holds the plan's. The approval is
    stored first: the run that is started looks for it.
    """
    api = AirflowApi(context.request)
    run = _run(context, api, backfill_id)
    if not can_approve(run, context.store.plans.fetch(backfill_id)):
        return back_to(context, _address(backfill_id), problem="There is nothing to approve here.")
    run_id = f"approved__{backfill_id}"
    conf = {**(run.conf or {}), "workspace_id": context.workspace_id, "dry_run": False, "approved": True}
    note = f"Approved by {context.user.get_name()} on the pages, after the plan {backfill_id}"
    try:
        with context.store.transaction():  # no approval is left behind where no run could be started
            approve_plan(
                context.store,
                backfill_id,
                run_id=run_id,
                who=context.who,
                through="page",
                fingerprint=fingerprint,
            )
            carried = api.trigger(DAG_ID, conf, note, run_id=run_id)
    except SyncError as error:
        return back_to(context, _address(backfill_id), problem=error.message)
    return back_to(context, _address(carried), done="Approved. The backfill has been started.")


def _address(run_id: str) -> str:
    return f"backfill/{url_part(run_id)}"


def _run(context: RequestContext, api: AirflowApi, run_id: str) -> AirflowRun:
    """404 for a run that is not there and for one of another workspace alike."""
    try:
        run = api.run(DAG_ID, run_id)
    except AirflowMissingError:
        run = None
    if run is None or not belongs(run, context.workspace_id):
        raise HTTPException(404, "There is no such backfill in this workspace.")
    return run
