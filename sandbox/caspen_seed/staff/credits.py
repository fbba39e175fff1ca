"""Staff at the billing screen: credit notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal, localcontext

from psycopg import Cursor
from psycopg.rows import DictRow

from caspen_seed.arithmetic import (
    PRECISION,
    ZERO,
    LineAmounts,
    Number,
    TaxMode,
    compute_tax,
    compute_totals,
    exact,
    half_up,
)
from caspen_seed.errors import CaspenRefused
from caspen_seed.records import CreditNote
from caspen_seed.staff.desk import Row, named
from caspen_seed.staff.payments import Payments

INSERT_CREDIT_NOTE = """
    INSERT INTO caspen.credit_note (
      id, workspace_id, number, invoice_id, reason, issue_date, tax_mode,
      subtotal, tax_total, total, created_at)
    VALUES (
      nextval('caspen_app.credit_note_id'), %(workspace_id)s,
      coalesce(%(number)s::text, caspen_app.next_number('CN', 'caspen_app.credit_note_number')),
      %(invoice_id)s, %(reason)s, %(issue_date)s, %(tax_mode)s,
      %(subtotal)s, %(tax_total)s, %(total)s, caspen_app.clock())
    ON CONFLICT (workspace_id, number) DO NOTHING RETURNING id, number
"""
INSERT_CREDIT_NOTE_LINE = """
    INSERT INTO caspen.credit_note_line (id, credit_note_id, invoice_line_id, quantity, amount, tax_rate_id,
                                         tax_percent, tax_amount)
    VALUES (nextval('caspen_app.credit_note_line_id'), %s, %s, %s, %s, %s, %s, %s)
"""


class Credits(Payments):
    """Credit notes. Part of `Staff`."""

    def credit(
        self,
        invoice_id: int,
        quantities: Mapping[int, Number | None] | None = None,
        *,
        reason: str = "Cancelled appointment",
        issue_date: dt.date | None = None,
        number: str | None = None,
        at: dt.datetime | None = None,
    ) -> CreditNote:
        """Issue a credit note against lines of an invoice that still owes money; its balance goes down at
        once.

        A part of a line is credited in proportion to its quantity, half-up to the cent; what is left of a
        line is credited as what is left of its amount. Tax follows from the credited amount like on an
        invoice line.

        :param quantities: Line position to the quantity credited, None for all that is left of the line. All
            lines when not given.
        :param reason: Free text. In a clinic it may be health information and must never leave Caspen.
        :raises CaspenRefused: the invoice is not open; more is credited than a line has left, or than is
            owed; or the note comes to nothing.
        """
        with self._action(at) as cursor:
            invoice = self._lock_invoice(cursor, invoice_id)
            if invoice["status"] != "open":
                raise CaspenRefused(
                    named("invoice", invoice),
                    f"status is {invoice['status']}",
                    "only an open invoice can be credited",
                    "unlink a payment first" if invoice["status"] == "paid" else "",
                )
            chosen = self._choose(cursor, invoice, quantities)
            totals = compute_totals((amounts for _, _, amounts in chosen), invoice["tax_mode"])
            if totals.total == 0:
                raise CaspenRefused(
                    named("invoice", invoice), "the credit note comes to 0.00", "expected more"
                )
            if totals.total > invoice["balance"]:
                raise CaspenRefused(
                    named("invoice", invoice),
                    f"balance is {invoice['balance']}",
                    f"crediting {totals.total} exceeds it",
                    "unlink a payment first",
                )
            values = {
                "workspace_id": self._workspace_id,
                "invoice_id": invoice_id,
                "reason": reason,
                "issue_date": issue_date or self._today(cursor),
                "tax_mode": invoice["tax_mode"],
                "subtotal": totals.subtotal,
                "tax_total": totals.tax_total,
                "total": totals.total,
            }
            note = self._insert_numbered(
                cursor, INSERT_CREDIT_NOTE, values, number=number, kind="credit note"
            )
            cursor.executemany(
                INSERT_CREDIT_NOTE_LINE,
                [
                    (
                        note["id"],
                        line["id"],
                        quantity,
                        amounts.amount,
                        line["tax_rate_id"],
                        line["tax_percent"],
                        amounts.tax_amount,
                    )
                    for line, quantity, amounts in chosen
                ],
            )
            self._settle(cursor, invoice_id)
        return CreditNote(note["id"], note["number"], totals.subtotal, totals.tax_total, totals.total)

    def void_credit_note(self, credit_note_id: int, *, at: dt.datetime | None = None) -> None:
        """Void a credit note: the invoice owes the amount again. :raises CaspenRefused: it is void."""
        with self._action(at) as cursor:
            statement = "SELECT * FROM caspen.credit_note WHERE workspace_id = %s AND id = %s"
            note = self._find(cursor, statement, "credit note", credit_note_id)
            self._lock_invoice(cursor, note["invoice_id"])
            voided = cursor.execute(
                "UPDATE caspen.credit_note SET status = 'void', voided_at = caspen_app.clock() "
                "WHERE id = %s AND status = 'issued' RETURNING id",
                [credit_note_id],
            ).fetchone()
            if voided is None:
                raise CaspenRefused(named("credit note", note), "status is void", "expected an issued one")
            self._settle(cursor, note["invoice_id"])

    def _choose(
        self, cursor: Cursor[DictRow], invoice: Row, quantities: Mapping[int, Number | None] | None
    ) -> list[tuple[Row, Decimal, LineAmounts]]:
        """The lines to credit, each with its quantity and money."""
        cursor.execute(
            """
            SELECT l.*, coalesce(c.quantity, 0) AS credited_quantity, coalesce(c.amount, 0) AS credited_amount
            FROM caspen.invoice_line l
            LEFT JOIN (
              SELECT n.invoice_line_id, sum(n.quantity) AS quantity, sum(n.amount) AS amount
              FROM caspen.credit_note_line n JOIN caspen.credit_note h ON h.id = n.credit_note_id
              WHERE h.status = 'issued' GROUP BY n.invoice_line_id
            ) c ON c.invoice_line_id = l.id
            WHERE l.invoice_id = %s ORDER BY l.position
            """,
            [invoice["id"]],
        )
        lines = {line["position"]: line for line in cursor}
        wanted = dict.fromkeys(lines) if quantities is None else quantities
        chosen = []
        for position, asked in wanted.items():
            if position not in lines:
                raise CaspenRefused(
                    named("invoice", invoice), f"has no line {position}", "expected a line's position"
                )
            line = lines[position]
            left = line["quantity"] - line["credited_quantity"]
            quantity = left if asked is None else exact(asked, "quantity", above_zero=True)
            if quantity > left:
                raise CaspenRefused(
                    named("invoice", invoice),
                    f"line {position} has a quantity of {left} left to credit",
                    f"{quantity} was asked for",
                )
            if quantity:
                chosen.append((line, quantity, self._part_of(line, quantity, left, invoice["tax_mode"])))
        return chosen

    @staticmethod
    def _part_of(line: Row, quantity: Decimal, left: Decimal, tax_mode: TaxMode) -> LineAmounts:
        amount = line["amount"] - line["credited_amount"]
        if quantity < left:
            with localcontext(prec=PRECISION):
                amount = min(amount, half_up(line["amount"] * quantity / line["quantity"]))
        return LineAmounts(amount, ZERO, amount, compute_tax(amount, tax_mode, line["tax_percent"]))
