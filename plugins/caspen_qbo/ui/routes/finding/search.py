"""Finding a document across all practices that this user may see."""

from typing import Annotated

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from caspen_qbo import wiring
from caspen_qbo.core.monitoring.search import TEXT_MAX
from caspen_qbo.ui.access import sees_all, visible
from caspen_qbo.ui.context import who_of
from caspen_qbo.ui.page import page_of_all
from caspen_qbo.usecases.monitoring.search import search
from caspen_qbo.wording import FIT_WORDS, standing

router = APIRouter()

TextQuery = Annotated[str, Query(max_length=TEXT_MAX, pattern=r"^[^\x00]*$")]


@router.get("/search")
def find(request: Request, user: GetUserDep, text: TextQuery = "") -> Response:
    with wiring.open_billing(on_a_page=True) as billing, wiring.open_store(on_a_page=True) as store:
        ids = None if sees_all(user) else visible(user, billing.fetch_workspaces())
        result = search(store, billing, text, ids, who=who_of(user))
    return page_of_all(
        request, "search.html", user, text=text, result=result, standing=standing, fit_words=FIT_WORDS
    )
