"""One QuickBooks company: its rows, its settings, and the bookkeeping every change needs."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from qbo_emulator.store.service_faults import FeedFaults, Unreadable
from qbo_emulator.store.switches import Switches
from qbo_emulator.store.table import Table
from qbo_emulator.store.values import Document, ValueKind, value_at
from qbo_emulator.values.clock import Clock, document_stamp
from qbo_emulator.values.money import ZERO, amount_number, dec

OPEN_AMOUNT_FIELD = {
    "Invoice": ("Balance", 1),
    "CreditMemo": ("RemainingCredit", -1),
    "Payment": ("UnappliedAmt", -1),
}
TRANSACTIONS = "transactions"
NAMES = "names"


def open_amount(entity: str, document: Document) -> Decimal:
    """What a document adds to its customer's balance, in major units: what is owed, less what is in
    credit.
    """
    field, sign = OPEN_AMOUNT_FIELD.get(entity, ("", 0))
    return dec(document.get(field)) * sign if sign else ZERO


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to one document, for webhooks."""

    entity: str
    row_id: str
    operation: str
    """created, updated, deleted, voided or merged."""
    at: float
    """Sandbox time, epoch seconds."""
    deleted_id: str | None = None
    """Of a merge: the name that went into this one."""

    def merging(self, deleted_id: str) -> Change:
        """The same, as the merge of ``deleted_id`` into it."""
        return replace(self, operation="merged", deleted_id=deleted_id)


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A deleted document, as CDC reports it."""

    entity: str
    row_id: str
    at: float
    """Sandbox time, epoch seconds."""


class Company:
    """State of one realm. Documents go in through ``put``, ``bump`` and ``remove`` only, so that sync tokens,
    times,
    tombstones and webhook events can never be forgotten.
    """

    def __init__(
        self, realm: str, country: str, clock: Clock, indexes: Mapping[str, Mapping[str, ValueKind]]
    ) -> None:
        self.realm, self.country, self.clock = realm, country, clock
        self.switches = Switches()
        self.tables = {entity: Table(indexed) for entity, indexed in indexes.items()}
        self.sequences: dict[str, int] = {}
        self.numbers: dict[str, int] = {}
        """Last automatic DocNumber per entity."""
        self.files: dict[str, bytes] = {}
        """Contents of uploaded files by Attachable Id."""
        self.tombstones: list[Tombstone] = []
        self.changes: deque[Change] = deque(maxlen=100_000)
        self.visible_from: dict[tuple[str, str], float] = {}
        """Rows hidden from queries until a moment; filled only when ``lag_seconds`` is set."""
        self.feed = FeedFaults()
        self.unreadable: dict[tuple[str, str], Unreadable] = {}
        """Records that cannot be read, by entity and Id."""
        self.preferences: Document = {}
        self.info: Document = {}
        self.home_currency = ""
        self.exchange_rates: dict[str, list[tuple[str, str]]] = {}
        """(first day, home units for one) by currency code."""
        self.books_closed_through: str | None = None
        self.subscription_active = True
        self.connected = True
        self.user_name = "Morgan Reid"
        """Who a stale-object fault says was working at the same time."""

    def next_id(self, sequence: str) -> str:
        """The next Id of a sequence. Transactions of all kinds share one, as do customers, vendors,
        employees.
        """
        self.sequences[sequence] = self.sequences.get(sequence, 0) + 1
        return str(self.sequences[sequence])

    def now_stamp(self) -> str:
        """MetaData's form of this moment."""
        return document_stamp(self.clock.now())

    def table(self, entity: str) -> Table:
        """The rows of one entity."""
        return self.tables[entity]

    def get(self, entity: str, row_id: str) -> Document | None:
        """One document, or None."""
        return self.tables[entity].get(str(row_id))

    def put(self, entity: str, document: Document, operation: str) -> Document:
        """Store a finished document, keep its customer's balance, and note the change."""
        self._move_balance(entity, self.get(entity, document["Id"]), document)
        self.tables[entity].put(document)
        self._note(entity, document["Id"], operation)
        return document

    def bump(
        self, entity: str, document: Document, changes: Mapping[str, Any], operation: str = "updated"
    ) -> Document:
        """Store ``document`` with ``changes`` under the next sync token; a value of None removes the
        property.

        This is also how a payment changes its invoice: the invoice's cached token goes stale without an edit.
        """
        merged = {key: value for key, value in {**document, **changes}.items() if value is not None}
        merged["SyncToken"] = str(int(document["SyncToken"]) + 1)
        merged["MetaData"] = {**document["MetaData"], "LastUpdatedTime": self.now_stamp()}
        return self.put(entity, merged, operation)

    def remove(self, entity: str, row_id: str) -> None:
        """Delete a document, leaving a tombstone for CDC."""
        self._move_balance(entity, self.get(entity, row_id), None)
        self.tables[entity].remove(row_id)
        self.tombstones.append(Tombstone(entity, row_id, self.clock.seconds()))
        self._note(entity, row_id, "deleted")

    def was_deleted(self, entity: str, row_id: str) -> bool:
        """Whether such a document once existed."""
        return any(stone.entity == entity and stone.row_id == row_id for stone in self.tombstones)

    def visible(self, entity: str, document: Document) -> bool:
        """Whether queries and CDC see the document yet (read-after-write lag)."""
        record = self.unreadable.get((entity, document["Id"]))
        if record and record.how == "hidden":
            return False
        if not self.visible_from:
            return True
        return self.visible_from.get((entity, document["Id"]), 0.0) <= self.clock.seconds()

    def spoils(self, entity: str, document: Document) -> bool:
        """Whether an answer that holds the document fails whole."""
        record = self.unreadable.get((entity, document["Id"]))
        return record is not None and record.fails_pages

    def tax_codes_are_us(self) -> bool:
        """Whether lines carry ``TAX`` and ``NON`` instead of tax code Ids."""
        return self.country == "US"

    def _move_balance(self, entity: str, old: Document | None, new: Document | None) -> None:
        """A customer's balance follows its documents without a new sync token, as it does in QuickBooks."""
        for document, sign in ((old, -1), (new, 1)):
            effect = open_amount(entity, document) * sign if document else ZERO
            customer_id = value_at(document, "CustomerRef") if document else None
            direct = True
            while effect and customer_id:
                customer = self.tables["Customer"].get(customer_id)
                if customer is None:
                    break
                changed = {
                    **customer,
                    "BalanceWithJobs": amount_number(dec(customer["BalanceWithJobs"]) + effect),
                }
                if direct:
                    changed["Balance"] = amount_number(dec(customer["Balance"]) + effect)
                self.tables["Customer"].put(changed)
                customer_id, direct = value_at(changed, "ParentRef"), False

    def _note(self, entity: str, row_id: str, operation: str) -> None:
        now = self.clock.seconds()
        self.changes.append(Change(entity, row_id, operation, now))
        if self.switches.lag_seconds:
            self.visible_from[(entity, row_id)] = now + self.switches.lag_seconds
