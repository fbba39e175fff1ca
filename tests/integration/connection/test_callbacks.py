"""A callback that connects nothing leaves everything as it was, and no consent behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from caspen_qbo.errors import ConfigurationError, QboUnavailableError, StopError, StoreUnavailableError
from caspen_qbo.usecases.connection.connect import Connector
from ops.local.environment import connection_json
from ops.local.postgres import Database
from tests.integration.connection.conftest import OTHER, come_back, intuit, revoked, state_of
from tests.support.desk import REALM, WORKSPACE, Desk, row
from tests.support.scripted import Seen, Told


def good_connection(office: Desk, connector: Connector, database: Database) -> dict[str, object]:
    connector.adopt(WORKSPACE, REALM, "from-elsewhere", who="cli:ann")
    office.web.seen.clear()
    return row(database)


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
