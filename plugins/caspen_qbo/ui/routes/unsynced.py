"""Unsynced invoices: cards by cause, the list, CSV, and Retry."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import Response, StreamingResponse

from caspen_qbo import wiring
from caspen_qbo.ui.access import Right, requires
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import HEADERS, back_to, page
from caspen_qbo.ui.texts import counted
from caspen_qbo.ui.views.unsynced import CSV_COLUMNS, PAGE_SIZE, csv_row, unsynced_view
from caspen_qbo.ui.views.unsynced_filter import Asked, filter_of
from caspen_qbo.ui.visit import VisitDep
from caspen_qbo.usecases.decisions.retry import release

router = APIRouter()

AskedDep = Annotated[Asked, Query()]


@router.get("/w/{workspace_id}/unsynced")
def unsynced(visit: VisitDep, asked: AskedDep) -> Response:
    pages = visit.store.pages
    causes = pages.fetch_causes()
    wanted = filter_of(asked)
    # What the cards have counted already is not counted again.
    if wanted.search or wanted.document_kind:
        found = pages.count_unsynced(wanted)
    else:
        found = sum(
            row["waiting"]
            for row in causes
            if (wanted.error_keys is None or row["error_key"] in wanted.error_keys)
            and (wanted.cause_ref is None or row["cause_ref"] == wanted.cause_ref)
        )
    last_page = max(1, -(-found // PAGE_SIZE))
    number = min(asked.page, last_page)
    rows = []
    if found:
        rows = pages.fetch_unsynced(
            wanted,
            sort=asked.sort,
            descending=asked.descending,
            page_size=PAGE_SIZE,
            skip=(number - 1) * PAGE_SIZE,
        )
    model = unsynced_view(
        visit,
        asked,
        causes=causes,
        rows=rows,
        found=found,
        number=number,
        last_page=last_page,
        ledger=pages.fetch_latest_ledger(),
    )
    return page(visit, "unsynced.html", model, active="unsynced")


@router.get("/w/{workspace_id}/unsynced.csv")
def export(visit: VisitDep, asked: AskedDep) -> Response:
    """All rows of the filter, in the list's order."""
    workspace_id, currency, zone = visit.workspace_id, visit.currency, visit.zone

    def lines() -> Iterator[str]:
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        writer.writerow(CSV_COLUMNS)
        with wiring.open_store() as store:  # the visit's own is closed before the last line is sent
            for row in store.for_workspace(workspace_id).pages.iterate_unsynced(
                filter_of(asked), asked.sort, asked.descending
            ):
                writer.writerow(csv_row(row, currency, zone))
                if buffer.tell() > 65536:
                    yield buffer.getvalue()
                    buffer.seek(0)
                    buffer.truncate()
        yield buffer.getvalue()

    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="unsynced-{workspace_id}.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=headers)


@router.post(
    "/w/{workspace_id}/unsynced/retry", dependencies=[Depends(requires(Right.OPERATE)), Depends(protected)]
)
def retry(
    visit: VisitDep,
    number: Annotated[list[str] | None, Form()] = None,
    key: Annotated[str, Form()] = "",
    cause: Annotated[str | None, Form()] = None,
    back: Annotated[str, Form()] = "",
) -> Response:
    """Retry the ticked ones, or a whole card. They are tried with the next run."""
    address = f"unsynced?{back}" if back else "unsynced"
    if not number and not key:
        return back_to(visit, address, problem="Tick at least one invoice first.")
    released = release(
        visit.store,
        numbers=[] if key else number or [],
        error_key=key or None,
        cause_ref=cause if key else None,
        who=visit.who,
    )
    done = (
        f"{counted(released, 'document')} released; the next run tries again. Activity > Run now starts one."
    )
    return back_to(visit, address, done=done)
