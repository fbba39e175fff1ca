"""The front door: all practices, or the only one this user may see; and what Airflow's own page fetches:
the menu icon, and the component that frames these pages.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated

from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from caspen_qbo import wiring
from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.monitoring.overview import PracticeRow
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.hooks.store import Store
from caspen_qbo.hooks.store.monitoring.overview import OverviewQuery
from caspen_qbo.ui.access import sees_all, visible
from caspen_qbo.ui.context import ContextDep, prefix, who_of
from caspen_qbo.ui.page import HEADERS, notice, page_of_all, stream
from caspen_qbo.ui.views.lists.columns import address, begun, csv_lines, sorted_by
from caspen_qbo.ui.views.lists.overview import COLUMNS, CSV_COLUMNS, PAGE_SIZE, Line, csv_rows, month_choices
from caspen_qbo.usecases.monitoring.overview import fetch_page, refresh_all
from caspen_qbo.usecases.monitoring.readers import record_reads

router = APIRouter()
RECORDED_TOGETHER = 500

_ASSETS = Path(__file__).parents[1] / "assets"
_KEPT = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}


QueryDep = Annotated[OverviewQuery, Query()]


@router.get("/")
def home(request: Request, user: GetUserDep, query: QueryDep) -> Response:
    """All practices; the one practice of those who may see one."""
    with wiring.open_billing(on_a_page=True) as billing, wiring.open_store(on_a_page=True) as store:
        ids = _visible(user, billing)
        number = billing.count_workspaces() if ids is None else len(ids)
        if number > 1:
            return _overview(request, user, query, ids, store, billing)
        only = list(billing.fetch_workspaces()) if ids is None else ids
    if not only:
        return notice(
            request, "No workspace", "Caspen has no workspace that your role in Airflow may see.", 404
        )
    return RedirectResponse(f"{prefix(request)}/w/{only[0]}/", status_code=303, headers=HEADERS)


def _overview(
    request: Request,
    user: BaseUser,
    query: OverviewQuery,
    ids: list[int] | None,
    store: Store,
    billing: CaspenBilling,
) -> Response:
    skip = (query.page - 1) * PAGE_SIZE
    rows = fetch_page(store, billing, query, ids, page_size=PAGE_SIZE, skip=skip)
    if not rows and query.page > 1:
        return RedirectResponse(f"{prefix(request)}/?{address(query, page=1)}", 303, headers=HEADERS)
    found = rows[0].found if rows else 0
    record_reads(store, who_of(user), "practices", [row.workspace_id for row in rows], downloaded=False)
    now = datetime.now(UTC)
    return page_of_all(
        request,
        "overview.html",
        user,
        query=query,
        address=address,
        columns=COLUMNS,
        sorted_by=sorted_by,
        needs=store.overview.count_needs(ids),
        lines=[Line.of(row, now) for row in rows],
        months=month_choices(now),
        found=found,
        skip=skip,
        last_page=max(1, -(-found // PAGE_SIZE)),
        mail_page=ids is None,
    )


@router.get("/practices.csv")
def export(user: GetUserDep, query: QueryDep) -> Response:
    """All practices of the filter, in the list's order, as each one's last run left them."""

    def lines() -> Iterator[str]:
        with wiring.open_billing(on_a_page=True) as billing, wiring.open_store(on_a_page=True) as store:
            ids = _visible(user, billing)
            if store.overview.count() != billing.count_workspaces():
                refresh_all(store, billing)
            read = _recorded(store, user, store.overview.iterate(query, ids))
            rows = csv_rows(read, query.period, datetime.now(UTC))
            yield from csv_lines(CSV_COLUMNS, rows)

    return stream(begun(lines()), "practices.csv", "text/csv; charset=utf-8")


def _recorded(store: Store, user: BaseUser, rows: Iterator[PracticeRow]) -> Iterator[PracticeRow]:
    """Who was given a practice's figures is recorded before they leave, some hundred practices at a time."""
    for some in chunked(rows, RECORDED_TOGETHER):
        ids = [row.workspace_id for row in some]
        record_reads(store, who_of(user), "practices.csv", ids, downloaded=True)
        yield from some


def _visible(user: BaseUser, billing: CaspenBilling) -> list[int] | None:
    """Workspace ids; None for all."""
    return None if sees_all(user) else visible(user, billing.fetch_workspaces())


@router.get("/w/{workspace_id}/")
def workspace(context: ContextDep) -> Response:
    """A workspace that posts opens on what needs attention, any other on its set-up."""
    return RedirectResponse(
        context.url("unsynced" if context.ready else "setup"), status_code=303, headers=HEADERS
    )


@cache
def _read(name: str) -> bytes:
    return (_ASSETS / name).read_bytes()


@router.get("/icon.svg")
def icon() -> Response:
    return Response(_read("icon.svg"), media_type="image/svg+xml", headers=_KEPT)


@router.get("/frame.js")
def frame() -> Response:
    return Response(_read("frame.js"), media_type="text/javascript", headers=_KEPT)
