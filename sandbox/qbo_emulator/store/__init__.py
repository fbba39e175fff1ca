"""State: companies, their tables and indexes."""

from __future__ import annotations

from .company import NAMES, TRANSACTIONS, Change, Company, Tombstone
from .table import Table
from .values import Document, ValueKind, comparable, id_number, moment_seconds, value_at

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
    "value_at",
]
