"""QuickBooks and Intuit accept a connection and say nothing, stop in the middle of an answer, or send it one
byte at a time for ever: every call ends on our side.

Next to each refusal of test_transport.py, test_tokens.py and test_connect.py.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from caspen_qbo import settings, wiring
from caspen_qbo.errors import OutcomeUnknownError, QboUnavailableError, SyncError
from caspen_qbo.hooks.intuit.oauth import IntuitOAuth, _TimedAuthClient
from caspen_qbo.hooks.intuit.probe import probe
from caspen_qbo.hooks.intuit.tokens import TokenStore
from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook
from caspen_qbo.hooks.quickbooks.transport import RetrySettings
from ops.local.postgres import Database
from tests.integration.quickbooks.test_transport import ITEM
from tests.support.desk import HASTY, WORKSPACE, Desk, expire, row
from tests.support.scripted import MANNERS, Seen, Told

pytestmark = pytest.mark.postgres

SHORT = replace(HASTY, answer=0.12, read_attempts=1)
ENDS_SECONDS = 10.0
"""A tenth of a second for each call, and what a busy machine adds."""


@contextmanager
def ends() -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < ENDS_SECONDS


def spoil(desk: Desk, where: Callable[[Seen], bool], manner: str) -> None:
    """Some answers come in this manner, all others as on a good day."""

    def rule(request: Seen) -> Told:
        return Told(body={}, manner=manner) if where(request) else desk.normal(request)

    desk.web.rule = rule


def api(request: Seen) -> bool:
    return request.path.startswith("/v3/")


@pytest.fixture
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = json.loads(os.environ["AIRFLOW_CONN_QUICKBOOKS"])
    connection["extra"] |= {"answer_wait_seconds": 0.12, "token_wait_seconds": 0.12}
    monkeypatch.setenv("AIRFLOW_CONN_QUICKBOOKS", json.dumps(connection))


@pytest.mark.parametrize("manner", MANNERS)
def test_a_read_and_a_write_end_and_the_write_is_left_in_doubt(desk: Desk, manner: str) -> None:
    spoil(desk, api, manner)
    with desk.accounting(SHORT) as books, ends():
        with pytest.raises(QboUnavailableError, match="no answer"):
            books.read_company()
        with pytest.raises(OutcomeUnknownError, match="may have been carried out") as doubt:
            books.send_batch("r1", [ITEM])
        with pytest.raises(OutcomeUnknownError):
            books.send_void("Invoice", "9", "1", "r2")
    assert not doubt.value.not_carried_out
    assert [call.params.get("requestid") for call in desk.api_calls()] == [None, "r1", "r2"], "each once"


def test_the_next_call_of_the_same_session_works(desk: Desk) -> None:
    with desk.accounting(SHORT) as books:
        for manner in MANNERS:
            spoil(desk, api, manner)
            with pytest.raises(QboUnavailableError):
                books.read_company()
            desk.web.rule = desk.normal
            assert books.read_company()["Country"] == "AU"


def test_a_connection_that_was_given_up_is_closed_and_its_thread_ends(desk: Desk) -> None:
    spoil(desk, api, "body trickles")
    with desk.accounting(SHORT) as books, pytest.raises(QboUnavailableError):
        books.read_company()
    deadline = time.monotonic() + ENDS_SECONDS
    while any(thread.name == "within" for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_read_is_not_tried_again_for_ever(desk: Desk) -> None:
    """Four tries of a silent server would hold a practice for ten minutes."""
    spoil(desk, api, "says nothing")
    with desk.accounting(replace(HASTY, answer=0.12, reads=0.1)) as books, pytest.raises(QboUnavailableError):
        books.read_company()
    assert len(desk.api_calls()) == 1
    usual = RetrySettings()
    assert usual.answer <= 180 and usual.reads + usual.answer <= 420


@pytest.mark.parametrize("manner", MANNERS)
@pytest.mark.parametrize("endpoint", ["/token", "/discovery"])
def test_intuit_ends_too_and_the_lock_of_a_refresh_with_it(
    desk: Desk, qbo_db: Database, manner: str, endpoint: str, short_waits: None
) -> None:
    """One process asks and holds the row; another waits for it, and is told the same soon."""
    expire(qbo_db)
    before = row(qbo_db)
    _TimedAuthClient._discovered.clear()
    spoil(desk, lambda request: request.path == endpoint, manner)
    failures: list[BaseException] = []

    def refresh() -> None:
        store = TokenStore(WORKSPACE, IntuitOAuth(QuickBooksHook().config), sleep=lambda _: None)
        try:
            store.access_token()
        except SyncError as error:
            failures.append(error)
        finally:
            store.close()

    both = [threading.Thread(target=refresh) for _ in range(2)]
    with ends():
        for thread in both:
            thread.start()
        for thread in both:
            thread.join(ENDS_SECONDS)
    assert [type(error) for error in failures] == [QboUnavailableError] * 2
    assert row(qbo_db) == before, "nothing is known to be dead"
    desk.web.rule = desk.normal
    with wiring.open_store() as opened, opened.database.transaction():
        assert opened.for_workspace(WORKSPACE).connections.lock_tokens() is not None


def test_a_refresh_holds_its_lock_for_less_than_the_database_allows() -> None:
    tries, pauses = 3, 2
    held = (tries + 1) * settings.TOKEN_SECONDS + pauses * 2.0  # the discovery document is asked for as well
    assert held < settings.SYNC_IDLE_SECONDS < settings.SYNC_STATEMENT_SECONDS


@pytest.mark.parametrize("manner", MANNERS)
def test_a_silent_revoke_disconnects_all_the_same(
    desk: Desk, qbo_db: Database, manner: str, short_waits: None
) -> None:
    spoil(desk, lambda request: request.path == "/revoke", manner)
    with wiring.open_connector() as connector, ends():
        assert connector.disconnect(WORKSPACE)
    assert row(qbo_db)["status"] == "disconnected"


@pytest.mark.parametrize("manner", MANNERS)
def test_the_check_of_a_connection_ends(desk: Desk, manner: str, short_waits: None, monkeypatch) -> None:
    monkeypatch.setattr(settings, "PAGE_ANSWER_SECONDS", 0.12)
    hook, no_token = QuickBooksHook(), Told(400, {"error": "invalid_grant"})
    for path, step in (("/token", "Credentials"), ("/v3/company/0/companyinfo/0", "API")):

        def rule(request: Seen, spoiled: str = path) -> Told:
            told = no_token if request.path == "/token" else desk.normal(request)
            return replace(told, manner=manner) if request.path == spoiled else told

        desk.web.rule = rule
        with ends(), pytest.raises(QboUnavailableError, match=step):
            probe(hook.config, hook.oauth())


def test_a_name_that_is_never_looked_up_ends(desk: Desk, short_waits: None, monkeypatch) -> None:
    over = threading.Event()
    look_up = socket.getaddrinfo

    def hangs(host: str, *rest: object, **more: object) -> object:
        if host == "books.example":
            over.wait(30)
        return look_up(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    monkeypatch.setattr("caspen_qbo.hooks.postgres.bounded.OPENING_SECONDS", 0.25)
    try:
        with desk.accounting(SHORT) as books, ends(), pytest.raises(QboUnavailableError):
            books._client.api_url_v3 = "http://books.example/v3"
            books.read_company()
        address = {"conn_type": "postgres", "host": "books.example", "login": "x", "schema": "y"}
        monkeypatch.setenv("AIRFLOW_CONN_CASPEN_DB", json.dumps(address))
        with ends(), pytest.raises(SyncError, match="timeout expired"), wiring.open_billing() as billing:
            billing.fetch_workspaces()
    finally:
        over.set()


def test_on_a_page_everything_ends_sooner(desk: Desk) -> None:
    run, page = QuickBooksHook()._patience(on_a_page=False), QuickBooksHook()._patience(on_a_page=True)
    most = settings.PAGE_ANSWER_SECONDS
    assert max(page.answer, page.reads, page.turn, page.throttle_total) <= most < run.answer
    assert QuickBooksHook().oauth(on_a_page=True)._config.token_wait_seconds <= most
