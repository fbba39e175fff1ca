"""A workspace connected to a scripted QuickBooks, on a real database of ours."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest

from caspen_qbo import wiring
from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook
from caspen_qbo.usecases.connection.connect import Connector
from tests.support.desk import WORKSPACE, Desk, books, desk, fernet_key, hook, qbo_db, shared_db, web
from tests.support.scripted import ScriptedServer, Seen, Told

__all__ = ["books", "desk", "fernet_key", "hook", "qbo_db", "shared_db", "web"]


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


OTHER = "999"
"""A company that is not the practice's."""


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
