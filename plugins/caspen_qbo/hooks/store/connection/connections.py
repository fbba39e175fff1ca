"""A workspace's connection to its company: the company itself, and the tokens, encrypted."""

from dataclasses import asdict, dataclass, field
from datetime import datetime

from psycopg.errors import UniqueViolation

from caspen_qbo import settings
from caspen_qbo.core.connection.connect import TokenPair
from caspen_qbo.hooks.store.connection.cipher import encrypt
from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class StoredTokens:
    """The tokens as they are stored, encrypted; None where there is none."""

    realm_id: str
    status: str
    """connected, needs_reconnect or disconnected."""
    access_token: bytes | None = field(repr=False)
    access_expires_at: datetime | None
    refresh_token: bytes | None = field(repr=False)
    previous_refresh_token: bytes | None = field(repr=False)
    token_generation: int
    """Counts the pairs stored; 1 for the first connection."""


class ConnectionStore(Subject):
    folder = "connection/connections"

    def fetch_tokens(self) -> StoredTokens | None:
        return self._fetch_value(StoredTokens, "select_tokens")

    def lock_tokens(self) -> StoredTokens | None:
        """The same row, locked until the transaction ends: one refresher at a time."""
        return self._fetch_value(StoredTokens, "lock_tokens")

    def record(self, realm_id: str, pair: TokenPair) -> int | None:
        """Connect the workspace to a company, or again; the first connection's date never moves. The
        generation of its tokens; None when the workspace belongs to another company or the company is another
        workspace's.
        """
        try:
            stored = self._fetch_column("upsert_connection", realm_id=realm_id, **_encrypted(pair))
        except UniqueViolation:
            return None
        return next(iter(stored), None)

    def record_refresh(self, pair: TokenPair, previous: bytes | None, *, rotated: bool) -> None:
        """Store a refreshed pair. ``previous``: the refresh token to fall back on, encrypted; ``rotated``:
        the refresh token is another one than before.
        """
        self._execute(
            "update_tokens",
            **_encrypted(pair),
            previous_refresh_token=previous,
            rotated=rotated,
            warning_days=max(settings.CONNECTION_WARNING_DAYS),
        )

    def record_company(
        self, *, company_name: str | None, country_code: str | None, home_currency: str | None
    ) -> None:
        """What QuickBooks says about the company; None keeps what is known."""
        facts = {"company_name": company_name, "country_code": country_code, "home_currency": home_currency}
        self._execute("update_company", **facts)

    def record_encryption(self, tokens: dict[str, bytes | None]) -> None:
        """The same tokens, by column, encrypted with another key."""
        self._execute("update_encryption", **tokens)

    def mark_needs_reconnect(self) -> None:
        self._execute("update_needs_reconnect")

    def mark_disconnected(self) -> bool:
        """Delete the tokens; settings, links and the date of the first connection stay. Whether it was so."""
        return self._execute("update_disconnected") > 0

    def delete(self) -> None:
        """Delete a first connection that proved wrong before anything was done with it."""
        self._execute("delete_connection")


def _encrypted(pair: TokenPair) -> dict[str, object]:
    secrets = {"access_token": encrypt(pair.access_token), "refresh_token": encrypt(pair.refresh_token)}
    return {**asdict(pair), **secrets}
