"""Connecting a workspace to a QuickBooks company: consent in the browser, or a token obtained elsewhere."""

import logging
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager

from caspen_qbo.core.accounting import Accounting
from caspen_qbo.core.connection.connect import (
    CompanyOf,
    Connected,
    TokenPair,
    decide_company,
    decide_consent,
    hash_state,
    is_realm,
)
from caspen_qbo.core.documents import ref_of
from caspen_qbo.errors import ConfigurationError, QboAuthError, StoreUnavailableError, SyncError
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
        open_accounting: Callable[[str, TokenPair], AbstractContextManager[Accounting]],
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

    def decline(self, state: str, username: str) -> None:
        """A sign-in that ended without a code: its state is used up. Nothing was handed out."""
        self._store.consents.take(hash_state(state))
        log.info("quickbooks sign-in declined user=%s", username)

    def complete(
        self,
        state: str,
        username: str,
        code: str,
        realm_id: str,
        redirect_uri: str | None = None,
        *,
        who: str | None = None,
    ) -> Connected:
        """Finish a consent. Never repeat it: the state is used up first. A pair that is not kept, for
        whatever reason, is revoked at Intuit; what was connected before stays exactly as it was.

        :param who: Recorded; the user unless given.
        :raises ConfigurationError: unknown, used, expired or another user's state; a company that is taken; a
            workspace that belongs to another company.
        :raises QboAuthError: Intuit does not accept the code, or it does not open the company.
        """
        consent = decide_consent(self._store.consents.take(hash_state(state)), username, realm_id)
        if isinstance(consent, str):
            raise ConfigurationError(consent)
        store = self._store.for_workspace(consent.workspace_id)
        # Before the code is spent: ending a consent of that company might end the other workspace's too.
        _check_free(store, realm_id)
        try:
            pair = self._oauth.exchange(code, realm_id, redirect_uri)
        except InvalidGrantError as error:
            raise QboAuthError(
                "Intuit no longer accepts the code. Press Connect again.", intuit_tid=error.intuit_tid
            ) from None
        try:
            return self._connect(store, realm_id, pair, who or username)
        except BaseException:  # also when this process is asked to end
            self._revoke(pair.refresh_token, consent.workspace_id)
            raise

    def adopt(
        self, workspace_id: int, realm_id: str, refresh_token: str, *, who: str | None = None
    ) -> Connected:
        """Connect with a refresh token from elsewhere, traded at once for a new pair: it may be dead after.
        Where it cannot be used it is left to the person who obtained it, and not revoked.

        :raises ConfigurationError: the realm id is not a number, is taken, or is not the workspace's company.
        :raises QboAuthError: Intuit does not accept the token, or it is for another company.
        """
        if not is_realm(realm_id):
            raise ConfigurationError(f"workspace {workspace_id}: realm id {realm_id!r} is not a number.")
        store = self._store.for_workspace(workspace_id)
        _check_company(store, realm_id)  # before the token is spent
        _check_free(store, realm_id)
        try:
            pair = self._oauth.refresh(refresh_token)
        except InvalidGrantError as error:
            raise QboAuthError(
                f"workspace {workspace_id}: Intuit does not accept this refresh token; obtain a new one.",
                intuit_tid=error.intuit_tid,
            ) from None
        return self._connect(store, realm_id, pair, who)

    def disconnect(self, workspace_id: int, *, who: str | None = None) -> bool:
        """End the consent at Intuit and delete the tokens, also where Intuit is unreachable; whether there
        were any. Settings and links stay. Safe to repeat.
        """
        connections = self._store.for_workspace(workspace_id).connections
        tokens = connections.fetch_tokens()
        if tokens is not None and tokens.refresh_token is not None:
            try:
                self._revoke(decrypt(tokens.refresh_token), workspace_id)
            except ConfigurationError as error:
                log.warning("quickbooks tokens not readable workspace=%d: %s", workspace_id, error.message)
        changed = connections.mark_disconnected(who)
        log.info("quickbooks disconnected workspace=%d", workspace_id)
        return changed

    def _revoke(self, refresh_token: str, workspace_id: int) -> None:
        """End a consent at Intuit. An error is only logged: the tokens are not kept here either way."""
        try:
            self._oauth.revoke(refresh_token)
            log.info("quickbooks consent ended workspace=%d", workspace_id)
        except (InvalidGrantError, SyncError) as error:
            line = "quickbooks revoke failed workspace=%d error=%s; the tokens are not kept all the same"
            log.warning(line, workspace_id, type(error).__name__)

    def _connect(self, store: WorkspaceStore, realm_id: str, pair: TokenPair, who: str | None) -> Connected:
        """Prove with the pair in hand that it opens the company; only then store it, in one statement."""
        _check_company(store, realm_id)
        with self._open_accounting(realm_id, pair) as accounting:
            company, preferences = accounting.read_company(), accounting.read_preferences()
        facts = CompanyOf(
            company_name=company.get("CompanyName"),
            country_code=company.get("Country"),
            home_currency=ref_of(preferences.get("CurrencyPrefs"), "HomeCurrency") or None,
        )
        first = not store.connections.is_in_use()
        try:
            kept = store.connections.record(realm_id, pair, facts, who)
        except StoreUnavailableError:
            if not _is_stored(store, pair):
                raise
            kept = True  # it was committed, and only the answer was lost
        if not kept:
            _check_company(store, realm_id)
            raise ConfigurationError(_taken(store.workspace_id, realm_id))
        log.info("quickbooks connected workspace=%d realm=%s", store.workspace_id, realm_id)
        return Connected(store.workspace_id, realm_id, facts.company_name, first)


def _is_stored(store: WorkspaceStore, pair: TokenPair) -> bool:
    """Whether this very pair is the workspace's; False where that cannot be read."""
    try:
        tokens = store.connections.fetch_tokens()
    except StoreUnavailableError:
        return False
    return bool(tokens and tokens.refresh_token and decrypt(tokens.refresh_token) == pair.refresh_token)


def _check_free(store: WorkspaceStore, realm_id: str) -> None:
    """:raises ConfigurationError: another workspace is connected to the company."""
    if store.connections.is_taken(realm_id):
        raise ConfigurationError(_taken(store.workspace_id, realm_id))


def _taken(workspace_id: int, realm_id: str) -> str:
    return (
        f"workspace {workspace_id}: company {realm_id} is connected to another workspace; disconnect it "
        "there first."
    )


def _check_company(store: WorkspaceStore, realm_id: str) -> None:
    """:raises ConfigurationError: the workspace belongs to another company."""
    tokens = store.connections.fetch_tokens()
    present = tokens.realm_id if tokens else None
    bound = tokens is not None and (tokens.status != "disconnected" or store.connections.is_in_use())
    if refusal := decide_company(store.workspace_id, present, realm_id, bound=bound):
        raise ConfigurationError(refusal)
