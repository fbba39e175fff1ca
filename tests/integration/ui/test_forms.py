"""Writes are refused unless this user opened the form here; pages carry a strict policy and no secret."""

from __future__ import annotations

import re

import pytest
from fastapi.routing import APIRoute
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from tests.integration.ui.conftest import Pages
from tests.support.flow import Flow

WRITES = (
    "/w/1/settings",
    "/w/1/connect",
    "/w/1/disconnect",
    "/w/1/taxes/1",
    "/w/1/unsynced/retry",
    "/w/1/invoices/1/retry",
    "/w/1/invoices/1/choose",
    "/w/1/reconciliation/x/sign",
    "/w/1/activity/run",
)


def test_every_write_is_walked_here(pages: Pages) -> None:
    paths = {
        route.path for route in pages.app.routes if isinstance(route, APIRoute) and "POST" in route.methods
    }
    assert len(paths - {"/webhook"}) == len(WRITES)


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
    for path in WRITES:
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
    old = URLSafeTimedSerializer(key, salt="caspen_qbo.form", signer=LongAgo).dumps("admin")
    foreign_key = URLSafeTimedSerializer("another key", salt="caspen_qbo.form").dumps("admin")
    another_purpose = URLSafeTimedSerializer(key, salt="caspen_qbo.message").dumps("admin")
    admin = pages.as_("admin")
    for token in ("", "x", pages.as_("op").form_token(), old, foreign_key, another_purpose):
        for path in WRITES:
            answer = admin.post(path, {"form_token": token})
            assert answer.status_code == 403, f"{path} with {token!r}: {answer.status_code}"
            assert "too old or not yours" in answer.text
    assert flow.sync_rows("SELECT status FROM qbo_sync.connection") == [("connected",)]


def test_a_message_is_shown_once_and_only_to_whom_it_was_told(pages: Pages, flow: Flow) -> None:
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


PAGES = (
    "/w/1/setup",
    "/w/1/setup/doctor",
    "/w/1/disconnect",
    "/w/1/taxes",
    "/w/1/unsynced",
    "/w/1/reconciliation",
    "/w/1/activity",
    "/w/999/unsynced",
)


def test_pages_allow_nothing_but_their_own_style_and_script(pages: Pages, flow: Flow) -> None:
    admin = pages.as_("admin")
    nonces = set()
    for path in (*PAGES, f"/w/1/taxes/{flow.rates['GST']}", f"/w/1/invoices/{flow.invoice('10.00')}"):
        answer = admin.get(path)
        policy = dict(
            part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == "'none'"
        assert policy["frame-ancestors"] == "'self'"
        assert policy["base-uri"] == "'none'"
        assert "unsafe" not in answer.headers["content-security-policy"]
        (nonce,) = re.findall(r"^'nonce-([\w-]{16,})'$", policy["script-src"])
        assert policy["style-src"] == f"'nonce-{nonce}'"
        nonces.add(nonce)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        for tag in re.findall(r"<(?:script|style)\b[^>]*>", answer.text):
            assert tag in (f'<script nonce="{nonce}">', f'<style nonce="{nonce}">'), f"{path}: {tag}"
        assert not re.search(r"<[^>]+\s(?:style|on\w+)=", answer.text), path
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//(?!127\.0\.0\.1)", answer.text), path
    assert len(nonces) == len(PAGES) + 2, "a nonce is used once"


def test_the_documentation_pages_of_the_framework_are_off(pages: Pages) -> None:
    admin = pages.as_("admin")
    for path in ("/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"):
        assert admin.get(path).status_code == 404


def test_no_token_and_no_secret_is_in_a_page(pages: Pages, flow: Flow) -> None:
    from caspen_qbo.hooks import qbo_cipher

    rows = flow.sync_rows("SELECT access_token, refresh_token FROM qbo_sync.connection")
    secrets = [qbo_cipher.decrypt(bytes(value)) for value in rows[0]] + [
        "sandbox-client-secret",
        "verifier-4417",
    ]
    assert all(len(secret) > 8 for secret in secrets)
    admin = pages.as_("admin")
    secrets.append(admin.token)
    for path in PAGES:
        text = admin.get(path).text
        assert not [secret for secret in secrets if secret in text], path


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
