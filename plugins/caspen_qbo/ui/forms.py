"""What every write must bring: the form token, and the browser's statement that the form is ours."""

from typing import Annotated
from urllib.parse import urlsplit

from airflow.api_fastapi.core_api.security import GetUserDep
from airflow.configuration import conf
from fastapi import Form, HTTPException, Request, status

from caspen_qbo.ui.signing import is_form_token, login_of

TOKEN_FIELD = "form_token"


def same_origin(request: Request) -> bool:
    """Whether the browser says that this request comes from a page of ours.

    ``Sec-Fetch-Site`` decides where it is sent, else ``Origin``, else ``Referer``; with none it is refused.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    source = request.headers.get("origin") or request.headers.get("referer") or ""
    own = {request.headers.get("host", ""), urlsplit(conf.get("api", "base_url", fallback="")).netloc}
    return bool(urlsplit(source).netloc) and urlsplit(source).netloc in own


def protected(
    request: Request, user: GetUserDep, form_token: Annotated[str, Form(alias=TOKEN_FIELD)] = ""
) -> None:
    """A FastAPI dependency of every write: 403 unless this login of this user opened the form here within
    twelve hours.
    """
    if not same_origin(request):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "This form was not sent from one of our pages.")
    if not is_form_token(form_token, user.get_name(), login_of(request)):
        raise HTTPException(
            status.HTTP_403_FORBIDDEN,
            "This form is too old or not yours. Open the page again and resubmit it.",
        )
