"""What every member of staff's screen shares: a transaction, a clock, row locks, numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal
from typing import Any, LiteralString

from psycopg import Connection, Cursor
from psycopg.rows import DictRow, dict_row

from caspen_seed.database import only_row
from caspen_seed.errors import CaspenRefused

Row = dict[str, Any]


class Desk:
    """The base of `Staff`: each action is one transaction on the given connection.

    Inside a transaction that the caller began, an action is a savepoint and becomes visible when the caller
    commits, later than its updated_at says. That is how rows come to appear behind a reader's cursor.
    """

    def __init__(self, connection: Connection, workspace_id: int) -> None:
        self._connection = connection
        self._workspace_id = workspace_id

    @property
    def workspace_id(self) -> int:
        return self._workspace_id

    @contextmanager
    def _action(self, at: dt.datetime | None) -> Iterator[Cursor[DictRow]]:
        """One action of staff, all or nothing.

        :param at: When it happened, for making history: every stamp it leaves, updated_at too, says so.
        """
        if at is not None and at.tzinfo is None:
            raise ValueError(f"at is {at.isoformat()}, expected a time with a time zone")
        with self._transaction(), self._connection.cursor(row_factory=dict_row) as cursor:
            if at is not None:
                set_clock(self._connection, at)
            yield cursor
            if at is not None:
                set_clock(self._connection, None)

    def _transaction(self) -> AbstractContextManager[object]:
        return self._connection.transaction()

    def _lock_invoice(self, cursor: Cursor[DictRow], invoice_id: int) -> Row:
        return self._lock_invoices(cursor, [invoice_id])[invoice_id]

    def _lock_invoices(self, cursor: Cursor[DictRow], invoice_ids: Iterable[int]) -> dict[int, Row]:
        """Lock the rows in the order of their ids: two payments over the same invoices cannot deadlock."""
        wanted = sorted(set(invoice_ids))
        cursor.execute(
            "SELECT * FROM caspen.invoice WHERE workspace_id = %s AND id = ANY(%s) ORDER BY id FOR UPDATE",
            [self._workspace_id, wanted],
        )
        found = {row["id"]: row for row in cursor}
        for invoice_id in wanted:
            if invoice_id not in found:
                raise self._unknown("invoice", invoice_id)
        return found

    def _find(self, cursor: Cursor[DictRow], statement: LiteralString, kind: str, record_id: int) -> Row:
        """Run a SELECT with workspace and id, locking or not; refuse when there is no such row here."""
        row = cursor.execute(statement, [self._workspace_id, record_id]).fetchone()
        if row is None:
            raise self._unknown(kind, record_id)
        return row

    @staticmethod
    def _insert_numbered(
        cursor: Cursor[DictRow], statement: LiteralString, values: Row, *, number: str | None, kind: str
    ) -> Row:
        """Insert a row that carries a number: the one that was typed, or the next free one.

        :param statement: INSERT ... ON CONFLICT DO NOTHING RETURNING; it takes the next number where the
            parameter `number` is null.
        :raises CaspenRefused: the typed number is in use.
        """
        row = None
        while row is None:  # ends: each turn takes the next number, and only finitely many are in use
            row = cursor.execute(statement, {**values, "number": number}).fetchone()
            if row is None and number is not None:
                raise CaspenRefused(f"{kind} number {number!r}", "already used", "expected a free one")
        return row

    def _settle(self, cursor: Cursor[DictRow], invoice_id: int) -> Decimal:
        """Recompute the balance of a locked, finalised invoice after money moved, and with it open or paid.

        :return: The new balance.
        """
        cursor.execute(
            """
            WITH due AS (
              SELECT i.id, i.total
                - coalesce((SELECT sum(a.amount) FROM caspen.payment_allocation a
                            WHERE a.invoice_id = i.id AND a.deleted_at IS NULL), 0)
                - coalesce((SELECT sum(n.total) FROM caspen.credit_note n
                            WHERE n.invoice_id = i.id AND n.status = 'issued'), 0) AS balance
              FROM caspen.invoice i WHERE i.id = %s
            )
            UPDATE caspen.invoice i
            SET balance = due.balance, status = CASE WHEN due.balance = 0 THEN 'paid' ELSE 'open' END
            FROM due WHERE i.id = due.id
            RETURNING i.balance
            """,
            [invoice_id],
        )
        return only_row(cursor)["balance"]

    def _today(self, cursor: Cursor[DictRow]) -> dt.date:
        """The date in the practice's time zone."""
        cursor.execute(
            "SELECT (caspen_app.clock() AT TIME ZONE time_zone)::date AS today "
            "FROM caspen.workspace WHERE id = %s",
            [self._workspace_id],
        )
        return only_row(cursor)["today"]

    def _unknown(self, kind: str, record_id: int) -> CaspenRefused:
        return CaspenRefused(
            f"{kind} {record_id}", f"not found in workspace {self._workspace_id}", "expected its id"
        )


def set_clock(connection: Connection, at: dt.datetime | None) -> None:
    """Until the transaction ends, everything on this connection happens at `at`; None: at its real time."""
    connection.execute("SELECT set_config('caspen_app.clock', %s, true)", [at.isoformat() if at else ""])


def named(kind: str, row: Row) -> str:
    """How messages call a record: by its number and its id."""
    return f"{kind} {row['number']} ({row['id']})"
