"""
The tokens of one workspace: kept encrypted in ``qbo_sync.connection``, refreshed by one process at a time.

Intuit may answer a refresh with a new refresh token and drop the old one at once. So the row is locked while
asking, the new pair is committed before anybody uses it, and whoever waited for the lock finds it there
instead of asking too.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from caspen_qbo import settings
from caspen_qbo.catalogue import entry_for
from caspen_qbo.errors import NotConnectedError, QboAuthError, QboUnavailableError
from caspen_qbo.hooks.database import Database, Row
from caspen_qbo.hooks.intuit import cipher as qbo_cipher
from caspen_qbo.hooks.intuit.oauth import IntuitOAuth, InvalidGrantError, TokenPair

log = logging.getLogger(__name__)

REFRESH_PAUSE_SECONDS = 2.0
"""Before a refresh token is tried again: Intuit refuses one whose other refresh is still under way."""


@dataclass(frozen=True, slots=True)
class _Usable:
    token: str = field(repr=False)
    expires_at: datetime

    def lasts(self, seconds: float) -> bool:
        return self.expires_at > datetime.now(UTC) + timedelta(seconds=seconds)


class TokenStore:
    """
    A valid access token whenever one is asked for. One object belongs to one thread; close it when done.

    Its database session is its own, so that a refresh is committed whatever the caller's transaction does.
    """

    def __init__(
        self,
        workspace_id: int,
        oauth: IntuitOAuth,
        conn_id: str = settings.SYNC_CONN_ID,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.workspace_id = workspace_id
        self._sleep = sleep
        self._oauth = oauth
        self._database = Database(conn_id)
        self._current: _Usable | None = None

    @property
    def calls(self) -> int:
        """Token requests made by this object."""
        return self._oauth.calls

    def close(self) -> None:
        self._database.close()

    def realm_id(self) -> str:
        """
        The connected company.

        :raises NotConnectedError: never connected, or disconnected.
        :raises QboAuthError: the connection is dead and waits for a person.
        """
        return str(self._require(self._fetch())["realm_id"])

    def access_token(self) -> str:
        """
        A token good for some minutes; from memory when it can be, refreshed when it must be.

        :raises NotConnectedError, QboAuthError: as :meth:`realm_id`.
        :raises QboUnavailableError: Intuit's token service does not answer.
        """
        ahead = settings.TOKEN_REFRESH_AHEAD_SECONDS
        if self._current is None:
            self._current = _stored(self._require(self._fetch()))
        if self._current is None or not self._current.lasts(ahead):
            self._current = self._refresh(rejected=None)
        return self._current.token

    def replace(self, rejected: str) -> str:
        """A token other than the one QuickBooks rejected: another process's newer one, or a refreshed one."""
        self._current = self._refresh(rejected=rejected)
        return self._current.token

    def give_up(self, refused: str) -> None:
        """
        Mark the connection as waiting for a person: QuickBooks keeps this app out of the company.

        :param refused: The access token it was said to. When the row holds another by now, somebody
            connected or refreshed meanwhile, and nothing is marked.
        """
        self._current = None
        with self._database.transaction():
            row = self._database.fetch_one(
                "connection/rotation/lock_connection", {"workspace_id": self.workspace_id}
            )
            stored = _stored(row) if row else None
            if stored is None or stored.token != refused:
                return
            self._database.execute(
                "connection/tokens/update_needs_reconnect", {"workspace_id": self.workspace_id}
            )
        log.error("quickbooks connection refused workspace=%d; reconnect it in Settings", self.workspace_id)

    def _refresh(self, rejected: str | None) -> _Usable:
        """Look again under the lock; ask Intuit only if nobody did meanwhile."""
        dead: InvalidGrantError | None = None
        usable: _Usable | None = None
        with self._database.transaction():
            row = self._require(
                self._database.fetch_one(
                    "connection/rotation/lock_connection", {"workspace_id": self.workspace_id}
                )
            )
            stored = _stored(row)
            if stored and stored.token != rejected and stored.lasts(settings.TOKEN_REFRESH_AHEAD_SECONDS):
                return stored
            try:
                usable = self._ask(row)
            except InvalidGrantError as error:
                dead = error
                self._database.execute(
                    "connection/tokens/update_needs_reconnect", {"workspace_id": self.workspace_id}
                )
            except QboUnavailableError:
                if stored is None or stored.token == rejected or not stored.lasts(30):
                    raise
                log.warning(
                    "quickbooks token refresh failed workspace=%d; the present token still lasts",
                    self.workspace_id,
                )
                return stored
        # Only here is it committed: a pair that exists in memory alone would be lost with this process.
        if usable is None:
            log.error("quickbooks connection dead workspace=%d; reconnect it in Settings", self.workspace_id)
            raise _auth_error(self.workspace_id, dead.intuit_tid if dead else "")
        return usable

    def _ask(self, row: Row) -> _Usable:
        """
        Ask Intuit, and once more when the answer is lost or a refusal; then with the token before this one.

        :raises InvalidGrantError: none of them is accepted.
        :raises QboUnavailableError: Intuit does not answer.
        """
        present = qbo_cipher.decrypt(row["refresh_token"])
        candidates = [present, present]
        if row["previous_refresh_token"] is not None:
            candidates.append(qbo_cipher.decrypt(row["previous_refresh_token"]))
        trouble: InvalidGrantError | QboUnavailableError | None = None
        for candidate in candidates:
            if trouble is not None:
                self._sleep(REFRESH_PAUSE_SECONDS)
            try:
                pair = self._oauth.refresh(candidate)
            except InvalidGrantError as error:
                trouble = error
            except QboUnavailableError as error:
                if isinstance(trouble, QboUnavailableError):
                    raise
                trouble = error
            else:
                return self._store(row, pair, used=candidate)
        raise trouble or InvalidGrantError()

    def _store(self, row: Row, pair: TokenPair, used: str) -> _Usable:
        rotated = pair.refresh_token != used
        self._database.execute(
            "connection/tokens/update_tokens",
            {
                "workspace_id": self.workspace_id,
                **encrypted(pair),
                "previous_refresh_token": qbo_cipher.encrypt(used)
                if rotated
                else row["previous_refresh_token"],
                "rotated": rotated,
                "warning_days": max(settings.CONNECTION_WARNING_DAYS),
            },
        )
        log.info(
            "quickbooks token refreshed workspace=%d generation=%d rotated=%s",
            self.workspace_id,
            row["token_generation"] + 1,
            rotated,
        )
        return _Usable(pair.access_token, pair.access_expires_at)

    def _fetch(self) -> Row | None:
        return self._database.fetch_one(
            "connection/connect/select_connection", {"workspace_id": self.workspace_id}
        )

    def _require(self, row: Row | None) -> Row:
        if row is None or row["status"] == "disconnected":
            raise NotConnectedError(
                f"workspace {self.workspace_id}: QuickBooks is not connected; connect it in Settings."
            )
        if row["status"] != "connected" or row["refresh_token"] is None:
            raise _auth_error(self.workspace_id)
        return row


def encrypted(pair: TokenPair) -> dict[str, object]:
    """A pair as statement parameters, the tokens encrypted."""
    return {
        "access_token": qbo_cipher.encrypt(pair.access_token),
        "refresh_token": qbo_cipher.encrypt(pair.refresh_token),
        "access_expires_at": pair.access_expires_at,
        "refresh_expires_at": pair.refresh_expires_at,
        "refresh_hard_expires_at": pair.refresh_hard_expires_at,
    }


def _stored(row: Row) -> _Usable | None:
    if row["access_token"] is None or row["access_expires_at"] is None:
        return None
    return _Usable(qbo_cipher.decrypt(row["access_token"]), row["access_expires_at"])


def _auth_error(workspace_id: int, tid: str = "") -> QboAuthError:
    entry = entry_for("invalid_refresh_token")
    return QboAuthError(
        f"workspace {workspace_id}: {entry.title}. {entry.cause} {entry.fix}", intuit_tid=tid or None
    )
