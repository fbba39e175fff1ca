"""Rows of Caspen's tables, written straight into a test's database; a test names only what matters to it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from psycopg import Connection, sql

WORKSPACE = 1
OTHER_WORKSPACE = 2
CLIENT = 11
OTHER_CLIENT = 21
"""Of the other workspace."""

_DAY = date(2026, 10, 1)

DEFAULTS: dict[str, dict[str, Any]] = {
    "workspace": {"name": "Practice"},
    "client": {"workspace_id": WORKSPACE, "first_name": "Ada"},
    "tax_rate": {"workspace_id": WORKSPACE, "name": "GST", "rate": Decimal("10.0000")},
    "invoice": {
        "workspace_id": WORKSPACE,
        "client_id": CLIENT,
        "issue_date": _DAY,
        "due_date": _DAY,
        "tax_mode": "exclusive",
    },
    "invoice_line": {
        "kind": "service",
        "name": "Consultation",
        "quantity": Decimal("1"),
        "unit_price": Decimal("100"),
        "amount": Decimal("100.00"),
    },
    "credit_note": {
        "workspace_id": WORKSPACE,
        "reason": "never read",
        "issue_date": _DAY,
        "tax_mode": "exclusive",
        "subtotal": Decimal("10.00"),
        "tax_total": Decimal("0.00"),
        "total": Decimal("10.00"),
    },
    "credit_note_line": {"quantity": Decimal("1"), "amount": Decimal("10.00")},
    "payment": {
        "workspace_id": WORKSPACE,
        "client_id": CLIENT,
        "method": "Cash",
        "payment_date": _DAY,
        "amount": Decimal("100.00"),
    },
    "payment_allocation": {"workspace_id": WORKSPACE, "amount": Decimal("100.00")},
}
"""Columns that have no default in the schema and no meaning in most tests."""

_NUMBERED = {"invoice": "INV", "credit_note": "CN", "payment": "PAY"}

STANDING: tuple[tuple[str, dict[str, Any]], ...] = (
    ("workspace", {"id": WORKSPACE}),
    ("workspace", {"id": OTHER_WORKSPACE}),
    ("client", {"id": CLIENT}),
    ("client", {"id": OTHER_CLIENT, "workspace_id": OTHER_WORKSPACE}),
)
"""What every other row refers to unless it says otherwise."""


def insert(connection: Connection[Any], table: str, **columns: Any) -> None:
    """Insert one row of ``caspen.<table>``.

    ``updated_at`` is taken as Caspen's clock for this row, because its triggers stamp the column themselves.
    """
    values = {**DEFAULTS[table], **columns}
    if table in _NUMBERED and "number" not in values:
        values["number"] = f"{_NUMBERED[table]}-{values['id']}"
    clock = values.get("updated_at")
    connection.execute("SELECT set_config('caspen_app.clock', %s, false)", [str(clock) if clock else ""])
    connection.execute(
        sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier("caspen", table),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(map(sql.Placeholder, values)),
        ),
        values,
    )
    connection.execute("SELECT set_config('caspen_app.clock', '', false)")


def insert_standing(connection: Connection[Any]) -> None:
    """Two workspaces with a client each."""
    for table, columns in STANDING:
        insert(connection, table, **columns)


def insert_invoice(connection: Connection[Any], invoice_id: int, total: str, **columns: Any) -> None:
    """An open invoice nothing was paid on yet, unless the columns say otherwise."""
    amount = Decimal(total)
    values = {"status": "open", "subtotal": amount, "total": amount, "balance": amount, **columns}
    insert(connection, "invoice", id=invoice_id, **values)
