"""Airflow behind ops/nginx.conf: what is open to the world, cookies, log-ins, HSTS and limits."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import runpy
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlparse

import httpx
import pytest
import uvicorn
from fastapi.testclient import TestClient

from ops.local.environment import LOCAL_SETTINGS
from ops.local.ports import HOST, free_port
from tests.integration.ui.conftest import WEBHOOK_TOKEN, Pages
from tests.support.flow import Flow
from tests.support.nginx import NAME, find_nginx, nginx
from tests.support.tls import certificates

needs_nginx = pytest.mark.skipif(
    find_nginx() is None,
    reason="NGINX IS NOT HERE AND COULD NOT BE HAD: ops/nginx.conf is not tested (ops/fetch-nginx says why)",
)
WORLD, PRACTICE = "127.0.0.2", HOST
"""Addresses to ask from: the first is in none of the networks that the configuration allows."""

Ask = Callable[[str], httpx.Client]


@pytest.fixture(scope="module")
def served(airflow_app: TestClient) -> Iterator[int]:
    """Airflow's API server of this process on a port, as `api-server --proxy-headers` serves it."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(airflow_app.app, host=HOST, port=port, lifespan="off", log_level="warning",
                       proxy_headers=True, forwarded_allow_ips=HOST)
    )  # fmt: skip
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield port
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def ask(pages: Pages, served: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """Browsers by the address they come from, in front of nginx with a certificate of our own."""
    folder = tmp_path_factory.mktemp("nginx")
    root, certificate = certificates(folder, NAME)
    with nginx(folder, served, certificate) as proxy:
        opened: list[httpx.Client] = []

        def ask(address: str) -> httpx.Client:
            client = httpx.Client(
                base_url=f"https://{HOST}:{proxy.https}",
                headers={"host": NAME, "accept": "text/html"},
                transport=httpx.HTTPTransport(
                    verify=ssl.create_default_context(cafile=str(root)), local_address=address
                ),
                timeout=60,
            )
            opened.append(client)
            return client

        yield ask
        for client in opened:
            client.close()


def send(client: httpx.Client, method: str, path: str, **how: object) -> httpx.Response:
    return client.request(method, path, extensions={"sni_hostname": NAME}, **how)  # type: ignore[arg-type]


def notification() -> tuple[bytes, dict[str, str]]:
    body = json.dumps({"eventNotifications": []}).encode()
    digest = hmac.new(WEBHOOK_TOKEN.encode(), body, hashlib.sha256).digest()
    return body, {"intuit-signature": base64.b64encode(digest).decode()}


@needs_nginx
def test_to_the_world_only_signed_notifications_are_open(ask: Ask) -> None:
    world, body = ask(WORLD), notification()
    assert send(world, "POST", "/quickbooks/webhook", content=body[0], headers=body[1]).status_code == 200
    assert send(world, "POST", "/quickbooks/webhook", content=body[0]).status_code == 401
    assert send(world, "GET", "/quickbooks/webhook").status_code == 403
    for path in ("/", "/quickbooks/", "/auth/login", "/api/v2/monitor/health", "/quickbooks/webhook/x"):
        assert send(world, "GET", path).status_code == 403, path
    practice = ask(PRACTICE)
    assert send(practice, "GET", "/api/v2/monitor/health").status_code == 200
    assert send(practice, "GET", "/execution/health").status_code == 404
    large = b"x" * 1_100_000
    assert send(world, "POST", "/quickbooks/webhook", content=large).status_code == 413


@needs_nginx
def test_log_ins_and_cookies_behind_tls(ask: Ask, pages: Pages, flow: Flow) -> None:
    practice = ask(PRACTICE)
    away = send(practice, "GET", "/quickbooks/w/1/unsynced?find=INV-1")
    assert away.status_code == 302
    assert away.headers["strict-transport-security"].startswith("max-age=")
    target = parse_qs(urlparse(away.headers["location"]).query)["next"]
    assert target == ["/quickbooks/w/1/unsynced?find=INV-1"]

    form = {"username": "user", "password": "user"}
    login = send(practice, "POST", "/auth/token/login", data=form)
    door = pages.as_("user")
    headers = {"sec-fetch-site": "same-origin", "cookie": f"_token={door.token}"}
    data = {"form_token": door.form_token(), "key": "other"}
    done = send(practice, "POST", "/quickbooks/w/1/unsynced/retry", headers=headers, data=data)
    assert done.status_code == 303
    cookies = [value for answer in (login, done) for value in answer.headers.get_list("set-cookie")]
    assert cookies and all("secure" in value.lower() for value in cookies), cookies

    wrong = [
        send(practice, "POST", "/auth/token", json={"username": "user", "password": f"wrong{n}"}).status_code
        for n in range(12)
    ]
    assert wrong.count(429) >= 4, wrong
    assert send(practice, "GET", "/auth/login").status_code != 429


@pytest.mark.parametrize(
    ("base_url", "secure"), [("https://quickbooks.clinic.example/", "True"), ("http://localhost:8080/", None)]
)
def test_the_login_session_is_for_https_only_where_airflow_is_reached_by_it(
    monkeypatch: pytest.MonkeyPatch, base_url: str, secure: str | None
) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", base_url)
    monkeypatch.setenv("AIRFLOW__FAB__COOKIE_SECURE", "x")
    monkeypatch.delenv("AIRFLOW__FAB__COOKIE_SECURE")
    runpy.run_path(str(LOCAL_SETTINGS))
    assert os.environ.get("AIRFLOW__FAB__COOKIE_SECURE") == secure


def test_our_message_is_for_https_only_though_the_proxy_does_not_say_so(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, flow: Flow
) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://quickbooks.clinic.example/")
    answer = pages.as_("user").post("/w/1/unsynced/retry", {"key": "other"})
    assert answer.status_code == 303, answer.text[-300:]
    assert all("secure" in value.lower() for value in answer.headers.get_list("set-cookie"))
    assert answer.headers.get_list("set-cookie")
