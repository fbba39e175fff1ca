"""The end of a connection: what is revoked and forgotten, and what its history keeps."""

from __future__ import annotations

import pytest

from caspen_qbo import wiring
from caspen_qbo.core.connection.connect import Connected
from caspen_qbo.errors import NotConnectedError, QboAuthError
from caspen_qbo.usecases.connection.connect import Connector
from ops.local.postgres import Database
from tests.integration.connection.conftest import come_back, intuit
from tests.support.desk import REALM, WORKSPACE, Desk, row
from tests.support.scripted import Seen, Told


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
