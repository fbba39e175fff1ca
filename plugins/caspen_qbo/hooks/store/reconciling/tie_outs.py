"""Sums over the frozen comparison, and the documents behind a difference of sums."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.money import ZERO
from caspen_qbo.core.reconciling.tie_outs import ITEMS_MAX, Item, KnownReason
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class ComparedSums:
    document_kind: DocumentKind
    origin: str
    caspen_total: Decimal
    quickbooks_total: Decimal
    caspen_balance: Decimal
    quickbooks_balance: Decimal


@dataclass(frozen=True, slots=True)
class UnsyncedSum:
    documents: int
    amount: Decimal
    """Due on them in Caspen."""
    foreign_documents: int
    """In another currency; not among ``documents``."""


@dataclass(frozen=True, slots=True)
class Receivables:
    """What leads from the open balances of compared invoices to what QuickBooks says our clients owe."""

    foreign_compared: Decimal
    """Of compared invoices that QuickBooks has in another currency; in the home currency, as all are."""
    moved: Decimal
    """Of compared invoices, on customers who are no clients of Caspen's."""
    held: Decimal
    """Of posted invoices of which Caspen has a newer version that waits or is listed."""
    other: Decimal
    """Of invoices that are not of Caspen's."""
    unused_credits: Decimal
    unapplied_payments: Decimal


@dataclass(frozen=True, slots=True)
class ForeignDocument:
    """Linked, and in another currency in QuickBooks."""

    quickbooks_type: str
    quickbooks_id: str
    currency: str
    total: Decimal
    """In that currency."""
    home_total: Decimal
    """In the home currency, by QuickBooks' own home amount or the document's rate."""
    in_all: int
    """How many there are."""


@dataclass(frozen=True, slots=True)
class AccountPayments:
    """What leads from the compared payments to the payments on the payment account in QuickBooks."""

    elsewhere: Decimal
    """Compared, on another account."""
    rest: Decimal
    """What the others pay that is not on our invoices, or not yet at all."""
    held: Decimal
    """Posted, of which Caspen has a newer version that waits or is listed."""
    other: Decimal
    """Not linked to Caspen."""


@dataclass(frozen=True, slots=True)
class OtherTax:
    """What QuickBooks has in a span that is not compared."""

    name: str
    """other: not of Caspen's. held: posted, and Caspen has a newer version that waits or is listed."""
    documents: int
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class TaxedDocument:
    """A compared invoice or credit note; ``facts`` is None where QuickBooks does not have it."""

    document_kind: DocumentKind
    document_id: int
    document_number: str
    caspen_date: date | None
    caspen_subtotal: Decimal
    caspen_tax: Decimal
    quickbooks_date: date | None
    facts: DocumentFacts | None

    @property
    def key(self) -> DocumentKey:
        return DocumentKey(self.document_kind, self.document_id)


class TieOutStore(Subject):
    folder = "reconciling/tie_outs"

    def sum_compared(self) -> list[ComparedSums]:
        return self._read_values(ComparedSums, "sum_compared")

    def fetch_items(
        self, kind: DocumentKind, figure: str, *, imported: bool
    ) -> tuple[list[Item], int, Decimal]:
        """The largest that differ in ``figure`` (total or balance); of all, how many and QuickBooks minus
        Caspen. ``imported``: payments from QuickBooks, or all others.
        """
        which = {"document_kind": kind, "figure": figure, "imported": imported}
        in_all, delta, items = 0, ZERO, []
        for row in self._fetch_all("select_tie_out_items", **which, most=ITEMS_MAX):
            key = DocumentKey(kind, row["document_id"])
            items.append(Item(key, row["document_number"], row["caspen"], row["quickbooks"]))
            in_all, delta = row["items"], row["delta_of_all"]
        return items, in_all, delta

    def sum_receivables(self, realm_id: str) -> Receivables:
        return self._fetch_values(Receivables, "sum_receivables", realm_id=realm_id)[0]

    def fetch_foreign(self, realm_id: str, most: int) -> list[ForeignDocument]:
        return self._fetch_values(ForeignDocument, "select_foreign", realm_id=realm_id, most=most)

    def sum_customers(self, realm_id: str, balances: Mapping[str, Decimal]) -> Decimal:
        """:param balances: By customer id, of all of a company. :return: Of the workspace's clients."""
        owed: dict[str, Any] = {"customer_ids": list(balances), "balances": list(balances.values())}
        return Decimal(self._fetch_column("sum_customers", realm_id=realm_id, **owed)[0])

    def sum_unsynced(self) -> UnsyncedSum:
        return self._fetch_values(UnsyncedSum, "sum_unsynced")[0]

    def sum_account(self, realm_id: str, account_id: str) -> AccountPayments:
        keys = {"realm_id": realm_id, "account_id": account_id}
        return self._fetch_values(AccountPayments, "sum_account", **keys)[0]

    def sum_other_tax(self, realm_id: str, since: date, through: date | None = None) -> list[OtherTax]:
        return self._fetch_values(OtherTax, "sum_other_tax", realm_id=realm_id, since=since, through=through)

    def fetch_reasons(
        self, run_id: str, kind: DocumentKind, document_ids: Sequence[int]
    ) -> dict[int, KnownReason]:
        """Why documents differ, as far as something is known, by document id."""
        which = {"run_id": run_id, "document_kind": kind, "document_ids": list(document_ids)}
        found = self._read_values(KnownReason, "select_reasons", **which)
        return {reason.document_id: reason for reason in found}

    def fetch_taxed(self, realm_id: str, since: date) -> Iterator[list[TaxedDocument]]:
        return self._read_pages(TaxedDocument, "select_taxed", realm_id=realm_id, since=since)
