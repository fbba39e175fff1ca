"""What is known of QuickBooks without asking: numbers that are free there, and which customers there are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class Heard:
    heard_at: datetime | None
    """The last webhook about a payment."""
    wrote_at: datetime | None
    """The first payment of ours that none has reported yet; or the last one."""
    around_at: datetime | None
    """Up to when all changes of invoices, credit memos and customers were read; None: nothing is known."""
    customers_known: bool
    """All customers were read, and all changes of them since."""


class KnownStore(Subject):
    folder = "posting/known"

    def fetch_heard(self, realm_id: str, seconds: int) -> Heard:
        """:param seconds: Customers are known where their changes were read within so long."""
        found = self._fetch_value(Heard, "select_heard", realm_id=realm_id, seconds=seconds)
        return found or Heard(None, None, None, customers_known=False)

    def record_around(self, realm_id: str, read_at: datetime, *, all_customers: bool) -> None:
        """All changes of invoices, credit memos and customers were read.

        :param read_at: Our database's time, from before that.
        """
        self._execute("upsert_around", realm_id=realm_id, read_at=read_at, all_customers=all_customers)

    def forget(self, realm_id: str) -> None:
        """Nothing is known without asking: changes went unread, or our database was set back."""
        self._execute("delete_free", realm_id=realm_id, quickbooks_type="", numbers=None)
        self._execute("delete_customers", realm_id=realm_id, quickbooks_ids=None)
        self._execute("forget_around")

    # --- numbers, letter case folded ---

    def record_free(self, realm_id: str, quickbooks_type: str, numbers: Collection[str]) -> None:
        """QuickBooks was asked, and has nothing under these."""
        found = {"realm_id": realm_id, "quickbooks_type": quickbooks_type, "numbers": sorted(numbers)}
        self._execute("insert_free", **found)

    def fetch_free(
        self, realm_id: str, quickbooks_type: str, numbers: Collection[str], seconds: int, *, heard: bool
    ) -> set[str]:
        """Those of them that were free within so long. :param heard: Webhooks say what was made since."""
        asked = {"realm_id": realm_id, "quickbooks_type": quickbooks_type, "numbers": sorted(numbers)}
        return set(self._fetch_column("select_free", **asked, seconds=seconds, heard=heard))

    def delete_free(self, realm_id: str, quickbooks_type: str, numbers: Collection[str]) -> None:
        """They are used from here on, or stand in QuickBooks."""
        used = {"realm_id": realm_id, "quickbooks_type": quickbooks_type, "numbers": sorted(numbers)}
        self._execute("delete_free", **used)

    def fetch_numbered(self, realm_id: str, document_kind: str, numbers: Collection[str]) -> list[int]:
        """Ids of documents of ours that are in QuickBooks under these numbers."""
        asked = {"realm_id": realm_id, "document_kind": document_kind, "numbers": sorted(numbers)}
        return self._fetch_column("select_numbered", **asked)

    # --- customers ---

    def record_customers(
        self, realm_id: str, keys: Mapping[str, Collection[str]], *, all_of_them: bool
    ) -> None:
        """:param keys: Of each customer, by its id; none of one that is not there any more."""
        ids = None if all_of_them else sorted(keys)
        self._execute("delete_customers", realm_id=realm_id, quickbooks_ids=ids)
        pairs = [(key, id_) for id_, found in keys.items() for key in sorted(found)]
        self._execute(
            "insert_customers",
            realm_id=realm_id,
            keys=[key for key, _ in pairs],
            quickbooks_ids=[id_ for _, id_ in pairs],
        )

    def fetch_customers(self, realm_id: str, keys: Collection[str]) -> set[str]:
        """Those of these keys by which QuickBooks has a customer."""
        return set(self._fetch_column("select_customers", realm_id=realm_id, keys=sorted(keys)))
