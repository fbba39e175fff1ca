"""QuickBooks' lists that documents refer to: read live, kept for a day or a week, and up to date by the
change feed.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from caspen_qbo import settings
from caspen_qbo.core.accounting import Accounting
from caspen_qbo.core.documents import Body
from caspen_qbo.core.reference import ListEntry, Reference, read_company, read_entry, read_tax_codes
from caspen_qbo.hooks.store import WorkspaceStore

_ALL = "Active IN (true, false)"
LISTS_IN_FEED = ("Account", "Item", "PaymentMethod")
"""Of these the feed shows what changed; not of tax codes, tax rates, preferences and the company."""


def keep_lists(store: WorkspaceStore, realm_id: str, changed: Mapping[str, Sequence[Body]]) -> None:
    """Bring the kept lists up to date with what the feed shows of them. No call; one of which the feed does
    not tell is not kept. Whatever the mode of reading: what one passes over, the other may use.

    :param changed: By type, all that changed since this was last done.
    """
    for name in LISTS_IN_FEED:
        if name not in changed:
            store.setup.delete_cached(realm_id, [name])
        kept = store.setup.fetch_cached(realm_id, name, seconds=settings.LISTS_KEPT_THRIFTY_SECONDS)
        if kept is None:
            continue
        rows = {str(body["Id"]): body for body in kept}
        for body in changed[name]:
            rows.pop(str(body["Id"]), None)
            hidden = name == "PaymentMethod" and body.get("Active") is False
            if body.get("status") != "Deleted" and not hidden:
                rows[str(body["Id"])] = body
        store.setup.cache(realm_id, name, list(rows.values()))


def read_reference(accounting: Accounting, store: WorkspaceStore, seconds: int) -> Reference:
    """Company, preferences, tax codes, items and accounts, inactive ones included; active payment methods.

    Tax rates are read as in force today: the plain rate value of a rate that was changed may be the old one.
    At most seven calls, none while all of them are kept.

    :param seconds: Lists read within so long are used.
    """

    def cached(name: str, read: Callable[[], Any]) -> Any:
        found = store.setup.fetch_cached(accounting.realm_id, name, seconds=seconds)
        if found is None:
            found = read()
            store.setup.cache(accounting.realm_id, name, found)
        return found

    def rows(entity: str, where: str = _ALL) -> list[Body]:
        return list(cached(entity, lambda: list(accounting.query(entity, where))))

    def entries(entity: str, type_property: str = "", where: str = _ALL) -> dict[str, ListEntry]:
        found = (read_entry(body, type_property=type_property) for body in rows(entity, where))
        return {entry.id: entry for entry in found}

    company = cached("CompanyInfo", lambda: dict(accounting.read_company()))
    preferences = cached("Preferences", lambda: dict(accounting.read_preferences()))
    return Reference(
        company=read_company(company, preferences),
        tax_codes=read_tax_codes(rows("TaxCode"), rows("TaxRate"), datetime.now(UTC).date()),
        items=entries("Item", "Type"),
        accounts=entries("Account", "AccountType"),
        payment_methods=entries("PaymentMethod", where=""),
    )
