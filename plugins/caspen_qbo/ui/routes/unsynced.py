"""Unsynced invoices: cards by cause, the list, CSV, and Retry."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import Response

from caspen_qbo.hooks.store.monitoring.pages import UnsyncedQuery
from caspen_qbo.ui.access import Right, requires
from caspen_qbo.ui.context import ContextDep
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import back_to, page, stream
from caspen_qbo.ui.views.cards import FIX_PAGES, build_cards
from caspen_qbo.ui.views.lists.columns import address, csv_lines, sorted_by
from caspen_qbo.ui.views.lists.unsynced import CARDS_MAX, COLUMNS, CSV_COLUMNS, PAGE_SIZE, csv_rows
from caspen_qbo.ui.views.next_step import next_step
from caspen_qbo.usecases.decisions.retry import release
from caspen_qbo.wording import counted

router = APIRouter()

QueryDep = Annotated[UnsyncedQuery, Query()]


@router.get("/w/{workspace_id}/unsynced")
def unsynced(context: ContextDep, query: QueryDep) -> Response:
    pages = context.store.pages
    causes = pages.fetch_causes()
    # What the cards have counted already is not counted again.
    if query.find.strip() or query.kind:
        found = pages.count_unsynced(query)
    else:
        found = sum(cause.waiting for cause in causes if query.counts(cause))
    last_page = max(1, -(-found // PAGE_SIZE))
    skip = (min(query.page, last_page) - 1) * PAGE_SIZE
    ledger = pages.fetch_latest_ledger()
    rows = pages.fetch_unsynced(query, page_size=PAGE_SIZE, skip=skip) if found else []
    return page(
        context,
        "unsynced.html",
        active="unsynced",
        query=query,
        address=address,
        ledger=ledger,
        next_step=None if causes else next_step(context, ledger),
        causes=causes,
        cards=build_cards(context, causes),
        cards_max=CARDS_MAX,
        fix_pages=FIX_PAGES,
        columns=COLUMNS,
        sorted_by=sorted_by,
        rows=rows,
        people=context.billing.fetch_clients(
            context.workspace_id, sorted({row.client_id for row in rows if row.client_id})
        ),
        found=found,
        skip=skip,
        number=skip // PAGE_SIZE + 1,
        last_page=last_page,
    )


@router.get("/w/{workspace_id}/unsynced.csv")
def export(context: ContextDep, query: QueryDep) -> Response:
    """All rows of the filter, in the list's order."""
    items = context.store.pages.iterate_unsynced(query)
    filename = f"unsynced-{context.workspace_id}.csv"
    lines = csv_lines(CSV_COLUMNS, csv_rows(items, context.currency, context.zone))
    return stream(lines, filename, "text/csv; charset=utf-8")


@router.post(
    "/w/{workspace_id}/unsynced/retry", dependencies=[Depends(requires(Right.OPERATE)), Depends(protected)]
)
def retry(
    context: ContextDep,
    number: Annotated[list[str] | None, Form()] = None,
    key: Annotated[str, Form()] = "",
    cause: Annotated[str | None, Form()] = None,
    back: Annotated[str, Form()] = "",
) -> Response:
    """Retry the ticked ones, or a whole card. They are tried with the next run."""
    place = f"unsynced?{back}" if back else "unsynced"
    if not number and not key:
        return back_to(context, place, problem="Tick at least one invoice first.")
    released = release(
        context.store,
        numbers=[] if key else number or [],
        error_key=key or None,
        cause_ref=cause if key else None,
        who=context.who,
    )
    done = (
        f"{counted(released, 'document')} released; the next run tries again. Activity > Run now starts one."
    )
    return back_to(context, place, done=done)
