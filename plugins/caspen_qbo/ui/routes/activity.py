"""Activity: what ran, what runs and what waits; and Run now, which starts a DAG as the signed-in user."""

from typing import Annotated

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response

from caspen_qbo import wiring
from caspen_qbo.airflow.api import AirflowApi
from caspen_qbo.core.monitoring.run_note import build_note
from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.store.monitoring.meter import MeterStore
from caspen_qbo.settings import DAG_IDS
from caspen_qbo.ui.access import Right, requires, sees_all
from caspen_qbo.ui.context import ContextDep
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import back_to, notice, page, page_of_all
from caspen_qbo.ui.views.activity import (
    JOB_OF_DAG,
    JOBS,
    STATE_WORDS,
    airflow_url,
    done_words,
    reads_words,
    run_address,
    run_state,
    url_of_run,
    waiting_words,
)
from caspen_qbo.ui.views.progress import read_work
from caspen_qbo.usecases.shared.reads import read_budget, read_mode, read_practice

router = APIRouter()

PAGE_SIZE = 30


@router.get("/w/{workspace_id}/activity")
def activity(
    context: ContextDep, number: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1
) -> Response:
    api = AirflowApi(context.request)
    open_runs = [
        run
        for dag_id in JOB_OF_DAG
        for run in api.open_runs(dag_id)
        if run.asked("workspace_id") in (None, context.workspace_id, str(context.workspace_id))
    ]
    work = read_work(context)
    runs = context.store.pages.fetch_runs(page_size=PAGE_SIZE + 1, skip=(number - 1) * PAGE_SIZE)
    open_run_ids = {run.run_id for run in open_runs}
    shown = [(run, run_state(run, work, open_run_ids)) for run in runs[:PAGE_SIZE]]
    interrupted = number == 1 and bool(shown) and shown[0][1] == "interrupted"
    return page(
        context,
        "activity.html",
        active="activity",
        waiting=waiting_words(
            context.store.pages.fetch_latest_ledger(),
            work.run if interrupted and work is not None else None,
        ),
        reads=reads_words(
            read_practice(context.store.meter),
            read_budget(MeterStore(context.store.database)),
            read_mode(context.whole_store.practices),
        ),
        work=work,
        under_way=bool(open_runs) or (work is not None and work.alive),
        open_runs=open_runs,
        runs=shown,
        jobs=JOBS,
        job_of_dag=JOB_OF_DAG,
        state_words=STATE_WORDS,
        done_words=done_words,
        airflow_url=airflow_url,
        url_of_run=url_of_run,
        number=number,
        more=len(runs) > PAGE_SIZE,
    )


@router.get("/runs/{dag_id}/{run_id}")
def run_note(request: Request, user: GetUserDep, dag_id: str, run_id: str) -> Response:
    """What a DAG run did, as its tasks left it: of many practices, so only for those who see all."""
    words: list[str] = []
    if dag_id in DAG_IDS and sees_all(user):
        with wiring.open_store(on_a_page=True) as store:
            words = store.notes.fetch(dag_id, run_id)
    if not words:
        text = "Nothing is known of this run: it has left nothing yet, or it was longer ago than is kept."
        return notice(request, "No such run", text, 404)
    paragraphs = build_note(words).split("\n\n")
    return page_of_all(
        request,
        "run_note.html",
        user,
        dag_id=dag_id,
        run_id=run_id,
        paragraphs=paragraphs,
        airflow=run_address(request, dag_id, run_id),
    )


@router.post(
    "/w/{workspace_id}/activity/run", dependencies=[Depends(requires(Right.OPERATE)), Depends(protected)]
)
def run_now(context: ContextDep, job: Annotated[str, Form()] = "") -> Response:
    if job not in JOBS or job == "backfill":
        return back_to(context, "activity", problem="Choose what to run.")
    note = f"Run now by {context.user.get_name()} on the pages, workspace {context.workspace_id}"
    try:
        AirflowApi(context.request).trigger(JOBS[job].dag_id, {"workspace_id": context.workspace_id}, note)
    except SyncError as error:
        return back_to(context, "activity", problem=error.message)
    return back_to(context, "activity", done=f"{JOBS[job].label} was started.")
