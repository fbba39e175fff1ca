"""State: companies, their tables and indexes."""

from __future__ import annotations

from qbo_emulator.store.company import NAMES, TRANSACTIONS, Change, Company, Tombstone, open_amount
from qbo_emulator.store.table import Table
from qbo_emulator.store.values import Document, ValueKind, comparable, id_number, moment_seconds, value_at

__all__ = [
    "NAMES",
    "TRANSACTIONS",
    "Change",
    "Company",
    "Document",
    "Table",
    "Tombstone",
    "ValueKind",
    "comparable",
    "id_number",
    "moment_seconds",
    "open_amount",
    "value_at",
]
