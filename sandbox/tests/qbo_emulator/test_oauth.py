"""Behaviour 7: connecting, refreshing, losing a connection."""

from __future__ import annotations

import threading
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError
from requests.exceptions import RequestException

from qbo_emulator.testing import AU, GB, Books, Sandbox

BACK = "http://localhost:9999/callback"
DAY = 86400


@pytest.fixture
def app(sandbox: Sandbox) -> AuthClient:
    """Intuit's own client library, pointed by the discovery document alone."""
    status = sandbox.get("status")
    return AuthClient(status["client_id"], status["client_secret"], BACK, status["discovery_url"])


def approve(sandbox: Sandbox, app: AuthClient, decision: str = "approve", realm: str = AU) -> dict[str, str]:
    """What the person's browser does; the answer's query."""
    address = app.get_authorization_url([Scopes.ACCOUNTING], "state-1")
    page = sandbox.http.get(address)
    assert page.status_code == 200 and "Harbour Street Allied Health" in page.text
    sent = {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}
    form = {**sent, "realm": realm, "decision": decision}
    back = sandbox.http.post("/connect/oauth2", data=form)
    assert back.status_code == 302 and back.headers["location"].startswith(BACK)
    return {k: v[0] for k, v in parse_qs(urlsplit(back.headers["location"]).query).items()}


def connect(sandbox: Sandbox, app: AuthClient) -> AuthClient:
    answer = approve(sandbox, app)
    app.get_bearer_token(answer["code"], answer["realmId"])
    return app


def refuse(call, *arguments) -> dict[str, str]:
    with pytest.raises(AuthClientError) as refused:
        call(*arguments)
    return {"status": refused.value.status_code, "body": refused.value.content.decode()}


def test_approval_gives_a_code_the_state_and_the_company(sandbox: Sandbox, app: AuthClient) -> None:
    answer = approve(sandbox, app, realm=GB)
    assert (answer["state"], answer["realmId"]) == ("state-1", GB) and answer["code"]


def test_only_a_registered_address_is_redirected_to(sandbox: Sandbox, app: AuthClient) -> None:
    sandbox.do("oauth", redirect_uris=["https://app.example/back", BACK])
    code = approve(sandbox, app)["code"]
    address = app.get_authorization_url([Scopes.ACCOUNTING], "state-1").replace("9999", "9998")
    page = sandbox.http.get(address)
    assert page.status_code == 400 and "redirect_uri is not registered" in page.text
    sent = {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}
    posted = sandbox.http.post("/connect/oauth2", data={**sent, "realm": AU, "decision": "approve"})
    assert posted.status_code == 400 and "location" not in posted.headers
    form = {"grant_type": "authorization_code", "code": code}
    status = sandbox.get("status")
    client = (status["client_id"], status["client_secret"])
    for wrong in ("http://localhost:9998/callback", "https://app.example/back"):
        answer = sandbox.http.post(
            "/oauth2/v1/tokens/bearer", auth=client, data={**form, "redirect_uri": wrong}
        )
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    good = sandbox.http.post("/oauth2/v1/tokens/bearer", auth=client, data={**form, "redirect_uri": BACK})
    assert good.status_code == 200
    sandbox.do("reset")
    assert sandbox.do("oauth")["redirect_uris"] == []


def test_denial_gives_access_denied(sandbox: Sandbox, app: AuthClient) -> None:
    assert approve(sandbox, app, "deny") == {"error": "access_denied", "state": "state-1"}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"client_id": "other"}, "client_id"),
        ({"state": ""}, "state"),
        ({"scope": "openid"}, "scope"),
        ({"redirect_uri": "http://evil.example"}, "redirect_uri"),
        ({"response_type": "token"}, "response_type"),
    ],
)
def test_a_wrong_consent_request_stops_on_the_page(
    sandbox: Sandbox, app: AuthClient, change: dict[str, str], word: str
) -> None:
    address = app.get_authorization_url([Scopes.ACCOUNTING], "s")
    params = {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}
    page = sandbox.http.get("/connect/oauth2", params={**params, **change})
    assert page.status_code == 400 and word in page.text


def test_a_code_gives_tokens_that_work(sandbox: Sandbox, app: AuthClient) -> None:
    connect(sandbox, app)
    assert (app.expires_in, app.realm_id) == (3600, AU) and app.x_refresh_token_expires_in == 8726400
    assert Books(sandbox.http, AU, app.access_token).country == "AU"
    assert app.get_user_info().status_code == 200


def test_a_code_used_twice_is_refused_and_ends_the_first_connection(
    sandbox: Sandbox, app: AuthClient
) -> None:
    """7: code reuse revokes."""
    answer = approve(sandbox, app)
    app.get_bearer_token(answer["code"], answer["realmId"])
    first = Books(sandbox.http, AU, app.access_token)
    assert "invalid_grant" in refuse(app.get_bearer_token, answer["code"])["body"]
    assert first.send("GET", "companyinfo/1").status_code == 401


def test_an_access_token_lives_an_hour(sandbox: Sandbox, app: AuthClient) -> None:
    """7: also in the middle of a run."""
    books = Books(sandbox.http, AU, connect(sandbox, app).access_token)
    sandbox.do("clock", advance_seconds=3590)
    assert books.send("GET", "companyinfo/1").status_code == 200
    sandbox.do("clock", advance_seconds=11)
    assert books.send("GET", "companyinfo/1").status_code == 401


def test_within_a_day_the_refresh_token_stays(sandbox: Sandbox, app: AuthClient) -> None:
    """7."""
    before = connect(sandbox, app).refresh_token
    app.refresh()
    assert app.refresh_token == before


def test_after_a_day_it_changes_and_the_old_one_is_dead_at_once(sandbox: Sandbox, app: AuthClient) -> None:
    """7."""
    before = connect(sandbox, app).refresh_token
    sandbox.do("clock", advance_seconds=DAY)
    app.refresh()
    assert app.refresh_token != before
    refused = refuse(app.refresh, before)
    assert refused["status"] == 400
    assert '"error_description":"Incorrect or invalid refresh token"' in refused["body"].replace(": ", ":")
    app.refresh()


def test_rotation_at_every_refresh_can_be_asked_for(sandbox: Sandbox, app: AuthClient) -> None:
    before = connect(sandbox, app).refresh_token
    sandbox.do("oauth", rotation="every_refresh", reuse_kills_grant=True)
    app.refresh()
    newest = app.refresh_token
    assert newest != before
    refuse(app.refresh, before)
    assert "invalid_grant" in refuse(app.refresh, newest)["body"]


def test_of_two_refreshes_at_once_the_second_fails(sandbox: Sandbox, app: AuthClient) -> None:
    """7."""
    sandbox.do("oauth", refresh_seconds=0.3)
    connect(sandbox, app)
    data = {"grant_type": "refresh_token", "refresh_token": app.refresh_token}
    auth = (app.client_id, app.client_secret)
    answers: list[int] = []

    def refresh() -> None:
        with httpx.Client(base_url=sandbox.http.base_url) as http:
            answers.append(http.post("/oauth2/v1/tokens/bearer", data=data, auth=auth).status_code)

    threads = [threading.Thread(target=refresh) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 400]


def test_a_refresh_token_unused_for_101_days_is_gone(sandbox: Sandbox, app: AuthClient) -> None:
    connect(sandbox, app)
    sandbox.do("clock", advance_seconds=101 * DAY + 1)
    assert "invalid_grant" in refuse(app.refresh)["body"]


def test_after_five_years_even_a_busy_connection_ends(sandbox: Sandbox, app: AuthClient) -> None:
    """7: hard expiry."""
    connect(sandbox, app)
    for _ in range(21):
        sandbox.do("clock", advance_seconds=85 * DAY)
        app.refresh()
    sandbox.do("clock", advance_seconds=60 * DAY)
    assert "invalid_grant" in refuse(app.refresh)["body"]


def test_the_hard_expiry_is_told_on_request(sandbox: Sandbox, app: AuthClient) -> None:
    connect(sandbox, app)
    data = {"grant_type": "refresh_token", "refresh_token": app.refresh_token}
    told = sandbox.http.post(
        "/oauth2/v1/tokens/bearer",
        data=data,
        auth=(app.client_id, app.client_secret),
        headers={"x-include-refresh-token-hard-expires-in": "true"},
    ).json()
    assert told["x_refresh_token_hard_expires_in"] == pytest.approx(5 * 365 * DAY, abs=10)


def test_revoking_ends_the_connection(sandbox: Sandbox, app: AuthClient) -> None:
    books = Books(sandbox.http, AU, connect(sandbox, app).access_token)
    assert app.revoke(app.refresh_token)
    assert books.send("GET", "companyinfo/1").status_code == 401
    assert "invalid_grant" in refuse(app.refresh)["body"]


def test_a_wrong_secret_is_invalid_client(sandbox: Sandbox, app: AuthClient) -> None:
    connect(sandbox, app)
    app.client_secret = "wrong"
    refused = refuse(app.refresh)
    assert refused["status"] == 401 and "invalid_client" in refused["body"]


def test_credentials_may_come_in_the_body(sandbox: Sandbox, app: AuthClient) -> None:
    connect(sandbox, app)
    data = {
        "grant_type": "refresh_token",
        "refresh_token": app.refresh_token,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
    }
    assert sandbox.http.post("/oauth2/v1/tokens/bearer", data=data).status_code == 200


def test_no_token_is_ever_recorded(sandbox: Sandbox, app: AuthClient) -> None:
    connect(sandbox, app)
    app.refresh()
    recorded = str(sandbox.get("requests"))
    assert "oauth bearer" in recorded
    assert app.refresh_token not in recorded and app.access_token not in recorded


@pytest.mark.parametrize(
    ("kind", "status"), [("unavailable", 503), ("server_error", 500), ("bad_gateway", 502)]
)
def test_the_token_endpoint_can_be_out_of_order(
    sandbox: Sandbox, app: AuthClient, kind: str, status: int
) -> None:
    connect(sandbox, app)
    sandbox.fail(kind, endpoint="oauth", operation="refresh_token")
    assert refuse(app.refresh)["status"] == status
    app.refresh()


def test_a_refresh_whose_answer_is_lost_costs_the_connection(sandbox: Sandbox, app: AuthClient) -> None:
    """7: with rotation, the new token was never seen and the old one is dead."""
    connect(sandbox, app)
    sandbox.do("oauth", rotation="every_refresh")
    sandbox.fail("drop", endpoint="oauth", commit=True)
    with pytest.raises(RequestException):
        app.refresh()
    assert "invalid_grant" in refuse(app.refresh)["body"]


def test_a_plan_for_the_api_leaves_the_tokens_alone(sandbox: Sandbox, app: AuthClient) -> None:
    connect(sandbox, app)
    sandbox.do("faults", rules=[{"kind": "unavailable"}])
    app.refresh()
    assert Books(sandbox.http, AU, app.access_token).send("GET", "companyinfo/1").status_code == 503
