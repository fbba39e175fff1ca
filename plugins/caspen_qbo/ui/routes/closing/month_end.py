"""Month end: the checklist of a month, closing and reopening it, its pack."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Path, Query
from fastapi.responses import Response

from caspen_qbo import wiring
from caspen_qbo.core.closing.month import Month
from caspen_qbo.core.closing.stored import MonthPack
from caspen_qbo.errors import ConfigurationError, SyncError
from caspen_qbo.hooks.storage import report_storage
from caspen_qbo.reports.kept import say_pack
from caspen_qbo.reports.month_end.page import render_pack_html
from caspen_qbo.reports.month_end.workbook import render_pack_xlsx
from caspen_qbo.ui.access import Right, requires
from caspen_qbo.ui.context import ContextDep, RequestContext
from caspen_qbo.ui.forms import protected
from caspen_qbo.ui.page import back_to, document, download, page
from caspen_qbo.ui.views.lists.month_end import change_sentence, choices
from caspen_qbo.usecases.closing.close import NOTE_MAX, close_month, read_month, read_pack, reopen_month

router = APIRouter()

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHANGES_SHOWN = 100
_WRITTEN = r"^\d{4}-(0[1-9]|1[0-2])$"

MonthQuery = Annotated[str, Query(pattern=rf"^$|{_WRITTEN}")]
MonthPath = Annotated[str, Path(pattern=_WRITTEN)]
MAY_CLOSE = [Depends(requires(Right.CONFIGURE)), Depends(protected)]


@router.get("/w/{workspace_id}/month-end")
def month_end(context: ContextDep, month: MonthQuery = "") -> Response:
    """The month asked for; the last whole one otherwise."""
    now = datetime.now(UTC)
    last = Month.of(now.astimezone(context.zone).date()).before
    period = _month(month) if month else last
    with wiring.open_offline(context.workspace_id, context.store, context.billing) as session:
        state = read_month(context.store, context.workspace, session, period, now)
    realm_id = context.connection.realm_id if context.connection else ""
    closes = context.store.months.fetch_closes(realm_id)
    return page(
        context,
        "month_end.html",
        active="month-end",
        state=state,
        period=period,
        choices=choices(period, last, closes, context.connection, context.zone),
        has_run=context.store.months.fetch_kept_run() is not None,
        change_sentence=change_sentence,
        changes_shown=CHANGES_SHOWN,
        note_max=NOTE_MAX,
    )


@router.post("/w/{workspace_id}/month-end/{month}/close", dependencies=MAY_CLOSE)
def close(context: ContextDep, month: MonthPath, note: Annotated[str, Form()] = "") -> Response:
    period, place = _month(month), f"month-end?month={month}"
    try:
        with wiring.open_offline(context.workspace_id, context.store, context.billing) as session:
            if session is None:
                return back_to(context, place, problem="The practice is not connected to QuickBooks.")
            pack = close_month(session, period, datetime.now(UTC), who=context.who, note=note)
    except SyncError as error:
        return back_to(context, place, problem=error.message)
    kept = say_pack(context.store, report_storage(on_a_page=True), pack)
    return back_to(
        context, place, done=f"{period.words} is closed. Its pack can be downloaded below. {kept}".strip()
    )


@router.post("/w/{workspace_id}/month-end/{month}/reopen", dependencies=MAY_CLOSE)
def reopen(context: ContextDep, month: MonthPath, reason: Annotated[str, Form()] = "") -> Response:
    period, place = _month(month), f"month-end?month={month}"
    try:
        reopen_month(context.store, period, who=context.who, reason=reason)
    except SyncError as error:
        return back_to(context, place, problem=error.message)
    return back_to(context, place, done=f"{period.words} is open again.")


@router.get("/w/{workspace_id}/month-end/{month}/pack.html")
def pack_page(
    context: ContextDep, month: MonthPath, save: Annotated[bool, Query(alias="download")] = False
) -> Response:
    pack = _pack(context, month)
    if isinstance(pack, Response):
        return pack
    html = render_pack_html(pack)
    return document(html, f"month-end-{context.workspace_id}-{month}.html" if save else None)


@router.get("/w/{workspace_id}/month-end/{month}/pack.xlsx")
def pack_spreadsheet(context: ContextDep, month: MonthPath) -> Response:
    pack = _pack(context, month)
    if isinstance(pack, Response):
        return pack
    return download(render_pack_xlsx(pack), f"month-end-{context.workspace_id}-{month}.xlsx", XLSX)


def _pack(context: RequestContext, month: str) -> MonthPack | Response:
    """Of a closed month as it was stored; of an open one a draft, or the way back where none can be made."""
    try:
        with wiring.open_offline(context.workspace_id, context.store, context.billing) as session:
            return read_pack(context.store, session, _month(month), datetime.now(UTC))
    except ConfigurationError as error:
        return back_to(context, f"month-end?month={month}", problem=error.message)


def _month(text: str) -> Month:
    found = Month.parse(text)
    if found is None:
        raise HTTPException(404, "There is no such month.")
    return found
