"""OAuth 2 as Intuit does it: one-use codes, 3600 s access tokens, refresh tokens that roll and die."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from qbo_emulator.values.clock import Clock

ACCESS_SECONDS = 3600
REFRESH_SECONDS = 8_726_400
"""101 days, counted again at each refresh."""
HARD_EXPIRY_SECONDS = 5 * 365 * 86400
"""However often refreshed, a connection ends after five years."""
ROTATION_SECONDS = 86400
CODE_SECONDS = 600
ACCOUNTING_SCOPE = "com.intuit.quickbooks.accounting"

Rotation = Literal["daily", "every_refresh", "never"]


class OAuthError(Exception):
    """``{"error", "error_description"}`` with its status."""

    def __init__(self, error: str, description: str | None = None, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error, self.description, self.status = error, description, status


@dataclass(slots=True)
class Grant:
    """One connection of the app to a company: everything descended from one consent."""

    realm: str
    scope: str
    hard_expires_at: float
    """Epoch seconds, sandbox time, as all times here."""
    refresh_token: str = ""
    refresh_issued_at: float = 0.0
    refresh_expires_at: float = 0.0
    alive: bool = True
    dead_refresh_tokens: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Code:
    """An authorisation code waiting to be exchanged, or already used."""

    grant_realm: str
    scope: str
    redirect_uri: str
    expires_at: float
    used_by: Grant | None = None


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A bearer token of one grant."""

    grant: Grant
    expires_at: float


class Authority:
    """The authorisation server: knows the app, hands out and checks tokens."""

    def __init__(
        self, clock: Clock, client_id: str, client_secret: str, redirect_uris: Iterable[str] = ()
    ) -> None:
        self.clock, self.client_id, self.client_secret = clock, client_id, client_secret
        self._registered_at_start = tuple(redirect_uris)
        self.reset()

    def reset(self) -> None:
        """Drop all codes and tokens, and go back to the documented policy."""
        self.redirect_uris = self._registered_at_start
        """Addresses the app registered; none: https anywhere, plain http on this machine."""
        self.rotation: Rotation = "daily"
        self.reuse_kills_grant = False
        """Whether presenting a dead refresh token also ends the connection."""
        self.refresh_seconds = 0.05
        """Real seconds a refresh is in progress; a second one with the same token in that time fails."""
        self.codes: dict[str, Code] = {}
        self.access: dict[str, AccessToken] = {}
        self.refresh: dict[str, Grant] = {}
        self.in_progress: set[str] = set()

    def check_client(self, client_id: str | None, client_secret: str | None) -> None:
        """:raises OAuthError: invalid_client, 401."""
        if client_id != self.client_id or client_secret != self.client_secret:
            raise OAuthError("invalid_client", None, 401)

    def allows_redirect(self, uri: str) -> bool:
        """Registered addresses only, when any were given; otherwise https, or plain http on this machine."""
        if self.redirect_uris:
            return uri in self.redirect_uris
        return uri.startswith(("https://", "http://localhost", "http://127.0.0.1"))

    def issue_code(self, realm: str, scope: str, redirect_uri: str) -> str:
        """A one-use code for a company whose owner approved."""
        code = "AB1" + secrets.token_hex(22)
        self.codes[code] = Code(realm, scope, redirect_uri, self.clock.seconds() + CODE_SECONDS)
        return code

    def exchange_code(self, code: str, redirect_uri: str) -> tuple[str, Grant]:
        """An access token for a code. Using a code twice also ends what the first use gave.

        :raises OAuthError: invalid_grant.
        """
        if not self.allows_redirect(redirect_uri):
            raise OAuthError("invalid_grant", "Invalid redirect_uri")
        known = self.codes.get(code)
        if known is None or known.expires_at < self.clock.seconds() or known.redirect_uri != redirect_uri:
            raise OAuthError("invalid_grant", "Invalid authorization code")
        if known.used_by is not None:
            known.used_by.alive = False
            raise OAuthError("invalid_grant", "Authorization code already used")
        known.used_by = self.connect(known.grant_realm, known.scope)
        return self._issue_access(known.used_by), known.used_by

    def connect(self, realm: str, scope: str = ACCOUNTING_SCOPE) -> Grant:
        """A fresh connection with its first refresh token."""
        grant = Grant(realm, scope, self.clock.seconds() + HARD_EXPIRY_SECONDS)
        self._issue_refresh(grant)
        return grant

    def mint(self, realm: str) -> tuple[str, Grant]:
        """A token pair without the consent page, for tests."""
        grant = self.connect(realm)
        return self._issue_access(grant), grant

    def begin_refresh(self, token: str) -> None:
        """Mark a refresh as in progress; a concurrent second one fails, as documented."""
        if token in self.in_progress:
            raise OAuthError("invalid_grant", "Incorrect or invalid refresh token")
        self.in_progress.add(token)

    def finish_refresh(self, token: str) -> tuple[str, Grant]:
        """A new access token, and by the rotation policy a new refresh token whose predecessor dies at once.

        :raises OAuthError: invalid_grant.
        """
        self.in_progress.discard(token)
        grant, now = self.refresh.get(token), self.clock.seconds()
        if grant and token in grant.dead_refresh_tokens and self.reuse_kills_grant:
            grant.alive = False
        if (
            grant is None
            or not grant.alive
            or token != grant.refresh_token
            or min(grant.refresh_expires_at, grant.hard_expires_at) < now
        ):
            raise OAuthError("invalid_grant", "Incorrect or invalid refresh token")
        old_enough = now - grant.refresh_issued_at >= ROTATION_SECONDS
        if self.rotation == "every_refresh" or (self.rotation == "daily" and old_enough):
            grant.dead_refresh_tokens.add(token)
            self._issue_refresh(grant)
        else:
            grant.refresh_expires_at = now + REFRESH_SECONDS
        return self._issue_access(grant), grant

    def revoke(self, token: str) -> None:
        """End the connection an access or refresh token belongs to. Unknown tokens are ignored, as in RFC
        7009.
        """
        access = self.access.get(token)
        grant = access.grant if access else self.refresh.get(token)
        if grant:
            grant.alive = False

    def end_company(self, realm: str) -> None:
        """The company's owner disconnected the app."""
        for grant in {id(g): g for g in self.refresh.values()}.values():
            if grant.realm == realm:
                grant.alive = False

    def refused(self, token: str) -> str | None:
        """Why a bearer token is not accepted, in the gateway's words; None when it is."""
        if len(token) < 16 or len(token) > 4096:
            return "Malformed bearer token: too short or too long"
        known = self.access.get(token)
        if known is None:
            return f"Token invalid: {token[:4]}"
        if known.expires_at <= self.clock.seconds():
            return f"Token expired: {token[:4]}"
        return None if known.grant.alive else f"Token revoked: {token[:4]}"

    def expire_access_tokens(self, realm: str | None = None) -> int:
        """Let access tokens expire now, of one company or all; how many."""
        now, count = self.clock.seconds(), 0
        for token, known in list(self.access.items()):
            if realm in (None, known.grant.realm) and known.expires_at > now:
                self.access[token] = AccessToken(known.grant, now)
                count += 1
        return count

    def _issue_access(self, grant: Grant) -> str:
        token = "eyJlbmMi" + secrets.token_urlsafe(180)
        self.access[token] = AccessToken(grant, self.clock.seconds() + ACCESS_SECONDS)
        return token

    def _issue_refresh(self, grant: Grant) -> None:
        grant.refresh_token = "RT1-" + secrets.token_hex(22)
        grant.refresh_issued_at = self.clock.seconds()
        grant.refresh_expires_at = grant.refresh_issued_at + REFRESH_SECONDS
        self.refresh[grant.refresh_token] = grant

    def token_answer(
        self, access_token: str, grant: Grant, with_hard_expiry: bool = False
    ) -> dict[str, object]:
        """The token endpoint's answer."""
        now = self.clock.seconds()
        answer: dict[str, object] = {
            "token_type": "bearer",
            "access_token": access_token,
            "expires_in": ACCESS_SECONDS,
            "refresh_token": grant.refresh_token,
            "x_refresh_token_expires_in": round(grant.refresh_expires_at - now),
        }
        if with_hard_expiry:
            answer["x_refresh_token_hard_expires_in"] = round(grant.hard_expires_at - now)
        return answer
