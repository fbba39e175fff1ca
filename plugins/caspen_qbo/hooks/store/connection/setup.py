"""A workspace's connection (without its tokens), choices, tax links, and QuickBooks' lists read lately."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from psycopg.types.json import Jsonb

from caspen_qbo import settings
from caspen_qbo.core.monitoring.metering import count_most
from caspen_qbo.core.records import TaxRate
from caspen_qbo.core.reference import Choices, TaxCode
from caspen_qbo.hooks.quickbooks.wire import decode, encode
from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class ConnectionFacts:
    workspace_id: int
    realm_id: str
    company_name: str | None
    first_connected_at: datetime
    """The historical line; never moves."""
    connected_at: datetime
    connected_by: str | None
    """None where it was not recorded yet."""
    disconnected_at: datetime | None
    disconnected_by: str | None
    status: str
    """connected, needs_reconnect or disconnected."""
    refresh_expires_at: datetime | None
    refresh_hard_expires_at: datetime | None
    home_currency: str | None
    """The company's, an ISO code; None where QuickBooks did not say."""
    practices: int
    """Those that share the allowance of reads, as far as the mode of reading needs them counted."""


@dataclass(frozen=True, slots=True)
class TaxLink:
    tax_rate_id: int
    tax_code_id: str
    tax_code_name: str
    rate: Decimal
    """Percent."""
    linked_at: datetime
    linked_by: str | None


class SetupStore(Subject):
    folder = "connection/setup"

    def fetch_connection(self) -> ConnectionFacts | None:
        most = count_most(settings.READS, settings.READS_PER_MONTH)
        return self._fetch_value(ConnectionFacts, "select_connection", practices_most=most)

    def claim_expiry_warning(self) -> tuple[int, datetime] | None:
        """The warning that is due before a connection ends, (days ahead, end); each is handed out once."""
        row = self._fetch_one("claim_expiry_warning", days=list(settings.CONNECTION_WARNING_DAYS))
        return (row["days"], row["expires_at"]) if row else None

    def fetch_choices(self) -> Choices | None:
        return self._fetch_value(Choices, "select_settings")

    def record_choices(self, choices: Choices, who: str) -> None:
        self._execute("upsert_settings", **asdict(choices), who=who)

    def fetch_tax_links(self) -> dict[int, TaxLink]:
        return {link.tax_rate_id: link for link in self._fetch_values(TaxLink, "select_tax_links")}

    def record_tax_link(self, rate: TaxRate, code: TaxCode, who: str) -> None:
        linked = {"tax_code_id": code.id, "tax_code_name": code.name, "rate": rate.rate}
        self._execute("upsert_tax_link", tax_rate_id=rate.id, **linked, who=who)

    def fetch_cached(self, realm_id: str, name: str, *, seconds: int) -> Any | None:
        """A list read within so long, or None."""
        row = self._fetch_one("select_cached", realm_id=realm_id, name=name, max_age_seconds=seconds)
        return decode(row["payload"].encode()) if row else None

    def cache(self, realm_id: str, name: str, payload: Any) -> None:
        self._execute("upsert_cached", realm_id=realm_id, name=name, payload=Jsonb(payload, dumps=encode))

    def delete_cached(
        self, realm_id: str, names: Sequence[str] | None = None, *, older_than: timedelta = timedelta(0)
    ) -> None:
        """Before a person looks, or after a person says that something was corrected in QuickBooks.

        :param names: Of these lists alone; None: of all.
        :param older_than: Leave those read within so long.
        """
        wanted = None if names is None else list(names)
        self._execute("delete_cached", realm_id=realm_id, names=wanted, older_than=older_than)
