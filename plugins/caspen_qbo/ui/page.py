"""Answers: a rendered page with its security headers, a redirect after a form, a file."""

import base64
import hashlib
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from html.parser import HTMLParser

from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.configuration import conf
from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette import status

from caspen_qbo.ui.context import RequestContext, prefix
from caspen_qbo.ui.signing import form_token, login_of, read_message, sign_message
from caspen_qbo.ui.templating import render
from caspen_qbo.ui.views.frame import MENU, connection_notice

MESSAGE_COOKIE = "caspen_qbo_message"

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def policy(nonce: str, form_targets: tuple[str, ...] = ()) -> str:
    """The Content-Security-Policy: nothing but our own page, its style and its script, by nonce.

    :param form_targets: Other origins than ours that a form of this page ends up at, by redirect.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'nonce-{nonce}'",
            f"script-src 'nonce-{nonce}'",
            "img-src 'self'",
            "connect-src 'self'",
            "frame-src 'self'",
            " ".join(("form-action 'self'", *form_targets)),
            "frame-ancestors 'self'",
            "base-uri 'none'",
        )
    )


def page(
    context: RequestContext,
    template: str,
    *,
    active: str,
    form_targets: tuple[str, ...] = (),
    **values: object,
) -> HTMLResponse:
    """Render a workspace's page with these values by name; ``active``: key of the menu entry to mark."""
    message = read_message(context.request.cookies.get(MESSAGE_COOKIE, ""), context.user.get_name())
    shared = {
        "here": context,
        "active": active,
        "menu": MENU,
        "notice": connection_notice(context, datetime.now(UTC)),
        "message": message,
        "token": form_token(context.user.get_name(), login_of(context.request)),
        "base": context.url().rstrip("/"),
    }
    response = _html(context.request, template, {**shared, **values}, form_targets=form_targets)
    if message is not None:
        response.delete_cookie(MESSAGE_COOKIE, path=prefix(context.request) or "/")
    return response


def page_of_all(request: Request, template: str, user: BaseUser, **values: object) -> HTMLResponse:
    """A page about all practices, which belongs to none."""
    return _html(request, template, {"user": user, **values})


def notice(request: Request, title: str, text: str, status_code: int, *, login_url: str = "") -> HTMLResponse:
    """A page without a workspace: an error in our words, or the way to the login."""
    values = {"title": title, "text": text, "login_url": login_url}
    return _html(request, "notice.html", values, status_code)


def _html(
    request: Request,
    template: str,
    values: Mapping[str, object],
    status_code: int = 200,
    *,
    form_targets: tuple[str, ...] = (),
) -> HTMLResponse:
    nonce = secrets.token_urlsafe(16)
    html = render(template, root=prefix(request), nonce=nonce, **values)
    headers = {**HEADERS, "Content-Security-Policy": policy(nonce, form_targets)}
    return HTMLResponse(html, status_code=status_code, headers=headers)


def back_to(context: RequestContext, path: str, *, done: str = "", problem: str = "") -> RedirectResponse:
    """After a form: 303 to a page of this workspace, which shows the message once."""
    return redirect(context.request, context.url(path), context.user.get_name(), done=done, problem=problem)


def redirect(
    request: Request, address: str, username: str, *, done: str = "", problem: str = ""
) -> RedirectResponse:
    """:param address: One of ours, or Intuit's consent page; never taken from the request."""
    response = RedirectResponse(address, status_code=status.HTTP_303_SEE_OTHER, headers=HEADERS)
    if done or problem:
        response.set_cookie(
            MESSAGE_COOKIE,
            sign_message(username, "done" if done else "problem", (done or problem)[:1500]),
            max_age=120,
            path=prefix(request) or "/",
            httponly=True,
            samesite="lax",
            secure=is_over_tls(request),
        )
    return response


def is_over_tls(request: Request) -> bool:
    """As the request says, or the address at which Airflow is reached: a proxy may not pass it on."""
    base_url = conf.get("api", "base_url", fallback="") or ""
    return request.url.scheme == "https" or base_url.lower().startswith("https:")


def document(html: str, filename: str | None) -> Response:
    """A whole HTML document made elsewhere in this project: no script runs, only the styles in it apply.

    :param filename: Offered as a file; shown in place when None.
    """
    headers = {
        **HEADERS,
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'unsafe-hashes' {' '.join(style_hashes(html))}; img-src data:; "
            "form-action 'none'; frame-ancestors 'self'; base-uri 'none'; sandbox"
        ),
    }
    return HTMLResponse(html, headers={**headers, **_attachment(filename)} if filename else headers)


class _Styles(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "style"
        self.found += [value for name, value in attrs if name == "style" and value]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._inside = False

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found.append(data)


def style_hashes(html: str) -> list[str]:
    """The policy's names of the styles in a document: ``'sha256-…'`` of each."""
    styles = _Styles()
    styles.feed(html)
    digests = {base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in styles.found}
    return sorted(f"'sha256-{digest}'" for digest in digests)


def download(content: bytes | str, filename: str, media_type: str) -> Response:
    """:param filename: Ours, plain ASCII."""
    return Response(content, media_type=media_type, headers={**HEADERS, **_attachment(filename)})


def stream(
    chunks: Iterator[str] | Iterator[bytes], filename: str, media_type: str, *, size: int | None = None
) -> Response:
    """A file that is made or read while it is sent; as :func:`download`. A document in it runs nothing.

    :param size: In bytes, where it is known: then one that ends early is seen to be no whole file.
    """
    headers = {**HEADERS, **_attachment(filename), "Content-Security-Policy": "default-src 'none'; sandbox"}
    if size is not None:
        headers["Content-Length"] = str(size)
    return StreamingResponse(chunks, media_type=media_type, headers=headers)


def _attachment(filename: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{filename}"'}
