"""Staff at the till: payments and what they pay."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from psycopg import Cursor
from psycopg.rows import DictRow

from caspen_seed.arithmetic import ZERO, Number, exact
from caspen_seed.database import only_row
from caspen_seed.errors import CaspenRefused
from caspen_seed.records import Payment
from caspen_seed.staff.desk import Row, named
from caspen_seed.staff.invoicing import Invoicing

INSERT_PAYMENT = """
    INSERT INTO caspen.payment (
      id, workspace_id, number, client_id, method, payment_date, amount, description, source, source_ref,
      created_at)
    VALUES (
      nextval('caspen_app.payment_id'), %(workspace_id)s,
      coalesce(%(number)s::text, caspen_app.next_number('PAY', 'caspen_app.payment_number')),
      %(client_id)s, %(method)s, %(payment_date)s, %(amount)s, %(description)s, %(source)s, %(source_ref)s,
      caspen_app.clock())
    ON CONFLICT (workspace_id, number) DO NOTHING RETURNING id, number
"""


class Payments(Invoicing):
    """Money received. Part of `Staff`."""

    def pay(
        self,
        client_id: int,
        allocations: Mapping[int, Number],
        *,
        amount: Number | None = None,
        method: str = "EFTPOS",
        payment_date: dt.date | None = None,
        description: str | None = None,
        number: str | None = None,
        source: str = "manual",
        source_ref: str | None = None,
        at: dt.datetime | None = None,
    ) -> Payment:
        """Record a payment of a client over any number of open invoices.

        :param allocations: Invoice id to the amount of this payment that pays it; may be empty.
        :param amount: Of the whole payment; the sum of the allocations when not given. What exceeds them
            stays unallocated.
        :param payment_date: Today in the workspace's time zone when not given.
        :raises CaspenRefused: an invoice is not open, or would be paid more than its balance; or the
            allocations exceed the payment.
        """
        parts = {key: exact(value, "allocation", 2, above_zero=True) for key, value in allocations.items()}
        allocated = sum(parts.values(), ZERO)
        whole = allocated if amount is None else exact(amount, "amount", 2, above_zero=True)
        if not whole:
            raise CaspenRefused(
                f"payment of client {client_id}", "amount is 0.00", "expected more than nothing"
            )
        if allocated > whole:
            raise CaspenRefused(
                f"payment of client {client_id}",
                f"allocations sum to {allocated}",
                f"the payment is of {whole}",
            )
        with self._action(at) as cursor:
            client = self._hold_client(cursor, client_id)
            values = {
                "workspace_id": self._workspace_id,
                "client_id": client_id,
                "method": method,
                "amount": whole,
                "payment_date": payment_date or client["today"],
                "description": description,
                "source": source,
                "source_ref": source_ref,
            }
            payment = self._insert_numbered(cursor, INSERT_PAYMENT, values, number=number, kind="payment")
            invoices = self._lock_invoices(cursor, parts)
            ids = [self._allocate(cursor, payment["id"], invoices[key], part) for key, part in parts.items()]
        return Payment(payment["id"], payment["number"], tuple(ids), whole - allocated)

    def allocate(
        self, payment_id: int, invoice_id: int, amount: Number, *, at: dt.datetime | None = None
    ) -> int:
        """Use money that was left unallocated on a payment to pay an invoice.

        :return: The allocation's id.
        :raises CaspenRefused: not that much is left, or the invoice is not open or owes less.
        """
        part = exact(amount, "amount", 2, above_zero=True)
        with self._action(at) as cursor:
            payment = self._lock_payment(cursor, payment_id)
            left = payment["amount"] - self._allocated(cursor, payment_id)
            if part > left:
                raise CaspenRefused(
                    named("payment", payment), f"{left} is unallocated", f"{part} was asked for"
                )
            return self._allocate(cursor, payment_id, self._lock_invoice(cursor, invoice_id), part)

    def unlink(self, allocation_id: int, *, at: dt.datetime | None = None) -> None:
        """Take a payment off an invoice: the money goes back to unallocated, and a paid invoice is open
        again.

        :raises CaspenRefused: it was unlinked before.
        """
        with self._action(at) as cursor:
            statement = "SELECT * FROM caspen.payment_allocation WHERE workspace_id = %s AND id = %s"
            allocation = self._find(cursor, statement, "allocation", allocation_id)
            self._lock_invoice(cursor, allocation["invoice_id"])
            self._unlink(cursor, allocation_id)
            self._settle(cursor, allocation["invoice_id"])

    def void_payment(self, payment_id: int, *, at: dt.datetime | None = None) -> None:
        """Void a payment: unlink it from every invoice, then void it. :raises CaspenRefused: it is void."""
        with self._action(at) as cursor:
            self._lock_payment(cursor, payment_id)
            cursor.execute(
                "SELECT id, invoice_id FROM caspen.payment_allocation "
                "WHERE payment_id = %s AND deleted_at IS NULL ORDER BY id",
                [payment_id],
            )
            live = cursor.fetchall()
            self._lock_invoices(cursor, (row["invoice_id"] for row in live))
            for row in live:
                self._unlink(cursor, row["id"])
                self._settle(cursor, row["invoice_id"])
            cursor.execute(
                "UPDATE caspen.payment SET status = 'void', voided_at = caspen_app.clock() WHERE id = %s",
                [payment_id],
            )

    def _lock_payment(self, cursor: Cursor[DictRow], payment_id: int) -> Row:
        statement = "SELECT * FROM caspen.payment WHERE workspace_id = %s AND id = %s FOR NO KEY UPDATE"
        payment = self._find(cursor, statement, "payment", payment_id)
        if payment["status"] == "void":
            raise CaspenRefused(named("payment", payment), "status is void", "expected a live payment")
        return payment

    @staticmethod
    def _allocated(cursor: Cursor[DictRow], payment_id: int) -> Decimal:
        cursor.execute(
            "SELECT coalesce(sum(amount), 0) AS allocated FROM caspen.payment_allocation "
            "WHERE payment_id = %s AND deleted_at IS NULL",
            [payment_id],
        )
        return only_row(cursor)["allocated"]

    def _allocate(self, cursor: Cursor[DictRow], payment_id: int, invoice: Row, part: Decimal) -> int:
        if invoice["status"] != "open":
            raise CaspenRefused(
                named("invoice", invoice),
                f"status is {invoice['status']}",
                "only an open invoice can be paid",
            )
        if part > invoice["balance"]:
            raise CaspenRefused(
                named("invoice", invoice),
                f"balance is {invoice['balance']}",
                f"{part} would overpay it",
                "leave the rest unallocated",
            )
        cursor.execute(
            "INSERT INTO caspen.payment_allocation "
            "(id, workspace_id, payment_id, invoice_id, amount, allocated_at) "
            "VALUES (nextval('caspen_app.allocation_id'), %s, %s, %s, %s, caspen_app.clock()) RETURNING id",
            [self._workspace_id, payment_id, invoice["id"], part],
        )
        allocation_id = only_row(cursor)["id"]
        self._settle(cursor, invoice["id"])
        return allocation_id

    @staticmethod
    def _unlink(cursor: Cursor[DictRow], allocation_id: int) -> None:
        row = cursor.execute(
            "UPDATE caspen.payment_allocation SET deleted_at = caspen_app.clock() "
            "WHERE id = %s AND deleted_at IS NULL RETURNING id",
            [allocation_id],
        ).fetchone()
        if row is None:
            raise CaspenRefused(f"allocation {allocation_id}", "already unlinked", "expected a live one")
