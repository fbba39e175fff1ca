"""Connecting a workspace to a QuickBooks company: consent in the browser, or a token obtained elsewhere."""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from psycopg.errors import UniqueViolation

from caspen_qbo import settings
from caspen_qbo.core.documents import ref_of
from caspen_qbo.errors import ConfigurationError, QboAuthError, QboUnavailableError, StopError
from caspen_qbo.hooks.database import Database
from caspen_qbo.hooks.intuit import cipher as qbo_cipher
from caspen_qbo.hooks.intuit.oauth import IntuitOAuth, InvalidGrantError, TokenPair
from caspen_qbo.hooks.intuit.tokens import encrypted

if TYPE_CHECKING:
    from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook

log = logging.getLogger(__name__)

STATE_LIFETIME_SECONDS = 900


@dataclass(frozen=True, slots=True)
class ExpiryWarning:
    """A connection that will end unless somebody connects again."""

    workspace_id: int
    days: int
    """The threshold passed: 14, 7 or 2."""
    expires_at: datetime


class QuickBooksConnector:
    """
    Starts and ends connections. One object belongs to one thread; close it when done.

    Nothing here takes or gives a realm away from a workspace: documents already linked belong to one company.
    """

    def __init__(self, hook: QuickBooksHook, oauth: IntuitOAuth) -> None:
        self._hook = hook
        self._oauth = oauth
        self._database = Database(hook.sync_conn_id)

    def __enter__(self) -> QuickBooksConnector:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._database.close()

    def authorization_url(self, workspace_id: int, username: str, redirect_uri: str | None = None) -> str:
        """
        Where to send this user's browser. The link works once, for a quarter of an hour, for this user.

        :param redirect_uri: As registered with the Intuit app; the connection's own unless given.
        """
        redirect_uri = self._redirect_uri(redirect_uri)
        state = secrets.token_urlsafe(32)
        url = self._oauth.authorization_url(state, redirect_uri)
        self._database.execute(
            "connection/connect/insert_oauth_state",
            {
                "state_hash": _hash(state),
                "workspace_id": workspace_id,
                "username": username,
                "lifetime_seconds": STATE_LIFETIME_SECONDS,
            },
        )
        return url

    def complete(
        self, state: str, username: str, code: str, realm_id: str, redirect_uri: str | None = None
    ) -> int:
        """
        Finish a consent with what Intuit's callback brought. Never repeat it: the state is used up first.

        :return: The workspace now connected.
        :raises ConfigurationError: unknown, used, expired or another user's state; a company that is taken; a
            workspace that belongs to another company.
        :raises QboAuthError: Intuit does not accept the code.
        """
        row = self._database.fetch_one("connection/connect/delete_oauth_state", {"state_hash": _hash(state)})
        if row is None or row["expired"] or row["username"] != username:
            raise ConfigurationError(
                "This way back from Intuit was not started here by you, was used before, or is older than "
                f"{STATE_LIFETIME_SECONDS // 60} minutes. Press Connect again."
            )
        if not realm_id.isdigit():
            raise ConfigurationError("Intuit named no company (realmId). Press Connect again and choose one.")
        try:
            pair = self._oauth.exchange(code, realm_id, self._redirect_uri(redirect_uri))
        except InvalidGrantError as error:
            raise QboAuthError(
                "Intuit does not accept the code any more. Press Connect again.",
                intuit_tid=error.intuit_tid or None,
            ) from None
        workspace_id = int(row["workspace_id"])
        self._keep(workspace_id, realm_id, pair)
        return workspace_id

    def adopt(self, workspace_id: int, realm_id: str, refresh_token: str) -> None:
        """
        Connect with a refresh token obtained elsewhere. It is traded for a new pair at once, so it may be
        dead after.

        :raises ConfigurationError: the realm id is not a number, is taken, or is not the workspace's company.
        :raises QboAuthError: Intuit does not accept the token, or it is for another company.
        """
        if not realm_id.isdigit():
            raise ConfigurationError(f"workspace {workspace_id}: realm id {realm_id!r} is not a number.")
        self._check_owner(workspace_id, realm_id)  # before the token is spent
        try:
            pair = self._oauth.refresh(refresh_token)
        except InvalidGrantError as error:
            raise QboAuthError(
                f"workspace {workspace_id}: Intuit does not accept this refresh token; obtain a new one.",
                intuit_tid=error.intuit_tid or None,
            ) from None
        self._keep(workspace_id, realm_id, pair)

    def disconnect(self, workspace_id: int) -> bool:
        """
        End the consent at Intuit and forget the tokens. Settings and links stay. Safe to repeat.

        :return: Whether it was connected. Intuit being unreachable does not keep us from forgetting.
        """
        row = self._database.fetch_one("connection/connect/select_connection", {"workspace_id": workspace_id})
        if row is not None and row["refresh_token"] is not None:
            try:
                self._oauth.revoke(qbo_cipher.decrypt(row["refresh_token"]))
            except (InvalidGrantError, QboUnavailableError, ConfigurationError) as error:
                log.warning(
                    "quickbooks revoke failed workspace=%d error=%s; the tokens are forgotten all the same",
                    workspace_id, type(error).__name__,
                )  # fmt: skip
        changed = self._database.execute(
            "connection/connect/update_disconnected", {"workspace_id": workspace_id}
        )
        log.info("quickbooks disconnected workspace=%d", workspace_id)
        return changed > 0

    def claim_expiry_warning(self, workspace_id: int) -> ExpiryWarning | None:
        """The warning that is due, 14, 7 or 2 days ahead of the end; each is handed out once."""
        row = self._database.fetch_one(
            "connection/connect/claim_expiry_warning",
            {"workspace_id": workspace_id, "days": list(settings.CONNECTION_WARNING_DAYS)},
        )
        return ExpiryWarning(workspace_id, row["days"], row["expires_at"]) if row else None

    def refresh_company(self, workspace_id: int) -> None:
        """Read the company's name, country and home currency again and keep them."""
        with self._hook.accounting(workspace_id) as accounting:
            company, preferences = accounting.read_company(), accounting.read_preferences()
        self._database.execute(
            "connection/connect/update_company",
            {
                "workspace_id": workspace_id,
                "company_name": company.get("CompanyName"),
                "country_code": company.get("Country"),
                "home_currency": ref_of(preferences.get("CurrencyPrefs"), "HomeCurrency") or None,
            },
        )

    def _keep(self, workspace_id: int, realm_id: str, pair: TokenPair) -> None:
        """Store the pair first, so that it cannot get lost; then prove that it opens the company."""
        try:
            stored = self._database.fetch_one(
                "connection/connect/upsert_connection",
                {"workspace_id": workspace_id, "realm_id": realm_id, **encrypted(pair)},
            )
        except UniqueViolation:
            raise ConfigurationError(
                f"workspace {workspace_id}: company {realm_id} is connected to another workspace; "
                "disconnect it there first."
            ) from None
        if stored is None:
            self._check_owner(workspace_id, realm_id)
        try:
            self.refresh_company(workspace_id)
        except StopError:
            # A first connection that opens nothing would tie the workspace to a company it never was in.
            if stored is not None and stored["token_generation"] == 1:
                self._database.execute("connection/connect/delete_connection", {"workspace_id": workspace_id})
            raise
        log.info("quickbooks connected workspace=%d realm=%s", workspace_id, realm_id)

    def _check_owner(self, workspace_id: int, realm_id: str) -> None:
        row = self._database.fetch_one("connection/connect/select_connection", {"workspace_id": workspace_id})
        if row is not None and row["realm_id"] != realm_id:
            raise ConfigurationError(
                f"workspace {workspace_id} belongs to company {row['realm_id']}, not {realm_id}: its "
                "documents are linked there. Sign in to that company at Intuit."
            )

    def _redirect_uri(self, given: str | None) -> str:
        uri = given or self._hook.config.redirect_uri
        if not uri:
            raise ConfigurationError(
                f"Airflow connection {self._hook.quickbooks_conn_id!r}: extra field redirect_uri is empty; "
                "set it to the address registered with the Intuit app (…/quickbooks/connect/callback)."
            )
        return uri


def _hash(state: str) -> str:
    """Only the hash is kept: who can read the table cannot finish somebody's consent."""
    return hashlib.sha256(state.encode()).hexdigest()
