"""Rows of long ago in both databases: what a practice has done, posted and had answered over the years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from ops.local.postgres import Database

FIRST = 10_000_000
"""Ids of the old ones begin after it."""
MOMENT = "TIMESTAMPTZ '2024-01-01' + n % 600 * interval '1 day'"
DATES = {"issue_date": 0, "document_date": 0, "due_date": 31}
"""Columns that say which day, and how many days later."""
LONG_AGO = frozenset(
    "updated_at created_at finalised_at allocated_at staged_at released_at made_at posted_at verified_at"
    " prepared_at answered_at at started_at finished_at seen_at changed_at first_seen_at last_seen_at"
    " linked_at accepted_at".split()
)
"""Columns that say when: long ago in each copy, where the row has them."""
OLD = f"{FIRST} + n"
COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = %s AND table_name = %s AND is_generated = 'NEVER'
  AND NOT (is_identity = 'YES' AND identity_generation = 'ALWAYS')
ORDER BY ordinal_position
"""


@dataclass(frozen=True)
class Copied:
    """A row of a table that is copied, with what differs in each copy: SQL over ``n`` and the row ``o``."""

    table: str
    where: str = "true"
    to: Mapping[str, str] = field(default_factory=dict)


_IMPORTED = "20000000 + n"
_VOIDED = "30000000 + n"
_NUMBER = "'OLD-' || n"
INVOICE = Copied("caspen.invoice", to={"id": OLD, "number": _NUMBER, "status": "'paid'", "balance": "0"})
CASPEN = [
    Copied("caspen.client", to={"id": OLD}),
    INVOICE,
    Copied(
        "caspen.invoice", to={"id": _IMPORTED, "number": "'OLDER-' || n", "status": "'paid'", "balance": "0"}
    ),
    Copied(
        "caspen.payment",
        to={"id": OLD, "number": _NUMBER, "source": "'manual'", "source_ref": "NULL"},
    ),
    Copied(
        "caspen.payment",
        to={
            "id": _IMPORTED,
            "number": "'THEIRS-' || n",
            "source": "'quickbooks'",
            "source_ref": "'9:o' || n",
        },
    ),
    Copied("caspen.payment_allocation", to={"id": OLD, "payment_id": OLD, "invoice_id": OLD}),
    Copied("caspen.payment_allocation", to={"id": _IMPORTED, "payment_id": _IMPORTED, "invoice_id": OLD}),
    Copied("caspen.credit_note", to={"id": OLD, "number": _NUMBER, "invoice_id": OLD}),
]
"""Posted and equal, with and without money from QuickBooks, and from before the connection."""
_DOCUMENT = {"document_id": OLD, "invoice_id": OLD, "document_number": _NUMBER, "client_id": OLD}
_HISTORICAL = {
    "document_id": _IMPORTED,
    "invoice_id": _IMPORTED,
    "excluded_reason": "'historical'",
    "wanted": "'as_is'",
    "synced_version": "NULL",
    "shown_status": "NULL",
}
_TAKEN_OUT = {
    "document_id": _VOIDED,
    "invoice_id": _VOIDED,
    "finalised": "false",
    "caspen_status": "'void'",
    "excluded_reason": "'never_synced'",
    "wanted": "'as_is'",
    "synced_version": "'absent'",
    "shown_status": "'Synced'",
}
_LINK = {"document_id": OLD, "doc_number": _NUMBER, "customer_id": "'o' || n"}
_OURS = "document_kind = 'payment' AND excluded_reason IS NULL"
_THEIRS = "document_kind = 'payment' AND excluded_reason = 'imported'"
DOCUMENT = Copied("qbo_sync.document", "document_kind = 'invoice' AND version = synced_version", _DOCUMENT)
LINK = Copied("qbo_sync.document_link", "document_kind = 'invoice'", {**_LINK, "quickbooks_id": "'i' || n"})
SYNC = [
    DOCUMENT,
    Copied("qbo_sync.document", "document_kind = 'credit_note' AND version = synced_version", _DOCUMENT),
    Copied("qbo_sync.document", _OURS, _DOCUMENT),
    Copied("qbo_sync.document", _THEIRS, {**_DOCUMENT, "document_id": _IMPORTED}),
    Copied("qbo_sync.document", "document_kind = 'invoice'", {**_DOCUMENT, **_HISTORICAL}),
    Copied("qbo_sync.document", "document_kind = 'invoice'", {**_DOCUMENT, **_TAKEN_OUT}),
    LINK,
    Copied(
        "qbo_sync.document_link",
        "document_kind = 'invoice'",
        {**_LINK, "document_id": _VOIDED, "quickbooks_id": "'v' || n", "removed_at": MOMENT},
    ),
    Copied("qbo_sync.document_link", "document_kind = 'credit_note'", {**_LINK, "quickbooks_id": "'c' || n"}),
    Copied(
        "qbo_sync.document_link",
        "origin = 'caspen'",
        {**_LINK, "document_kind": "'payment'", "quickbooks_type": "'Payment'", "quickbooks_id": "'p' || n"},
    ),
    Copied(
        "qbo_sync.document_link",
        "origin = 'quickbooks'",
        {**_LINK, "document_id": _IMPORTED, "quickbooks_id": "'o' || n"},
    ),
    Copied(
        "qbo_sync.request",
        "document_kind = 'invoice'",
        {
            "document_id": OLD,
            "batch_id": "'old' || n",
            "quickbooks_id": "'i' || n",
            "run_id": "'old' || n / 30",
        },
    ),
    Copied(
        "qbo_sync.unsynced_invoice",
        to={"document_id": OLD, "invoice_id": OLD, "resolved_at": MOMENT, "resolution": "'synced'"},
    ),
    Copied("qbo_sync.document_event", to={"document_id": OLD}),
    Copied("qbo_sync.sync_run", "job = 'post'", {"run_id": "'old' || n"}),
    Copied("qbo_sync.sync_run", "job = 'import'", {"run_id": "'old' || n"}),
    Copied("qbo_sync.snapshot", "quickbooks_type = 'Invoice'", {"quickbooks_id": "'i' || n"}),
    Copied("qbo_sync.snapshot", "quickbooks_type = 'Payment'", {"quickbooks_id": "'p' || n"}),
    Copied("qbo_sync.customer_link", to={"client_id": OLD, "customer_id": "'o' || n"}),
    Copied("qbo_sync.customer_link_event", to={"client_id": OLD, "to_customer": "'o' || n"}),
]
"""The same as this project keeps it, with what was sent, seen, listed, closed and taken out."""


def add_old(database: Database, copies: Sequence[Copied], first: int, last: int) -> None:
    """As many copies of each as the numbers from first to last. Caspen's own triggers stay out of it."""
    with psycopg.connect(database.uri, autocommit=True) as connection:
        for copied in copies:
            _copy(connection, copied, first, last)
    tidy(database, copies)


def tidy(database: Database, copies: Sequence[Copied]) -> None:
    """As PostgreSQL does it after a while."""
    with psycopg.connect(database.uri, autocommit=True) as connection:
        for table in {copied.table: None for copied in copies}:
            connection.execute(f"VACUUM ANALYZE {table}")


def _copy(connection: psycopg.Connection, copied: Copied, first: int, last: int) -> None:
    schema, _, table = copied.table.partition(".")
    found = connection.execute(COLUMNS, [schema, table]).fetchall()
    columns = [name for (name,) in found]
    values = [sql.SQL(_value(copied, name)) for name in columns]
    of_caspen = schema == "caspen"
    if of_caspen:
        connection.execute(f"ALTER TABLE {copied.table} DISABLE TRIGGER USER")
    made = connection.execute(
        sql.SQL(
            "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values}"
            " FROM generate_series({first}::bigint, {last}) n"
            " CROSS JOIN (SELECT * FROM {table} WHERE {where} LIMIT 1) o"
        ).format(
            table=sql.Identifier(schema, table),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=sql.SQL(", ").join(values),
            first=sql.Literal(first),
            last=sql.Literal(last),
            where=sql.SQL(copied.where),
        )
    )
    assert made.rowcount == last - first + 1, f"{copied.table}: no row to copy where {copied.where}"
    if of_caspen:
        connection.execute(f"ALTER TABLE {copied.table} ENABLE TRIGGER USER")


def _value(copied: Copied, column: str) -> str:
    if column in copied.to:
        return copied.to[column]
    if column in LONG_AGO:
        return f"CASE WHEN o.{column} IS NOT NULL THEN {MOMENT} END"
    if column in DATES:
        return f"DATE '2024-01-01' + (n % 600)::int + {DATES[column]}"
    return f"o.{column}"
