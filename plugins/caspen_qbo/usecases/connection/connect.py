"""Connecting a workspace to a QuickBooks company: consent in the browser, or a token obtained elsewhere."""

import logging
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager

from caspen_qbo.core.accounting import Accounting
from caspen_qbo.core.connection.connect import TokenPair, decide_company, decide_consent, hash_state
from caspen_qbo.core.documents import ref_of
from caspen_qbo.errors import ConfigurationError, QboAuthError, QboUnavailableError, StopError
from caspen_qbo.hooks.intuit.oauth import IntuitOAuth, InvalidGrantError
from caspen_qbo.hooks.store import Store, WorkspaceStore
from caspen_qbo.hooks.store.connection.cipher import decrypt

log = logging.getLogger(__name__)


class Connector:
    """Never takes a realm from a workspace, nor gives it another: linked documents belong to one company."""

    def __init__(
        self,
        store: Store,
        oauth: IntuitOAuth,
        open_accounting: Callable[[int], AbstractContextManager[Accounting]],
    ) -> None:
        self._store = store
        self._oauth = oauth
        self._open_accounting = open_accounting

    def authorization_url(self, workspace_id: int, username: str, redirect_uri: str | None = None) -> str:
        """Where to send this user's browser. The link works once, for a quarter of an hour, for this user.

        :param redirect_uri: As registered with the Intuit app; the connection's own unless given.
        :raises ConfigurationError: there is none.
        """
        state = secrets.token_urlsafe(32)
        url = self._oauth.authorization_url(state, redirect_uri)
        self._store.consents.record(hash_state(state), workspace_id, username)
        return url

    def complete(
        self, state: str, username: str, code: str, realm_id: str, redirect_uri: str | None = None
    ) -> int:
        """Finish a consent; the workspace now connected. Never repeat it: the state is used up first.

        :raises ConfigurationError: unknown, used, expired or another user's state; a company that is taken; a
            workspace that belongs to another company.
        :raises QboAuthError: Intuit does not accept the code.
        """
        consent = decide_consent(self._store.consents.take(hash_state(state)), username, realm_id)
        if isinstance(consent, str):
            raise ConfigurationError(consent)
        try:
            pair = self._oauth.exchange(code, realm_id, redirect_uri)
        except InvalidGrantError as error:
            raise QboAuthError(
                "Intuit no longer accepts the code. Press Connect again.", intuit_tid=error.intuit_tid
            ) from None
        self._connect(self._store.for_workspace(consent.workspace_id), realm_id, pair)
        return consent.workspace_id

    def adopt(self, workspace_id: int, realm_id: str, refresh_token: str) -> None:
        """Connect with a refresh token from elsewhere, traded at once for a new pair: it may be dead after.

        :raises ConfigurationError: the realm id is not a number, is taken, or is not the workspace's company.
        :raises QboAuthError: Intuit does not accept the token, or it is for another company.
        """
        if not realm_id.isdigit():
            raise ConfigurationError(f"workspace {workspace_id}: realm id {realm_id!r} is not a number.")
        store = self._store.for_workspace(workspace_id)
        _check_company(store, realm_id)  # before the token is spent
        try:
            pair = self._oauth.refresh(refresh_token)
        except InvalidGrantError as error:
            raise QboAuthError(
                f"workspace {workspace_id}: Intuit does not accept this refresh token; obtain a new one.",
                intuit_tid=error.intuit_tid,
            ) from None
        self._connect(store, realm_id, pair)

    def disconnect(self, workspace_id: int) -> bool:
        """End the consent at Intuit and delete the tokens, also where Intuit is unreachable; whether there
        were any. Settings and links stay. Safe to repeat.
        """
        connections = self._store.for_workspace(workspace_id).connections
        tokens = connections.fetch_tokens()
        if tokens is not None and tokens.refresh_token is not None:
            try:
                self._oauth.revoke(decrypt(tokens.refresh_token))
            except (InvalidGrantError, QboUnavailableError, ConfigurationError) as error:
                line = "quickbooks revoke failed workspace=%d error=%s; the tokens are deleted all the same"
                log.warning(line, workspace_id, type(error).__name__)
        changed = connections.mark_disconnected()
        log.info("quickbooks disconnected workspace=%d", workspace_id)
        return changed

    def _connect(self, store: WorkspaceStore, realm_id: str, pair: TokenPair) -> None:
        """Store the pair first, so that it cannot get lost; then prove that it opens the company."""
        generation = store.connections.record(realm_id, pair)
        if generation is None:
            _check_company(store, realm_id)
            raise ConfigurationError(
                f"workspace {store.workspace_id}: company {realm_id} is connected to another workspace; "
                "disconnect it there first."
            )
        try:
            with self._open_accounting(store.workspace_id) as accounting:
                company, preferences = accounting.read_company(), accounting.read_preferences()
            store.connections.record_company(
                company_name=company.get("CompanyName"),
                country_code=company.get("Country"),
                home_currency=ref_of(preferences.get("CurrencyPrefs"), "HomeCurrency") or None,
            )
        except StopError:
            # A first connection that opens nothing would tie the workspace to a company it never was in.
            if generation == 1:
                store.connections.delete()
            raise
        log.info("quickbooks connected workspace=%d realm=%s", store.workspace_id, realm_id)


def _check_company(store: WorkspaceStore, realm_id: str) -> None:
    """:raises ConfigurationError: the workspace belongs to another company."""
    tokens = store.connections.fetch_tokens()
    present = tokens.realm_id if tokens else None
    if refusal := decide_company(store.workspace_id, present, realm_id):
        raise ConfigurationError(refusal)
