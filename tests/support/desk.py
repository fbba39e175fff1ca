"""The hook wired to a scripted QuickBooks and to a real database of ours."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from caspen_qbo import wiring
from caspen_qbo.hooks.intuit.oauth import IntuitOAuth
from caspen_qbo.hooks.intuit.tokens import TokenStore
from caspen_qbo.hooks.quickbooks.client import QuickBooksAccounting
from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook
from caspen_qbo.hooks.quickbooks.rate_limit import RealmLimiter
from caspen_qbo.hooks.quickbooks.transport import RetrySettings, Transport
from ops.local.environment import connection_json
from ops.local.postgres import Database
from tests.support.scripted import ScriptedServer, Seen, Told, scripted_server
from tests.support.services import DatabaseFactory

WORKSPACE = 7
REALM = "9130350000000007"
CLIENT_SECRET = "app-secret-0123456789"
HASTY = RetrySettings(connect=1, read=1, read_backoff=0.001, read_backoff_max=0.002)


@dataclass
class Desk:
    """One connected workspace against a scripted QuickBooks. Waits are noted in ``slept``, not waited."""

    hook: QuickBooksHook
    web: ScriptedServer
    slept: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)
        self.tokens: list[str] = []
        """Every access and refresh token handed out."""
        self.web.rule = self.normal

    def normal(self, request: Seen) -> Told:
        """QuickBooks on a good day: rotates the refresh token at each refresh."""
        if request.path == "/discovery":
            return Told(body=self.web.document())
        if request.path == "/token":
            number = next(self._numbers)
            access, refresh = f"access-{number}-abcdefghijklmnop", f"refresh-{number}-abcdefghijklmnop"
            self.tokens += [access, refresh]
            return Told(body=token_answer(access, refresh))
        if "/companyinfo/" in request.path:
            company = {"Id": "1", "CompanyName": "Example Practice", "Country": "AU"}
            return Told(body={"CompanyInfo": company, "time": "2026-11-01T10:00:00.123-07:00"})
        if request.path.endswith("/preferences"):
            home = {"CurrencyPrefs": {"HomeCurrency": {"value": "AUD"}}, "Id": "1"}
            return Told(body={"Preferences": home, "time": "2026-11-01T10:00:00.123-07:00"})
        raise AssertionError(f"unexpected {request.method} {request.path}")

    def accounting(self, retry: RetrySettings = HASTY) -> QuickBooksAccounting:
        """What the hook opens, with recorded instead of real waits."""
        config = self.hook.config
        tokens = TokenStore(WORKSPACE, IntuitOAuth(config), sleep=self.slept.append)
        limiter = RealmLimiter(REALM, config)
        session = Transport(tokens, limiter, retry, sleep=self.slept.append)
        return QuickBooksAccounting(
            REALM,
            config.api_url,
            session,
            token_calls=lambda: tokens.calls,
            on_close=(limiter.close, tokens.close),
        )

    def api_calls(self) -> list[Seen]:
        """Requests to the accounting API."""
        return [request for request in self.web.seen if request.path.startswith("/v3/")]

    def token_calls(self) -> list[Seen]:
        return [request for request in self.web.seen if request.path == "/token"]


def token_answer(access: str, refresh: str, seconds: int = 3600) -> dict[str, object]:
    return {
        "token_type": "bearer",
        "access_token": access,
        "refresh_token": refresh,
        "expires_in": seconds,
        "x_refresh_token_expires_in": 8_726_400,
        "x_refresh_token_hard_expires_in": 157_680_000,
    }


@pytest.fixture
def web() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture(scope="session")
def shared_db(sync_databases: DatabaseFactory) -> Iterator[Database]:
    """One database for all tests here: what they share is emptied before each."""
    with sync_databases.fresh() as database:
        yield database


@pytest.fixture
def qbo_db(shared_db: Database) -> Database:
    with shared_db.connect(autocommit=True) as connection:
        connection.execute("TRUNCATE qbo_sync.connection, qbo_sync.connection_event, qbo_sync.oauth_state")
    return shared_db


@pytest.fixture
def hook(web: ScriptedServer, qbo_db: Database, monkeypatch: pytest.MonkeyPatch) -> QuickBooksHook:
    """The hook on connections from the environment; no workspace connected yet."""
    monkeypatch.setenv("AIRFLOW_CONN_SYNC_DB", connection_json("postgres", qbo_db))
    extra = {
        "environment": "local",
        "api_url": web.url,
        "discovery_url": f"{web.url}/discovery",
        "redirect_uri": "https://practice.example/quickbooks/connect/callback",
        # So high that they never bite here; tests/integration/quickbooks/test_limits.py is about them.
        "requests_per_second": 1000,
        "requests_per_minute": 50_000,
        "batches_per_minute": 10_000,
    }
    connection = {"conn_type": "quickbooks", "login": "app-id", "password": CLIENT_SECRET, "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_QUICKBOOKS", json.dumps(connection))
    return QuickBooksHook()


@pytest.fixture
def desk(hook: QuickBooksHook, web: ScriptedServer) -> Desk:
    """A connected workspace; what connecting asked of the web is forgotten."""
    desk = Desk(hook, web)
    with wiring.open_connector() as connector:
        connector.adopt(WORKSPACE, REALM, "refresh-0-from-elsewhere")
    web.seen.clear()
    return desk


@pytest.fixture
def books(desk: Desk) -> Iterator[QuickBooksAccounting]:
    with desk.accounting() as accounting:
        yield accounting


@pytest.fixture
def fernet_key(monkeypatch: pytest.MonkeyPatch):
    """Sets Airflow's key for one test; Airflow keeps what it read."""
    from airflow.sdk.crypto import get_fernet

    def use(key: str) -> None:
        monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", key)
        get_fernet.cache_clear()

    yield use
    monkeypatch.undo()
    get_fernet.cache_clear()


def row(database: Database) -> dict[str, Any]:
    from psycopg.rows import dict_row

    with database.connect(row_factory=dict_row) as connection:
        return connection.execute("SELECT * FROM qbo_sync.connection").fetchone()


def change(database: Database, assignment: str, **values: object) -> None:
    with database.connect() as connection:
        connection.execute(f"UPDATE qbo_sync.connection SET {assignment}", values)


def expire(database: Database, seconds: int = 0) -> None:
    """Let the stored access token end that soon."""
    change(database, "access_expires_at = now() + make_interval(secs => %(seconds)s)", seconds=seconds)
