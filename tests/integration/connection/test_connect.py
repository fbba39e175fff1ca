"""Consent in the browser and a token from elsewhere: which workspace and company they connect."""

from __future__ import annotations

import json
import os
from urllib.parse import parse_qs, urlsplit

import pytest

from caspen_qbo import wiring
from caspen_qbo.errors import ConfigurationError, QboAuthError, QboUnavailableError
from caspen_qbo.usecases.connection.connect import Connector
from ops.local.postgres import Database
from tests.integration.connection.conftest import OTHER, intuit, revoked, state_of
from tests.support.desk import REALM, WORKSPACE, Desk, change, row
from tests.support.scripted import Seen, Told

CALLBACK = "https://practice.example/quickbooks/connect/callback"


def refuse_company(office: Desk) -> None:
    """Tokens are handed out, but they do not open the company."""

    def rule(request: Seen) -> Told:
        if request.path.startswith("/v3/"):
            message = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403"
            return Told(403, {"fault": {"error": [{"message": message, "code": "3100"}]}})
        return office.normal(request)

    office.web.rule = rule


def test_a_consent_connects_the_workspace_it_was_started_for(
    office: Desk, connector: Connector, qbo_db: Database
):
    url = connector.authorization_url(WORKSPACE, "ann")
    asked = parse_qs(urlsplit(url).query)
    assert url.startswith(f"{office.web.url}/authorize?")
    assert asked["client_id"] == ["app-id"]
    assert asked["response_type"] == ["code"]
    assert asked["scope"] == ["com.intuit.quickbooks.accounting"]
    assert asked["redirect_uri"] == [CALLBACK]

    assert connector.complete(state_of(url), "ann", "the-code", REALM).workspace_id == WORKSPACE
    (call,) = office.token_calls()
    assert call.form == {"grant_type": "authorization_code", "code": "the-code", "redirect_uri": CALLBACK}
    kept = row(qbo_db)
    assert (kept["workspace_id"], kept["realm_id"], kept["status"]) == (WORKSPACE, REALM, "connected")
    assert (kept["company_name"], kept["country_code"], kept["home_currency"]) == (
        "Example Practice",
        "AU",
        "AUD",
    )
    with office.accounting() as books:
        assert books.read_company()["Country"] == "AU"


def test_a_state_works_once_for_its_user_and_not_after_its_time(
    office: Desk, connector: Connector, qbo_db: Database
):
    used = state_of(connector.authorization_url(WORKSPACE, "ann"))
    connector.complete(used, "ann", "code", REALM)
    other = state_of(connector.authorization_url(WORKSPACE, "ann"))
    late = state_of(connector.authorization_url(WORKSPACE, "ann"))
    with qbo_db.connect() as connection:
        changed = connection.execute(
            "UPDATE qbo_sync.oauth_state SET expires_at = now() - interval '1 second' "
            "WHERE state_hash = encode(sha256(convert_to(%s, 'UTF8')), 'hex')",
            (late,),
        )
        assert changed.rowcount == 1
    office.web.seen.clear()

    for state, user in [(used, "ann"), (other, "bob"), (other, "ann"), (late, "ann"), ("made up", "ann")]:
        with pytest.raises(ConfigurationError, match="Press Connect again"):
            connector.complete(state, user, "code", REALM)
    assert office.token_calls() == []


def test_a_state_is_kept_as_a_hash(office: Desk, connector: Connector, qbo_db: Database):
    state = state_of(connector.authorization_url(WORKSPACE, "ann"))

    with qbo_db.connect() as connection:
        ((kept,),) = connection.execute("SELECT state_hash FROM qbo_sync.oauth_state").fetchall()
    assert state not in kept
    assert len(state) >= 40


@pytest.mark.parametrize("realm", ["", "abc", "12/../34"])
def test_a_callback_without_a_company_spends_no_code(office: Desk, connector: Connector, realm):
    state = state_of(connector.authorization_url(WORKSPACE, "ann"))

    with pytest.raises(ConfigurationError, match="realmId"):
        connector.complete(state, "ann", "code", realm)
    assert office.token_calls() == []


def test_a_refused_code_says_so(office: Desk, connector: Connector, qbo_db: Database):
    state = state_of(connector.authorization_url(WORKSPACE, "ann"))
    office.web.queue += [Told(400, {"error": "invalid_grant"})]

    with pytest.raises(QboAuthError, match="Press Connect again"):
        connector.complete(state, "ann", "code", REALM)
    assert row(qbo_db) is None


def test_an_address_of_the_callers_own_is_used_throughout(office: Desk, connector: Connector):
    mine = "https://other.example/callback"
    url = connector.authorization_url(WORKSPACE, "ann", mine)
    connector.complete(state_of(url), "ann", "code", REALM, mine)

    assert parse_qs(urlsplit(url).query)["redirect_uri"] == [mine]
    assert office.token_calls()[0].form["redirect_uri"] == mine


def test_connecting_again_keeps_the_first_date_and_wakes_a_dead_connection(
    office: Desk, connector: Connector, qbo_db: Database
):
    connector.adopt(WORKSPACE, REALM, "from-elsewhere")
    change(
        qbo_db, "first_connected_at = now() - interval '1 year', status = 'needs_reconnect', warned_days = 2"
    )
    before = row(qbo_db)

    connector.adopt(WORKSPACE, REALM, "another")
    after = row(qbo_db)
    assert after["first_connected_at"] == before["first_connected_at"]
    assert after["connected_at"] > before["connected_at"]
    assert (after["status"], after["warned_days"], after["previous_refresh_token"]) == (
        "connected",
        None,
        None,
    )


def test_a_workspace_does_not_change_its_company(office: Desk, connector: Connector, qbo_db: Database):
    connector.adopt(WORKSPACE, REALM, "from-elsewhere")
    before = row(qbo_db)
    office.web.seen.clear()

    with pytest.raises(ConfigurationError, match=f"belongs to company {REALM}, not 999"):
        connector.adopt(WORKSPACE, "999", "token")
    assert office.token_calls() == []  # the token was not spent on it
    state = state_of(connector.authorization_url(WORKSPACE, "ann"))
    with pytest.raises(ConfigurationError, match=f"belongs to company {REALM}, not 999"):
        connector.complete(state, "ann", "code", "999")
    assert row(qbo_db) == before


def test_a_company_belongs_to_one_workspace(office: Desk, connector: Connector, qbo_db: Database):
    connector.adopt(WORKSPACE, REALM, "from-elsewhere")

    with pytest.raises(ConfigurationError, match="connected to another workspace"):
        connector.adopt(8, REALM, "token")
    connector.disconnect(WORKSPACE)
    connector.adopt(8, REALM, "token")


def test_a_first_connection_that_opens_nothing_leaves_no_trace(
    office: Desk, connector: Connector, qbo_db: Database
):
    refuse_company(office)

    with pytest.raises(QboAuthError, match="denies this app access to this company"):
        connector.adopt(WORKSPACE, "123", "token")
    assert row(qbo_db) is None


def test_a_later_one_that_opens_nothing_keeps_the_connections_history(
    office: Desk, connector: Connector, qbo_db: Database
):
    connector.adopt(WORKSPACE, REALM, "from-elsewhere")
    refuse_company(office)

    with pytest.raises(QboAuthError):
        connector.adopt(WORKSPACE, REALM, "token")
    assert row(qbo_db)["realm_id"] == REALM


def test_a_token_nobody_accepts_connects_nothing(office: Desk, connector: Connector, qbo_db: Database):
    office.web.queue += [Told(body=office.web.document()), Told(400, {"error": "invalid_grant"})]

    with pytest.raises(QboAuthError, match="does not accept this refresh token"):
        connector.adopt(WORKSPACE, REALM, "token")
    with pytest.raises(ConfigurationError, match="not a number"):
        connector.adopt(WORKSPACE, "x", "token")
    assert row(qbo_db) is None


def test_an_unreachable_discovery_is_no_dead_connection(office: Desk, connector: Connector):
    office.web.queue += [Told(503)]

    with pytest.raises(QboUnavailableError, match="OpenID configuration answered 503"):
        connector.adopt(WORKSPACE, REALM, "token")


def test_without_an_address_to_come_back_to_no_consent_is_started(
    office: Desk, connector: Connector, monkeypatch: pytest.MonkeyPatch
):
    connection = json.loads(os.environ["AIRFLOW_CONN_QUICKBOOKS"])
    del connection["extra"]["redirect_uri"]
    monkeypatch.setenv("AIRFLOW_CONN_QUICKBOOKS", json.dumps(connection))

    with (
        wiring.open_connector() as bare,
        pytest.raises(ConfigurationError, match="redirect_uri is empty"),
    ):
        bare.authorization_url(WORKSPACE, "ann")


def test_a_token_from_elsewhere_is_left_to_the_person_who_obtained_it(
    office: Desk, connector: Connector, qbo_db: Database
) -> None:
    intuit(office, opens=OTHER)
    with pytest.raises(QboAuthError):
        connector.adopt(WORKSPACE, REALM, "token")
    assert row(qbo_db) is None and revoked(office) == []
    connector.adopt(WORKSPACE, OTHER, "token")


def test_a_first_company_that_proves_wrong_can_be_changed_until_something_is_chosen(
    office: Desk, connector: Connector, qbo_db: Database
) -> None:
    connector.adopt(WORKSPACE, OTHER, "token")
    first = row(qbo_db)["first_connected_at"]
    with pytest.raises(ConfigurationError, match=f"belongs to company {OTHER}"):
        connector.adopt(WORKSPACE, REALM, "token")
    connector.disconnect(WORKSPACE)
    connector.adopt(WORKSPACE, REALM, "token")
    assert row(qbo_db)["realm_id"] == REALM and row(qbo_db)["first_connected_at"] > first
    connector.disconnect(WORKSPACE)
    with qbo_db.connect(autocommit=True) as connection:
        connection.execute(
            "INSERT INTO qbo_sync.settings (workspace_id, payment_account_id, service_item_id,"
            " product_item_id) VALUES (%s, '1', '2', '3')",
            [WORKSPACE],
        )
        try:
            with pytest.raises(ConfigurationError, match=f"belongs to company {REALM}"):
                connector.adopt(WORKSPACE, OTHER, "token")
        finally:
            connection.execute("DELETE FROM qbo_sync.settings")
