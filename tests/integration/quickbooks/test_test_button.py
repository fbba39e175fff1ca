"""Airflow's Test button, and what the connection may say."""

from __future__ import annotations

import json
import os

import pytest

from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook
from tests.support.desk import CLIENT_SECRET, Desk
from tests.support.scripted import ScriptedServer, Seen, Told


@pytest.fixture
def office(hook: QuickBooksHook, web: ScriptedServer) -> Desk:
    """A QuickBooks that answers; nothing is connected."""
    return Desk(hook, web)


def answer_to_strangers(office: Desk, api_status: int = 401, token: Told | None = None) -> None:
    def rule(request: Seen) -> Told:
        if request.path == "/token":
            assert request.headers["Authorization"].startswith("Basic ")
            return token or Told(400, {"error": "invalid_grant"})
        if request.path.startswith("/v3/"):
            assert "Authorization" not in request.headers
            return Told(api_status)
        return office.normal(request)

    office.web.rule = rule


def test_the_test_button_finds_all_well(office: Desk):
    answer_to_strangers(office)

    ok, message = office.hook.test_connection()
    assert ok, message
    assert "Intuit knows this app" in message


def test_the_test_button_names_the_step_that_failed(office: Desk, monkeypatch: pytest.MonkeyPatch):
    answer_to_strangers(office, token=Told(401, {"error": "invalid_client"}))
    assert office.hook.test_connection()[1].startswith("Credentials: ")
    answer_to_strangers(office, token=Told(503))
    assert office.hook.test_connection()[1].startswith("Credentials: ")
    answer_to_strangers(office, token=Told(200, {"access_token": "a", "refresh_token": "b"}))
    assert "made-up refresh token" in office.hook.test_connection()[1]
    answer_to_strangers(office, api_status=404)
    assert office.hook.test_connection()[1].startswith("API: ")

    def with_extra(**changes: str) -> QuickBooksHook:
        connection = json.loads(os.environ["AIRFLOW_CONN_QUICKBOOKS"])
        connection["extra"].update(changes)
        monkeypatch.setenv("AIRFLOW_CONN_OTHER", json.dumps(connection))
        return QuickBooksHook("other")

    answer_to_strangers(office)
    assert with_extra(api_url="http://127.0.0.1:9").test_connection()[1].startswith("API: ")
    assert with_extra(discovery_url="http://127.0.0.1:9/x").test_connection()[1].startswith("Discovery: ")
    lacking = with_extra(discovery_url=f"{office.web.url}/lacking")
    office.web.queue += [Told(body={"issuer": "x"})]
    ok, message = lacking.test_connection()
    assert not ok
    assert "lacks authorization_endpoint" in message
    office.web.queue += [Told(500)]
    assert "answered 500" in lacking.test_connection()[1]


def test_the_discovery_document_is_read_once(office: Desk):
    answer_to_strangers(office)
    office.hook.test_connection()
    office.hook.test_connection()

    assert [request.path for request in office.web.seen].count("/discovery") == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"login": ""}, "client id"),
        ({"password": None}, "client secret"),
        ({"extra": {"environment": "staging"}}, "'staging'; expected one of production, sandbox, local"),
        ({"extra": {"environment": "local", "discovery_url": "http://x"}}, "api_url"),
        ({"extra": {"environment": "local", "api_url": "http://x"}}, "discovery_url"),
        ({"extra": {"requests_per_second": "many"}}, "requests_per_second is 'many'"),
        ({"extra": {"batches_per_minute": 0}}, "batches_per_minute"),
    ],
)
def test_a_field_that_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, changes, words):
    connection = {"conn_type": "quickbooks", "login": "id", "password": CLIENT_SECRET, "extra": {}, **changes}
    monkeypatch.setenv("AIRFLOW_CONN_QUICKBOOKS", json.dumps(connection))
    ok, message = QuickBooksHook().test_connection()

    assert not ok
    assert words in message
    assert CLIENT_SECRET not in message


def test_a_connection_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("AIRFLOW_CONN_NOWHERE", raising=False)

    with pytest.raises(ConfigurationError, match="no Airflow connection 'nowhere'.*AIRFLOW_CONN_NOWHERE"):
        _ = QuickBooksHook("nowhere").config


def test_tokens_go_to_intuit_only_unless_the_environment_is_local(monkeypatch: pytest.MonkeyPatch):
    extra = {
        "environment": "sandbox",
        "api_url": "http://evil.example",
        "discovery_url": "http://evil.example",
    }
    connection = {"conn_type": "quickbooks", "login": "id", "password": CLIENT_SECRET, "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_QUICKBOOKS", json.dumps(connection))
    config = QuickBooksHook().config

    assert (config.api_url, config.discovery) == ("https://sandbox-quickbooks.api.intuit.com", "sandbox")
    assert CLIENT_SECRET not in repr(config)
