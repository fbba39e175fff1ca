"""No token, secret, body or name is ever logged, nor told in an error: every call and every trouble once."""

from __future__ import annotations

import logging
from decimal import Decimal

import pytest

from caspen_qbo import wiring
from caspen_qbo.errors import SyncError
from tests.integration.quickbooks.test_transport import LOWER_401, UNREADABLE, XML_429
from tests.support.desk import CLIENT_SECRET, REALM, WORKSPACE, Desk, expire
from tests.support.scripted import Seen, Told
from tests.support.write_item import WriteItem

NAME = "Zoë Confidential"
NOTE = "knee operation"


def leaking(request: Seen) -> Told:
    """A QuickBooks that repeats what it was shown, as faults of gateways do."""
    token = request.token or request.headers.get("Authorization", "")
    shown = f"Bearer {token}"
    text = f"failed for {NAME}" if "/batch" not in request.path else "failed"
    return Told(400, {"Fault": {"Error": [{"Message": f"{text}: {shown}", "Detail": shown, "code": "6000"}]}})


def test_nothing_confidential_reaches_a_log_or_an_error(
    desk: Desk, qbo_db, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture
):
    caplog.set_level(logging.DEBUG)
    item = WriteItem("1", "Customer", "create", {"DisplayName": NAME, "Notes": NOTE, "A": Decimal("1.00")})
    told: list[str] = []

    def attempt(work) -> None:
        try:
            work()
        except SyncError as error:
            told.extend([str(error), repr(error), repr(error.__dict__)])

    with wiring.open_connector() as connector:
        state = connector.authorization_url(WORKSPACE, "ann")
    with desk.accounting() as books:
        for trouble in [*UNREADABLE.values(), Told(429, XML_429), Told(401, LOWER_401), Told(403), Told(404)]:
            desk.web.queue[:] = [trouble] * 5
            attempt(lambda: list(books.query("Customer", f"DisplayName = '{NAME}'")))
            desk.web.queue[:] = [trouble] * 5
            attempt(lambda: books.send_batch("r1", [item]))
            desk.web.queue.clear()
        desk.web.rule = leaking
        attempt(lambda: list(books.query("Customer", f"DisplayName = '{NAME}'")))
        attempt(lambda: books.send_void("Invoice", "1", "0", "r2"))
        attempt(lambda: books.send_batch("r3", [item]))
        desk.web.rule = desk.normal
        for answer in (
            Told(400, {"error": "invalid_grant", "error_description": "x"}),
            Told(400, {"error": "invalid_client"}),
            Told(503),
        ):
            expire(qbo_db)
            desk.web.queue[:] = [answer] * 3
            attempt(lambda: desk.accounting().read_company())
            desk.web.queue.clear()
    with wiring.open_connector() as connector:
        attempt(lambda: connector.disconnect(WORKSPACE))

    ours = [record for record in caplog.records if record.name.startswith("caspen_qbo")]
    assert len(ours) > 60
    assert len(told) > 60
    everything = "\n".join([*(record.getMessage() for record in caplog.records), *told, *capfd.readouterr()])
    secrets = [*desk.tokens, CLIENT_SECRET, "refresh-0-from-elsewhere", state.split("state=")[1]]
    for secret in secrets:
        assert secret not in everything
    for line in [record.getMessage() for record in ours]:
        assert NAME not in line
        assert NOTE not in line
        assert "Confidential" not in line
    assert NOTE not in everything
    assert REALM in everything  # ids are welcome in a log
