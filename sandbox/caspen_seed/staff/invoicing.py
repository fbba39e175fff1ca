"""Staff at the billing screen: draft, edit, finalise, revert, void and delete invoices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from psycopg import Cursor
from psycopg.rows import DictRow

from caspen_seed.arithmetic import TaxMode, compute_totals
from caspen_seed.database import only_row
from caspen_seed.errors import CaspenRefused
from caspen_seed.records import Invoice, InvoiceLine, NewLine
from caspen_seed.staff.desk import Row, named
from caspen_seed.staff.lines import Lines

DUE_AFTER_DAYS = 14
UNCHANGED = object()
"""Distinguishes "leave it as it is" from None, which empties a field."""

INSERT_INVOICE = """
    INSERT INTO caspen.invoice (
      id, workspace_id, number, client_id, invoice_to, reference, issue_date, due_date, tax_mode, currency,
      subtotal, discount_total, tax_total, total, balance, created_at)
    VALUES (
      nextval('caspen_app.invoice_id'), %(workspace_id)s,
      coalesce(%(number)s::text, caspen_app.next_number('INV', 'caspen_app.invoice_number')),
      %(client_id)s, %(invoice_to)s, %(reference)s, %(issue_date)s, %(due_date)s, %(tax_mode)s, %(currency)s,
      %(subtotal)s, %(discount_total)s, %(tax_total)s, %(total)s, %(total)s, caspen_app.clock())
    ON CONFLICT (workspace_id, number) WHERE deleted_at IS NULL DO NOTHING RETURNING id
"""


class Invoicing(Lines):
    """The life of an invoice, money aside. Part of `Staff`."""

    def draft_invoice(
        self,
        client_id: int,
        lines: Iterable[NewLine] = (),
        *,
        number: str | None = None,
        tax_mode: TaxMode | None = None,
        currency: str | None = None,
        issue_date: dt.date | None = None,
        due_date: dt.date | None = None,
        invoice_to: str | None = None,
        reference: str | None = None,
        at: dt.datetime | None = None,
    ) -> int:
        """Draft an invoice.

        :param number: Typed by hand, any length; the next free `INV-0001` when not given.
        :param tax_mode: The workspace's when not given; so is the currency.
        :param issue_date: Today in the workspace's time zone when not given; due 14 days later.
        :return: The invoice's id.
        :raises CaspenRefused: merged or unknown client, unknown tax rate, taxed line without a rate, used
            number.
        """
        with self._action(at) as cursor:
            client = self._hold_client(cursor, client_id)
            mode = tax_mode or client["tax_mode"]
            priced = self._price(cursor, tuple(lines), mode)
            totals = compute_totals((line.amounts for line in priced), mode)
            issued = issue_date or client["today"]
            values = {
                "workspace_id": self._workspace_id,
                "client_id": client_id,
                "tax_mode": mode,
                "invoice_to": invoice_to,
                "reference": reference,
                "currency": currency or client["currency"],
                "issue_date": issued,
                "due_date": due_date or issued + dt.timedelta(days=DUE_AFTER_DAYS),
                "subtotal": totals.subtotal,
                "discount_total": totals.discount_total,
                "tax_total": totals.tax_total,
                "total": totals.total,
            }
            invoice_id = self._insert_numbered(cursor, INSERT_INVOICE, values, number=number, kind="invoice")[
                "id"
            ]
            self._write_lines(cursor, invoice_id, priced)
        return invoice_id

    def edit_draft(
        self,
        invoice_id: int,
        *,
        lines: Iterable[NewLine] | None = None,
        number: str | None = None,
        client_id: int | None = None,
        tax_mode: TaxMode | None = None,
        currency: str | None = None,
        issue_date: dt.date | None = None,
        due_date: dt.date | None = None,
        invoice_to: str | object | None = UNCHANGED,
        reference: str | object | None = UNCHANGED,
        at: dt.datetime | None = None,
    ) -> None:
        """Change a draft; what is not given stays as it is.

        :param lines: All lines of the invoice as they shall be. A line keeps its id by its position.
        :raises CaspenRefused: not a live draft; the number is used; a line to be removed is on a credit note.
        """
        with self._action(at) as cursor:
            invoice = self._lock_draft(cursor, invoice_id, "edited")
            if client_id is not None:
                self._hold_client(cursor, client_id)
            if number is not None and number != invoice["number"]:
                self._refuse_used_number(cursor, number)
            mode = tax_mode or invoice["tax_mode"]
            wanted = tuple(lines) if lines is not None else self._lines_as_typed(cursor, invoice_id)
            cursor.execute(
                "UPDATE caspen.invoice SET number = %s, client_id = %s, tax_mode = %s, currency = %s, "
                "issue_date = %s, due_date = %s, invoice_to = %s, reference = %s WHERE id = %s",
                [
                    number or invoice["number"],
                    client_id or invoice["client_id"],
                    mode,
                    currency or invoice["currency"],
                    issue_date or invoice["issue_date"],
                    due_date or invoice["due_date"],
                    invoice["invoice_to"] if invoice_to is UNCHANGED else invoice_to,
                    invoice["reference"] if reference is UNCHANGED else reference,
                    invoice_id,
                ],
            )
            self._remove_lines_after(cursor, invoice, len(wanted))
            self._write_priced(cursor, invoice_id, self._price(cursor, wanted, mode), mode)

    def finalise(self, invoice_id: int, *, at: dt.datetime | None = None) -> None:
        """Finalise a draft, with lines or without: it becomes open and its lines take today's tax rates.

        An invoice whose total is zero stays open too: nothing was paid, and only an open one can be reverted.

        :raises CaspenRefused: not a live draft.
        """
        with self._action(at) as cursor:
            invoice = self._lock_draft(cursor, invoice_id, "finalised")
            self._refresh_rates(cursor, invoice)
            cursor.execute(
                "UPDATE caspen.invoice SET status = 'open', finalised_at = caspen_app.clock(), "
                "revision = revision + 1 WHERE id = %s",
                [invoice_id],
            )

    def revert_to_draft(self, invoice_id: int, *, at: dt.datetime | None = None) -> None:
        """Take an open invoice back to draft, to edit it or to delete it.

        :raises CaspenRefused: not open, or with a live allocation or an issued credit note.
        """
        with self._action(at) as cursor:
            self._lock_untouched(cursor, invoice_id, "reverted to draft")
            cursor.execute(
                "UPDATE caspen.invoice SET status = 'draft', reverted_at = caspen_app.clock() WHERE id = %s",
                [invoice_id],
            )

    def void_invoice(self, invoice_id: int, *, at: dt.datetime | None = None) -> None:
        """Void an open invoice, for good. Its amounts stay on it.

        :raises CaspenRefused: not open, or with a live allocation or an issued credit note.
        """
        with self._action(at) as cursor:
            self._lock_untouched(cursor, invoice_id, "voided")
            cursor.execute(
                "UPDATE caspen.invoice SET status = 'void', voided_at = caspen_app.clock() WHERE id = %s",
                [invoice_id],
            )

    def delete_draft(self, invoice_id: int, *, at: dt.datetime | None = None) -> None:
        """Delete a draft; its row stays, its number becomes free. :raises CaspenRefused: not a live draft."""
        with self._action(at) as cursor:
            self._lock_draft(cursor, invoice_id, "deleted")
            cursor.execute(
                "UPDATE caspen.invoice SET deleted_at = caspen_app.clock() WHERE id = %s", [invoice_id]
            )

    def balance(self, invoice_id: int) -> Decimal:
        """What the invoice's row says is due now. Changes nothing."""
        with self._action(None) as cursor:
            statement = "SELECT balance FROM caspen.invoice WHERE workspace_id = %s AND id = %s"
            return self._find(cursor, statement, "invoice", invoice_id)["balance"]

    def invoice(self, invoice_id: int) -> Invoice:
        """The invoice as Caspen's screen shows it now. Changes nothing."""
        with self._action(None) as cursor:
            columns = ", ".join(name for name in Invoice.__dataclass_fields__ if name != "lines")
            row = cursor.execute(
                f"SELECT {columns} FROM caspen.invoice WHERE workspace_id = %s AND id = %s",
                [self._workspace_id, invoice_id],
            ).fetchone()
            if row is None:
                raise self._unknown("invoice", invoice_id)
            columns = ", ".join(InvoiceLine.__dataclass_fields__)
            cursor.execute(
                f"SELECT {columns} FROM caspen.invoice_line WHERE invoice_id = %s ORDER BY position",
                [invoice_id],
            )
            return Invoice(**row, lines=tuple(InvoiceLine(**line) for line in cursor))

    # --- what the actions above are made of ---

    def _lock_draft(self, cursor: Cursor[DictRow], invoice_id: int, verb: str) -> Row:
        invoice = self._lock_invoice(cursor, invoice_id)
        if invoice["deleted_at"] is not None:
            raise CaspenRefused(named("invoice", invoice), "deleted", f"only a live draft can be {verb}")
        if invoice["status"] != "draft":
            raise CaspenRefused(
                named("invoice", invoice),
                f"status is {invoice['status']}",
                f"only a draft can be {verb}",
                "revert it to draft first" if invoice["status"] == "open" else "",
            )
        return invoice

    def _lock_untouched(self, cursor: Cursor[DictRow], invoice_id: int, verb: str) -> Row:
        """An open invoice on which no money has moved."""
        invoice = self._lock_invoice(cursor, invoice_id)
        if invoice["status"] != "open":
            raise CaspenRefused(
                named("invoice", invoice),
                f"status is {invoice['status']}",
                f"only an open invoice can be {verb}",
                "unlink its payments first" if invoice["status"] == "paid" else "",
            )
        cursor.execute(
            """
            SELECT
              EXISTS (SELECT FROM caspen.payment_allocation
                      WHERE invoice_id = %(id)s AND deleted_at IS NULL) AS paid,
              EXISTS (SELECT FROM caspen.credit_note
                      WHERE invoice_id = %(id)s AND status = 'issued') AS credited
            """,
            {"id": invoice_id},
        )
        touched = only_row(cursor)
        if touched["paid"] or touched["credited"]:
            seen, step = (
                ("has a live allocation", "unlink it first")
                if touched["paid"]
                else ("has an issued credit note", "void it first")
            )
            raise CaspenRefused(named("invoice", invoice), seen, f"expected none before it is {verb}", step)
        return invoice

    def _refuse_used_number(self, cursor: Cursor[DictRow], number: str) -> None:
        used = cursor.execute(
            "SELECT id FROM caspen.invoice WHERE workspace_id = %s AND number = %s AND deleted_at IS NULL",
            [self._workspace_id, number],
        ).fetchone()
        if used is not None:
            raise CaspenRefused(
                f"invoice number {number!r}", f"already used by invoice {used['id']}", "expected a free one"
            )
