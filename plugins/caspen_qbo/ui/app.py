"""The web application Airflow mounts under ``/quickbooks``. Every router but the webhook's requires a login
and a right; FastAPI's own documentation pages are off, because dependencies do not cover them.
"""

import logging
import secrets

from airflow.api_fastapi.app import get_auth_manager
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response

from caspen_qbo.errors import RetryError, SyncError, UnusableValueError
from caspen_qbo.ui.access import Right, requires
from caspen_qbo.ui.admission import Admission
from caspen_qbo.ui.page import notice
from caspen_qbo.ui.routes import (
    activity,
    backfill,
    connect,
    customers,
    home,
    invoice,
    reconciliation,
    setup,
    taxes,
    unsynced,
    webhook,
)
from caspen_qbo.ui.routes.closing import month_end
from caspen_qbo.ui.routes.finding import search
from caspen_qbo.ui.routes.mailing import mail

log = logging.getLogger(__name__)

SUBJECTS = (
    home,
    search,
    setup,
    connect,
    taxes,
    customers,
    unsynced,
    invoice,
    reconciliation,
    activity,
    backfill,
    month_end,
    mail,
)
TITLES = {
    401: "Please sign in",
    403: "Not allowed",
    404: "Not found",
    405: "Not found",
    422: "Invalid request",
}


def create_app() -> FastAPI:
    """Build the application. Reads no connection and no database."""
    app = FastAPI(title="Caspen to QuickBooks", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Admission)
    for subject in SUBJECTS:
        app.include_router(subject.router, dependencies=[Depends(requires(Right.READ))])
    app.include_router(webhook.router)
    app.exception_handler(HTTPException)(_handle_http_error)
    app.exception_handler(RequestValidationError)(_handle_invalid_request)
    app.exception_handler(SyncError)(_handle_sync_error)
    app.exception_handler(Exception)(_handle_unexpected)
    return app


def _wants_html(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _handle_http_error(request: Request, error: HTTPException) -> Response:
    if not _wants_html(request):
        return JSONResponse({"detail": error.detail}, status_code=error.status_code, headers=error.headers)
    if error.status_code == 401:
        # Without the name and scheme that the request claims: they are the client's, or a proxy's.
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        login_url = get_auth_manager().get_url_login(next_url=here)
        # Inside Airflow's frame a login page would be a page in a page: there a link leads out of it.
        if request.method == "GET" and request.headers.get("sec-fetch-dest") != "iframe":
            return RedirectResponse(login_url, status_code=302)
        text = "Your Airflow session has ended. What you sent was not carried out."
        return notice(request, TITLES[401], text, 401, login_url=get_auth_manager().get_url_login())
    title = TITLES.get(error.status_code, "This did not work")
    return notice(request, title, str(error.detail), error.status_code)


def _handle_invalid_request(request: Request, error: RequestValidationError) -> Response:
    fields = ", ".join(sorted({str(each["loc"][-1]) for each in error.errors()}))
    text = f"The address or the form has an unexpected value ({fields})."
    if _wants_html(request):
        return notice(request, TITLES[422], text, 422)
    return JSONResponse({"detail": text}, status_code=422)


def _handle_sync_error(request: Request, error: SyncError) -> Response:
    """Errors of this project are sentences written for readers."""
    later = isinstance(error, RetryError)
    code = 503 if later else 400 if isinstance(error, UnusableValueError) else 409
    if not _wants_html(request):
        return JSONResponse({"detail": error.message}, status_code=code)
    return notice(request, "Please try again later" if later else "This did not work", error.message, code)


def _handle_unexpected(request: Request, error: Exception) -> Response:
    reference = secrets.token_hex(4)
    log.error("page failed reference=%s method=%s", reference, request.method, exc_info=error)
    text = f"An unexpected error occurred. The API server's log has it under reference {reference}."
    if _wants_html(request):
        return notice(request, "Something went wrong", text, 500)
    return JSONResponse({"detail": text}, status_code=500)
