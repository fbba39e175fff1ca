"""Writes are refused unless this user opened the form here; pages carry a strict policy and no secret."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from tests.integration.ui.conftest import Pages
from tests.integration.ui.routes import ANY, address, closed
from tests.support.flow import Flow

CACHED = {"GET /icon.svg", "GET /frame.js"}
REPORTS = (
    "GET /w/{workspace_id}/reconciliation/{run_id}/report.html",
    "GET /w/{workspace_id}/month-end/{month}/pack.html",
    "GET /w/{workspace_id}/data-docs/{name}",
    "GET /w/{workspace_id}/mail/preview.html",
    "GET /mail/preview.html",
)
"""A document of its own, with a policy of its own."""


def writes(pages: Pages) -> list[str]:
    """The path of every write, read from the application."""
    return [address(route, ANY)[1] for route in closed(pages, "POST ")]


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"sec-fetch-site": "cross-site"}, "not sent from one of our pages"),
        ({"sec-fetch-site": "same-site"}, "not sent from one of our pages"),
        ({"sec-fetch-site": "none"}, "not sent from one of our pages"),
        (None, "not sent from one of our pages"),
        ({"origin": "https://evil.example"}, "not sent from one of our pages"),
        ({"referer": "https://evil.example/quickbooks/"}, "not sent from one of our pages"),
        ({"origin": "null"}, "not sent from one of our pages"),
    ],
)
def test_a_form_from_elsewhere_is_refused(pages: Pages, flow: Flow, headers: dict | None, why: str) -> None:
    admin = pages.as_("admin")
    admin.headers = {"accept": "text/html", **(headers or {})}
    for path in writes(pages):
        answer = admin.post(path)
        assert answer.status_code == 403, f"{path}: {answer.status_code}"
        assert why in answer.text, path
    assert flow.sync_rows("SELECT status FROM qbo_sync.connection") == [("connected",)]


def test_an_old_browser_is_believed_by_its_origin(pages: Pages, flow: Flow) -> None:
    admin = pages.as_("admin")
    admin.headers = {"accept": "text/html", "origin": "http://testserver"}
    assert admin.post("/w/1/disconnect").status_code == 303
    assert flow.sync_rows("SELECT status FROM qbo_sync.connection") == [("disconnected",)]


def test_a_form_without_a_fresh_token_of_its_user_is_refused(pages: Pages, flow: Flow) -> None:
    class LongAgo(TimestampSigner):
        def get_timestamp(self) -> int:
            return super().get_timestamp() - 13 * 3600

    from airflow.configuration import conf

    key = conf.get_mandatory_value("api", "secret_key")
    login = hashlib.sha256(pages.as_("admin").token.encode()).hexdigest()
    old = URLSafeTimedSerializer(key, salt="caspen_qbo.form", signer=LongAgo).dumps(["admin", login])
    foreign_key = URLSafeTimedSerializer("another key", salt="caspen_qbo.form").dumps(["admin", login])
    another_purpose = URLSafeTimedSerializer(key, salt="caspen_qbo.message").dumps(["admin", login])
    admin = pages.as_("admin")
    for token in ("", "x", pages.as_("op").form_token(), old, foreign_key, another_purpose):
        for path in writes(pages):
            answer = admin.post(path, {"form_token": token})
            assert answer.status_code == 403, f"{path} with {token!r}: {answer.status_code}"
            assert "too old or not yours" in answer.text
    assert flow.sync_rows("SELECT status FROM qbo_sync.connection") == [("connected",)]


def test_a_form_of_an_earlier_login_is_refused(pages: Pages, flow: Flow) -> None:
    """Who logs out and in again is another login: a form from before does nothing any more."""
    admin = pages.as_("admin")
    earlier = re.search(r'name="form_token" value="([^"]+)"', admin.get("/w/1/setup").text)
    assert earlier
    pages.client.cookies.clear()
    again = pages.client.post("/auth/token", json={"username": "admin", "password": "admin"})
    assert again.json()["access_token"] != admin.token
    later = replace(admin, token=again.json()["access_token"])
    assert later.post("/w/1/disconnect", {"form_token": earlier[1]}).status_code == 403
    assert flow.sync_rows("SELECT status FROM qbo_sync.connection") == [("connected",)]
    assert admin.post("/w/1/disconnect", {"form_token": earlier[1]}).status_code == 303


def test_a_message_is_shown_once_and_only_to_the_user_it_is_for(pages: Pages, flow: Flow) -> None:
    user = pages.as_("user")
    answer = user.post("/w/1/unsynced/retry")
    assert user.message(answer) == "Tick at least one invoice first."
    cookie = answer.cookies["caspen_qbo_message"]
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert "samesite=lax" in answer.headers["set-cookie"].lower()
    shown = user.get("/w/1/unsynced", headers={"cookie": f"_token={user.token}; caspen_qbo_message={cookie}"})
    assert "Tick at least one" in shown.text
    assert 'caspen_qbo_message=""' in shown.headers["set-cookie"]
    viewer = pages.as_("viewer")
    other = viewer.get(
        "/w/1/unsynced", headers={"cookie": f"_token={viewer.token}; caspen_qbo_message={cookie}"}
    )
    assert "Tick at least one" not in other.text


def test_every_answer_allows_nothing_but_its_own_style_and_script(
    pages: Pages, places: dict[str, str]
) -> None:
    admin = pages.as_("admin")
    nonces: list[str] = []
    for route in closed(pages, "GET "):
        path = address(route, places)[1]
        answer = admin.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff", route
        if route in CACHED or answer.status_code == 303:
            continue
        assert answer.headers["cache-control"] == "no-store", route
        if not answer.headers["content-type"].startswith("text/html"):
            assert "attachment" in answer.headers["content-disposition"], route
            continue
        policy = dict(
            part.strip().partition(" ")[::2] for part in answer.headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == "'none'", route
        assert policy["frame-ancestors"] == "'self'"
        assert policy["base-uri"] == "'none'"
        if route in REPORTS:
            assert "script-src" not in policy and "sandbox" in policy
            continue
        assert "unsafe" not in answer.headers["content-security-policy"], route
        (nonce,) = re.findall(r"^'nonce-([\w-]{16,})'$", policy["script-src"])
        assert policy["style-src"] == f"'nonce-{nonce}'"
        nonces.append(nonce)
        for tag in re.findall(r"<(?:script|style)\b[^>]*>", answer.text):
            assert tag in (f'<script nonce="{nonce}">', f'<style nonce="{nonce}">'), f"{route}: {tag}"
        assert not re.search(r"<[^>]+\s(?:style|on\w+)=", answer.text), route
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//(?!127\.0\.0\.1)", answer.text), route
    assert len(nonces) == len(set(nonces)) >= 12, "a nonce is used once"


def test_the_documentation_pages_of_the_framework_are_off(pages: Pages) -> None:
    admin = pages.as_("admin")
    for path in ("/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"):
        assert admin.get(path).status_code == 404


def test_no_token_and_no_secret_is_in_an_answer(pages: Pages, flow: Flow, places: dict[str, str]) -> None:
    from caspen_qbo.hooks.store.connection import cipher as qbo_cipher

    rows = flow.sync_rows("SELECT access_token, refresh_token FROM qbo_sync.connection")
    secrets = [qbo_cipher.decrypt(bytes(value)) for value in rows[0]] + [
        "sandbox-client-secret",
        "verifier-4417",
    ]
    assert all(len(secret) > 8 for secret in secrets)
    admin = pages.as_("admin")
    secrets.append(admin.token)
    for route in closed(pages, "GET "):
        text = admin.get(address(route, places)[1]).text
        assert not [secret for secret in secrets if secret in text], route


def test_what_people_typed_is_shown_as_text(pages: Pages, flow: Flow) -> None:
    """Numbers are typed by hand; a search is echoed."""
    user = pages.as_("user")
    text = user.get("/w/1/unsynced", params={"find": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in text
    with flow.sync.connect(autocommit=True) as connection:
        connection.execute(
            "INSERT INTO qbo_sync.unsynced_invoice (workspace_id, document_kind, document_id,"
            " document_number, invoice_id, error_key, title, detail, fix)"
            " VALUES (1, 'invoice', 1, '<img src=x onerror=y>', 1, 'other', "
            "'QuickBooks refused', '<b>bold</b>', 'f')"
        )
    text = user.get("/w/1/unsynced").text
    assert "&lt;img src=x onerror=y&gt;" in text and "<img" not in text
    assert "&lt;b&gt;bold&lt;/b&gt;" in text
