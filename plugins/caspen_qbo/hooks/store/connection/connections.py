"""A workspace's connection to its company: the company itself, and the tokens, encrypted."""

from dataclasses import asdict, dataclass, field
from datetime import datetime

from psycopg.errors import UniqueViolation

from caspen_qbo import settings
from caspen_qbo.core.connection.connect import CompanyOf, TokenPair
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


@dataclass(frozen=True, slots=True)
class ConnectionEvent:
    at: datetime
    what: str
    """connected, disconnected or lost."""
    who: str | None
    """None: nobody did it; Intuit or QuickBooks no longer accepts the connection."""
    realm_id: str
    company_name: str | None


class ConnectionStore(Subject):
    folder = "connection/connections"

    def fetch_tokens(self) -> StoredTokens | None:
        return self._fetch_value(StoredTokens, "select_tokens")

    def lock_tokens(self) -> StoredTokens | None:
        """The same row, locked until the transaction ends: one refresher at a time."""
        return self._fetch_value(StoredTokens, "lock_tokens")

    def is_taken(self, realm_id: str) -> bool:
        """Whether another workspace is connected to the company."""
        return self._is("is_taken", realm_id=realm_id)

    def is_in_use(self) -> bool:
        """Whether anything was chosen from the workspace's company, linked to it or sent to it."""
        return self._is("is_in_use")

    def record(self, realm_id: str, pair: TokenPair, company: CompanyOf, who: str | None) -> bool:
        """Connect the workspace to a company, or again, in one statement; the first connection's date never
        moves. False when the workspace belongs to another company or the company is another workspace's.
        """
        given = {**_encrypted(pair), **asdict(company), "in_use": self.is_in_use(), "who": who}
        try:
            return bool(self._fetch_column("upsert_connection", realm_id=realm_id, **given))
        except UniqueViolation:
            return False

    def fetch_events(self, most: int) -> list[ConnectionEvent]:
        """Connects and disconnects, newest first."""
        return self._fetch_values(ConnectionEvent, "select_events", most=most)

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

    def record_encryption(self, tokens: dict[str, bytes | None]) -> None:
        """The same tokens, by column, encrypted with another key."""
        self._execute("update_encryption", **tokens)

    def mark_needs_reconnect(self) -> None:
        self._execute("update_needs_reconnect")

    def mark_disconnected(self, who: str | None = None) -> bool:
        """Delete the tokens; settings, links and the date of the first connection stay. Whether it was so."""
        return self._execute("update_disconnected", who=who) > 0


def _encrypted(pair: TokenPair) -> dict[str, object]:
    secrets = {"access_token": encrypt(pair.access_token), "refresh_token": encrypt(pair.refresh_token)}
    return {**asdict(pair), **secrets}
