"""Documents found across all practices, and what each is in QuickBooks."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from caspen_qbo.core.monitoring.search import Sought
from caspen_qbo.hooks.database import Database


@dataclass(frozen=True, slots=True)
class FoundDocument:
    workspace_id: int
    kind: str
    id: int
    """Caspen's; of a payment its allocation's."""
    number: str
    invoice_id: int
    date: date | None
    total: Decimal
    currency: str | None
    """Of the document; None: staged by a version that did not keep it."""
    caspen_status: str
    wanted: str
    excluded_reason: str | None
    version: str
    synced_version: str | None
    quickbooks_type: str | None
    quickbooks_id: str | None
    quickbooks_total: Decimal | None
    """As last compared."""
    removed: bool
    """It was taken out of QuickBooks again."""
    differs: bool
    """Something listed says that it is not in QuickBooks as Caspen shows it."""
    matter: str | None
    """The title of what is listed about it, most pressing first."""
    unconfirmed: bool
    """Something about it was sent, and what became of that is not known yet."""
    fits: str
    """By what: number, end, quickbooks_id, amount, beginning."""
    found: int
    """How many fit, of those that were looked at; the same in every row."""


def find_documents(
    database: Database, sought: Sought, visible: Collection[int] | None, *, most: int, shown: int
) -> list[FoundDocument]:
    """One statement, by index. The best fits first.

    :param visible: Workspace ids that may be seen; None for all.
    :param most: So many fits of each kind are looked at, and one more, by which it is seen that there are.
    """
    ids = None if visible is None else list(visible)
    params = {**asdict(sought), "ids": ids, "most": most, "shown": shown}
    return database.fetch_values(FoundDocument, "posting/finding/find_documents", params)
