"""The tokens of one workspace: encrypted in ``qbo_sync.connection``, refreshed by one process at a time.

A refresh may bring a new refresh token and drop the old one at once. So the row is locked while asking, the
new pair is committed before it is used, and a process that waited for the lock finds it there.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from caspen_qbo import settings
from caspen_qbo.catalogue import entry_for
from caspen_qbo.core.connection.connect import TokenPair
from caspen_qbo.errors import NotConnectedError, QboAuthError, QboUnavailableError
from caspen_qbo.hooks.database import Database
from caspen_qbo.hooks.intuit.oauth import IntuitOAuth, InvalidGrantError
from caspen_qbo.hooks.store.connection.cipher import decrypt, encrypt
from caspen_qbo.hooks.store.connection.connections import ConnectionStore, StoredTokens

log = logging.getLogger(__name__)

REFRESH_PAUSE_SECONDS = 2.0
"""Before a refresh token is tried again: Intuit refuses one whose other refresh is still under way."""


@dataclass(frozen=True, slots=True)
class _Usable:
    token: str = field(repr=False)
    expires_at: datetime

    def lasts(self, seconds: float) -> bool:
        return self.expires_at > datetime.now(UTC) + timedelta(seconds=seconds)


class PairInHand:
    """The access token of a pair that is not stored yet: to prove which company it opens."""

    def __init__(self, pair: TokenPair) -> None:
        self._token = pair.access_token

    def access_token(self) -> str:
        return self._token

    def replace(self, rejected: str) -> str:
        """There is no other; a fresh one may be refused once and accepted then."""
        return self._token

    def give_up(self, refused: str) -> None:
        """Nothing was stored that could be marked."""


class TokenStore:
    """A valid access token whenever one is asked for. One object belongs to one thread; close it when done.
    Its session is its own: a refresh is committed whatever the caller's transaction does.
    """

    def __init__(
        self,
        workspace_id: int,
        oauth: IntuitOAuth,
        conn_id: str = settings.SYNC_CONN_ID,
        *,
        database: Database | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.workspace_id = workspace_id
        self._sleep = sleep
        self._oauth = oauth
        self._database = database or Database(conn_id)
        self._connections = ConnectionStore(self._database, workspace_id)
        self._current: _Usable | None = None

    @property
    def calls(self) -> int:
        return self._oauth.calls

    def close(self) -> None:
        self._database.close()

    def realm_id(self) -> str:
        """The connected company.

        :raises NotConnectedError: never connected, or disconnected.
        :raises QboAuthError: the connection is dead and waits for a person.
        """
        return self._require(self._connections.fetch_tokens()).realm_id

    def access_token(self) -> str:
        """A token good for some minutes; refreshed when it must be. Raises as :meth:`realm_id`, and
        QboUnavailableError when Intuit's token service does not answer.
        """
        if self._current is None:
            self._current = _usable(self._require(self._connections.fetch_tokens()))
        if self._current is None or not self._current.lasts(settings.TOKEN_REFRESH_AHEAD_SECONDS):
            self._current = self._refresh(rejected=None)
        return self._current.token

    def replace(self, rejected: str) -> str:
        """A token other than the one QuickBooks rejected: another process's newer one, or a refreshed one."""
        self._current = self._refresh(rejected=rejected)
        return self._current.token

    def give_up(self, refused: str) -> None:
        """Mark the connection as waiting for a person: QuickBooks denied this app access with the token
        ``refused``. Marks nothing when the row holds another by now: someone connected or refreshed in the
        meantime.
        """
        self._current = None
        with self._database.transaction():
            stored = self._connections.lock_tokens()
            usable = _usable(stored) if stored else None
            if usable is None or usable.token != refused:
                return
            self._connections.mark_needs_reconnect()
        log.error("quickbooks connection refused workspace=%d; reconnect it in Settings", self.workspace_id)

    def _refresh(self, rejected: str | None) -> _Usable:
        """Check again under the lock; ask Intuit only if no other process did in the meantime."""
        tid = ""
        usable: _Usable | None = None
        with self._database.transaction():
            stored = self._require(self._connections.lock_tokens())
            present = _usable(stored)
            if present and present.token != rejected and present.lasts(settings.TOKEN_REFRESH_AHEAD_SECONDS):
                return present
            try:
                usable = self._ask(stored)
            except InvalidGrantError as error:
                tid = error.intuit_tid
                self._connections.mark_needs_reconnect()
            except QboUnavailableError:
                if present is None or present.token == rejected or not present.lasts(30):
                    raise
                log.warning(
                    "quickbooks token refresh failed workspace=%d; the present token still lasts",
                    self.workspace_id,
                )
                return present
        # Only here is it committed: a pair that exists in memory alone would be lost with this process.
        if usable is None:
            log.error("quickbooks connection dead workspace=%d; reconnect it in Settings", self.workspace_id)
            raise _auth_error(self.workspace_id, tid)
        return usable

    def _ask(self, stored: StoredTokens) -> _Usable:
        """Ask Intuit, and once more when the answer is lost or a refusal; then with the token before this
        one.

        :raises InvalidGrantError: none of them is accepted.
        :raises QboUnavailableError: Intuit does not answer.
        """
        tokens = (stored.refresh_token, stored.refresh_token, stored.previous_refresh_token)
        failure: InvalidGrantError | QboUnavailableError | None = None
        for candidate in [decrypt(token) for token in tokens if token is not None]:
            if failure is not None:
                self._sleep(REFRESH_PAUSE_SECONDS)
            try:
                pair = self._oauth.refresh(candidate)
            except InvalidGrantError as error:
                failure = error
            except QboUnavailableError as error:
                if isinstance(failure, QboUnavailableError):
                    raise
                failure = error
            else:
                return self._store(stored, pair, used=candidate)
        raise failure or InvalidGrantError()

    def _store(self, stored: StoredTokens, pair: TokenPair, used: str) -> _Usable:
        rotated = pair.refresh_token != used
        previous = encrypt(used) if rotated else stored.previous_refresh_token
        self._connections.record_refresh(pair, previous, rotated=rotated)
        now = (self.workspace_id, stored.token_generation + 1, rotated)
        log.info("quickbooks token refreshed workspace=%d generation=%d rotated=%s", *now)
        return _Usable(pair.access_token, pair.access_expires_at)

    def _require(self, stored: StoredTokens | None) -> StoredTokens:
        if stored is None or stored.status == "disconnected":
            raise NotConnectedError(
                f"workspace {self.workspace_id}: QuickBooks is not connected; connect it in Settings."
            )
        if stored.status != "connected" or stored.refresh_token is None:
            raise _auth_error(self.workspace_id)
        return stored


def _usable(stored: StoredTokens) -> _Usable | None:
    if stored.access_token is None or stored.access_expires_at is None:
        return None
    return _Usable(decrypt(stored.access_token), stored.access_expires_at)


def _auth_error(workspace_id: int, tid: str = "") -> QboAuthError:
    entry = entry_for("invalid_refresh_token")
    return QboAuthError(f"workspace {workspace_id}: {entry.title}. {entry.cause} {entry.fix}", intuit_tid=tid)
