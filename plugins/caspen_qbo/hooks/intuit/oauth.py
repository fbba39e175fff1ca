"""Intuit's OAuth 2 on intuit-oauth, plus what that lacks: time-outs, cached discovery, our own errors."""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import requests
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError

from caspen_qbo import settings
from caspen_qbo.core.connection.connect import TokenPair
from caspen_qbo.core.faults import clean
from caspen_qbo.core.monitoring import metrics
from caspen_qbo.errors import ConfigurationError, QboUnavailableError, SyncError
from caspen_qbo.hooks.metrics import count
from caspen_qbo.hooks.quickbooks.config import QuickBooksConfig
from caspen_qbo.hooks.web import BoundedSession

log = logging.getLogger(__name__)

DISCOVERY_CACHE_SECONDS = 3600
_DISCOVERY_KEYS = frozenset(
    [
        "authorization_endpoint",
        "token_endpoint",
        "revocation_endpoint",
        "issuer",
        "jwks_uri",
        "userinfo_endpoint",
    ]
)


class InvalidGrantError(Exception):
    """The refresh token or authorisation code is not accepted. Dead, used before, or another app's."""

    def __init__(self, intuit_tid: str = "") -> None:
        super().__init__("invalid_grant")
        self.intuit_tid = intuit_tid


class _TimedAuthClient(BoundedSession, AuthClient):  # type: ignore[misc]  # no types there
    """AuthClient is a requests session, so every call it makes passes through :meth:`request`; the discovery
    document is one of them, which the constructor asks for.
    """

    _discovered: ClassVar[dict[str, tuple[float, requests.Response]]] = {}
    _lock = threading.Lock()

    def __init__(self, total_seconds: float, *args: str) -> None:
        self.total_seconds = total_seconds
        super().__init__(*args)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        kwargs["timeout"] = (min(settings.CONNECT_TIMEOUT_SECONDS, self.total_seconds), self.total_seconds)
        # Without an explicit auth, requests would let a .netrc of the machine replace the header.
        kwargs["auth"] = kwargs.get("auth") or (lambda prepared: prepared)
        if method.upper() == "GET":
            return self._discover(url, args, kwargs)
        asked = {"x-include-refresh-token-hard-expires-in": "true"}
        kwargs["headers"] = {**(kwargs.get("headers") or {}), **asked}
        return self._pass_on(method, url, *args, **kwargs)

    def _pass_on(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:
        response: requests.Response = super().request(method, url, *args, **kwargs)
        return response

    def _discover(self, url: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> requests.Response:
        """The discovery document: the constructor asks for it each time, it hardly ever changes."""
        with self._lock:
            known = self._discovered.get(url)
        if known is not None and time.monotonic() - known[0] < DISCOVERY_CACHE_SECONDS:
            return known[1]
        response = self._pass_on("GET", url, *args, **kwargs)
        if response.status_code == 200 and isinstance(response.json(), dict):
            if missing := _DISCOVERY_KEYS - response.json().keys():
                raise ConfigurationError(
                    f"the OpenID configuration at {url} lacks {', '.join(sorted(missing))}; "
                    "check discovery_url of the Airflow connection quickbooks."
                )
            with self._lock:
                self._discovered[url] = (time.monotonic(), response)
        return response


class IntuitOAuth:
    """The four calls of the OAuth flow for one Intuit app. Keeps no tokens; counts its token requests."""

    def __init__(self, config: QuickBooksConfig) -> None:
        self.calls = 0
        self._config = config

    def authorization_url(self, state: str, redirect_uri: str | None = None) -> str:
        """Where the user's browser goes to give consent. ``redirect_uri``: as registered with the Intuit app;
        the connection's own unless given. ConfigurationError: there is none.
        """
        with self._client("discovery", self._redirect_uri(redirect_uri)) as client:
            url: str = client.get_authorization_url([Scopes.ACCOUNTING], state_token=state)
            return url

    def exchange(self, code: str, realm_id: str, redirect_uri: str | None = None) -> TokenPair:
        """Trade the code of the callback for tokens. Never repeat it: a code used twice revokes what it gave.
        InvalidGrantError: used before, older than some minutes, or for another address.
        """
        with self._client("code exchange", self._redirect_uri(redirect_uri)) as client:
            started = datetime.now(UTC)
            self._ask(client, "code exchange", client.get_bearer_token, code, realm_id)
            return _read_tokens(client, started)

    def refresh(self, refresh_token: str) -> TokenPair:
        """Trade a refresh token for a new pair; the old one may be dead then. InvalidGrantError: refused."""
        with self._client("token refresh") as client:
            started = datetime.now(UTC)
            self._ask(client, "token refresh", client.refresh, refresh_token)
            return _read_tokens(client, started, refresh_token)

    def revoke(self, token: str) -> None:
        """End the consent at Intuit. InvalidGrantError: it was ended already."""
        with self._client("revoke") as client:
            self._ask(client, "revoke", client.revoke, token)

    def check_discovery(self) -> str:
        with self._client("discovery") as client:
            return str(client.token_endpoint)

    def _redirect_uri(self, given: str | None) -> str:
        uri = given or self._config.redirect_uri
        if not uri:
            raise ConfigurationError(
                f"Airflow connection {settings.QUICKBOOKS_CONN_ID!r}: extra field redirect_uri is empty; "
                "set it to the address registered with the Intuit app (…/quickbooks/connect/callback)."
            )
        return uri

    def _client(self, what: str, redirect_uri: str | None = None) -> _TimedAuthClient:
        app = self._config
        try:
            return _TimedAuthClient(
                app.token_wait_seconds,
                app.client_id,
                app.client_secret,
                redirect_uri or app.redirect_uri,
                app.discovery,
            )
        except AuthClientError as error:
            problem, tid = f"answered {error.status_code}", error.intuit_tid
        except requests.RequestException as error:
            problem, tid = f"could not be read ({type(error).__name__})", None
        raise QboUnavailableError(f"QuickBooks {what}: the OpenID configuration {problem}.", intuit_tid=tid)

    def _ask(self, client: _TimedAuthClient, what: str, call: Any, *args: str) -> None:
        self.calls += 1
        started = time.monotonic()
        outcome = "-"
        try:
            call(*args)
            outcome = "ok"
        except AuthClientError as error:
            outcome = f"{error.status_code}:{_oauth_error(error)}"
            raise _translate(what, error) from None
        except (requests.RequestException, ValueError) as error:
            outcome = type(error).__name__
            raise QboUnavailableError(f"QuickBooks {what}: no answer ({outcome}).") from None
        finally:
            count(metrics.CALLS, kind="token", status=outcome.partition(":")[0])
            if what == "token refresh":
                count(metrics.TOKEN_REFRESHES, result="ok" if outcome == "ok" else "failed")
            entity, seconds = what.replace(" ", "_"), time.monotonic() - started
            log.info("quickbooks call kind=token entity=%s status=%s seconds=%.2f", entity, outcome, seconds)


def _oauth_error(error: AuthClientError) -> str:
    try:
        return clean(error.response.json().get("error"))
    except (ValueError, AttributeError):
        return ""


def _translate(what: str, error: AuthClientError) -> SyncError | InvalidGrantError:
    """invalid_grant and invalid_client have one status and opposite remedies."""
    name, status, tid = _oauth_error(error), error.status_code, error.intuit_tid
    if name == "invalid_grant":
        return InvalidGrantError(tid or "")
    if name in ("invalid_client", "unauthorized_client") or (status == 401 and what != "revoke"):
        return ConfigurationError(
            f"QuickBooks {what}: Intuit does not know the app's client id and secret ({name or 401}); "
            "correct login and password of the Airflow connection quickbooks.",
            intuit_tid=tid,
        )
    if status >= 500 or status == 429:
        return QboUnavailableError(f"QuickBooks {what}: Intuit answered {status}.", intuit_tid=tid)
    if what == "revoke":
        return InvalidGrantError(tid or "")
    return ConfigurationError(
        f"QuickBooks {what}: Intuit refused the request ({status} {name or 'no reason'}); "
        "check redirect_uri and environment of the Airflow connection quickbooks.",
        intuit_tid=tid,
    )


def _read_tokens(client: AuthClient, started: datetime, old_refresh_token: str | None = None) -> TokenPair:
    def until(name: str) -> datetime | None:
        seconds = getattr(client, name, None)
        return started + timedelta(seconds=int(seconds)) if seconds not in (None, "") else None

    access_token, refresh_token = client.access_token, client.refresh_token or old_refresh_token
    if not access_token or not refresh_token:
        raise QboUnavailableError("QuickBooks token request: the answer holds no tokens.")
    return TokenPair(
        access_token=access_token,
        refresh_token=refresh_token,
        access_expires_at=until("expires_in") or started + timedelta(hours=1),
        refresh_expires_at=until("x_refresh_token_expires_in"),
        refresh_hard_expires_at=until("x_refresh_token_hard_expires_in"),
    )
