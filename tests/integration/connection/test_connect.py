"""Consent in the browser, a token from elsewhere, and the end of a connection."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from caspen_qbo import wiring
from caspen_qbo.core.connection.connect import Connected
from caspen_qbo.errors import (
    ConfigurationError,
    NotConnectedError,
    QboAuthError,
    QboUnavailableError,
    StopError,
    StoreUnavailableError,
)
from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook
from caspen_qbo.usecases.connection.connect import Connector
from ops.local.environment import connection_json
from ops.local.postgres import Database
from tests.support.desk import REALM, WORKSPACE, Desk, change, row
from tests.support.scripted import ScriptedServer, Seen, Told

CALLBACK = "https://practice.example/quickbooks/connect/callback"


@pytest.fixture
def office(hook: QuickBooksHook, web: ScriptedServer) -> Desk:
    """A QuickBooks that answers; nothing is connected."""
    return Desk(hook, web)


@pytest.fixture
def connector(office: Desk):
    with wiring.open_connector() as connector:
        yield connector


def state_of(url: str) -> str:
    return parse_qs(urlsplit(url).query)["state"][0]


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


def test_disconnecting_revokes_and_forgets_the_tokens_and_nothing_else(
    office: Desk, connector: Connector, qbo_db: Database
):
    connector.adopt(WORKSPACE, REALM, "from-elsewhere")
    revoked = []

    def rule(request: Seen) -> Told:
        if request.path == "/revoke":
            revoked.append(request.body.decode())
            return Told(200, b"")
        return office.normal(request)

    office.web.rule = rule
    assert connector.disconnect(WORKSPACE) is True
    assert office.tokens[1] in revoked[0]
    kept = row(qbo_db)
    assert (kept["status"], kept["realm_id"], kept["company_name"]) == (
        "disconnected",
        REALM,
        "Example Practice",
    )
    assert kept["access_token"] is kept["refresh_token"] is kept["previous_refresh_token"] is None
    assert kept["first_connected_at"] is not None
    with pytest.raises(NotConnectedError):
        office.hook.accounting(WORKSPACE)
    assert connector.disconnect(WORKSPACE) is False
    assert len(revoked) == 1


@pytest.mark.parametrize(
    "trouble", [Told(503), Told(hang_up=True), Told(400, {"error": "invalid_grant"}), Told(401)]
)
def test_disconnecting_works_while_intuit_does_not(
    office: Desk, connector: Connector, qbo_db: Database, trouble: Told
):
    connector.adopt(WORKSPACE, REALM, "from-elsewhere")
    office.web.queue += [trouble]

    assert connector.disconnect(WORKSPACE) is True
    assert row(qbo_db)["refresh_token"] is None


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


# --- a callback that connects nothing leaves everything as it was, and no consent behind ---

OTHER = "999"


def good_connection(office: Desk, connector: Connector, database: Database) -> dict[str, object]:
    connector.adopt(WORKSPACE, REALM, "from-elsewhere", who="cli:ann")
    office.web.seen.clear()
    return row(database)


def revoked(office: Desk) -> list[str]:
    """Tokens whose consent was ended at Intuit."""
    return [json.loads(request.body)["token"] for request in office.web.seen if request.path == "/revoke"]


def intuit(office: Desk, *, opens: str) -> None:
    """Tokens open one company only; consents can be ended."""

    def rule(request: Seen) -> Told:
        if request.path == "/revoke":
            return Told(200, b"")
        if request.path.startswith("/v3/") and f"/company/{opens}/" not in request.path:
            message = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403"
            return Told(403, {"fault": {"error": [{"message": message, "code": "3100"}]}})
        return office.normal(request)

    office.web.rule = rule


def come_back(connector: Connector, realm: str, **more: str) -> object:
    state = state_of(connector.authorization_url(WORKSPACE, "ann"))
    return connector.complete(state, "ann", "code", realm, **more)


@pytest.mark.parametrize("connected", [True, False], ids=["connected", "for the first time"])
@pytest.mark.parametrize(
    ("realm", "opens"),
    [(OTHER, OTHER), (REALM, OTHER), (REALM, "nothing")],
    ids=["the wrong company", "another company's code with our id", "a company that refuses"],
)
def test_a_callback_that_does_not_fit_leaves_the_connection_exactly_as_it_was(
    office: Desk, connector: Connector, qbo_db: Database, realm: str, opens: str, connected: bool
) -> None:
    if not connected and realm == opens:
        return  # that is a first connection like any other
    before = good_connection(office, connector, qbo_db) if connected else None
    intuit(office, opens=opens)
    with pytest.raises(StopError):
        come_back(connector, realm)
    assert row(qbo_db) == before
    assert revoked(office) == [office.tokens[-1]], "the consent that nobody holds was ended"
    intuit(office, opens=REALM)
    if connected:
        with office.accounting() as books:
            assert books.read_company()["Country"] == "AU"


def test_a_company_of_another_workspace_is_refused_before_a_code_is_spent(
    office: Desk, connector: Connector, qbo_db: Database
) -> None:
    """To end the new consent might end the one that the other workspace works with."""
    connector.adopt(8, REALM, "from-elsewhere")
    office.web.seen.clear()
    with pytest.raises(ConfigurationError, match="connected to another workspace"):
        come_back(connector, REALM)
    assert office.token_calls() == [] and revoked(office) == []
    assert row(qbo_db)["status"] == "connected"


def test_a_database_that_goes_away_after_the_exchange_leaves_no_consent_behind(
    office: Desk, connector: Connector, qbo_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = good_connection(office, connector, qbo_db)
    state = state_of(connector.authorization_url(WORKSPACE, "ann"))
    intuit(office, opens=REALM)
    rule = office.web.rule

    def cut(request: Seen) -> Told:
        told = rule(request)
        if request.path.endswith("/preferences"):  # the last thing asked before the connection is stored
            with qbo_db.connect(autocommit=True) as killer:
                killer.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            monkeypatch.setenv("AIRFLOW_CONN_SYNC_DB", connection_json("postgres", replace(qbo_db, port=9)))
        return told

    office.web.rule = cut
    with pytest.raises(StoreUnavailableError):
        connector.complete(state, "ann", "code", REALM)
    assert row(qbo_db) == before
    assert revoked(office) == [office.tokens[-1]]


@pytest.mark.parametrize("trouble", [Told(503), Told(hang_up=True)], ids=["503", "hung up"])
def test_quickbooks_being_away_stores_nothing_that_was_not_proved(
    office: Desk, connector: Connector, qbo_db: Database, trouble: Told
) -> None:
    before = good_connection(office, connector, qbo_db)
    intuit(office, opens=REALM)
    rule = office.web.rule
    office.web.rule = lambda request: trouble if request.path.startswith("/v3/") else rule(request)
    with pytest.raises(QboUnavailableError):
        come_back(connector, REALM)
    assert row(qbo_db) == before
    assert revoked(office) == [office.tokens[-1]]


def test_what_was_handed_out_to_nobody_needs_no_ending(
    office: Desk, connector: Connector, qbo_db: Database
) -> None:
    """Declined at Intuit, too late, or of another user: the code is not spent, so there is no token."""
    before = good_connection(office, connector, qbo_db)
    declined = state_of(connector.authorization_url(WORKSPACE, "ann"))
    connector.decline(declined, "ann")
    late = state_of(connector.authorization_url(WORKSPACE, "ann"))
    with qbo_db.connect() as connection:
        connection.execute("UPDATE qbo_sync.oauth_state SET expires_at = now() - interval '1 second'")
    strange = state_of(connector.authorization_url(WORKSPACE, "bob"))
    for state in (declined, late, strange):
        with pytest.raises(ConfigurationError, match="Press Connect again"):
            connector.complete(state, "ann", "code", REALM)
    assert office.token_calls() == [] and revoked(office) == []
    assert row(qbo_db) == before


def test_a_token_from_elsewhere_is_left_to_the_person_who_obtained_it(
    office: Desk, connector: Connector, qbo_db: Database
) -> None:
    intuit(office, opens=OTHER)
    with pytest.raises(QboAuthError):
        connector.adopt(WORKSPACE, REALM, "token")
    assert row(qbo_db) is None and revoked(office) == []
    connector.adopt(WORKSPACE, OTHER, "token")


def test_who_connected_and_disconnected_is_kept(office: Desk, connector: Connector, qbo_db: Database) -> None:
    intuit(office, opens=REALM)
    connected = come_back(connector, REALM, who="airflow:ann")
    assert connected == Connected(WORKSPACE, REALM, "Example Practice", first=True)
    kept = row(qbo_db)
    assert (kept["connected_by"], kept["disconnected_by"]) == ("airflow:ann", None)
    connector.disconnect(WORKSPACE, who="cli:root")
    kept = row(qbo_db)
    assert (kept["connected_by"], kept["disconnected_by"]) == ("airflow:ann", "cli:root")
    come_back(connector, REALM)
    with wiring.open_store() as store:
        events = store.for_workspace(WORKSPACE).connections.fetch_events(10)
    assert [(event.what, event.who) for event in events] == [
        ("connected", "ann"),
        ("disconnected", "cli:root"),
        ("connected", "airflow:ann"),
    ]
    assert {event.company_name for event in events} == {"Example Practice"}
    assert row(qbo_db)["disconnected_by"] is None


def test_a_connection_that_was_lost_is_in_its_history(
    office: Desk, connector: Connector, qbo_db: Database
) -> None:
    connector.adopt(WORKSPACE, REALM, "from-elsewhere")
    intuit(office, opens="nothing")
    with office.accounting() as books, pytest.raises(QboAuthError):
        books.read_company()
    with wiring.open_store() as store:
        newest = store.for_workspace(WORKSPACE).connections.fetch_events(1)
    assert [(event.what, event.who) for event in newest] == [("lost", None)]


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
