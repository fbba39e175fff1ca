"""The lines of a draft: their money at today's rates, stored by position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from psycopg import Cursor
from psycopg.rows import DictRow

from caspen_seed.arithmetic import LineAmounts, TaxMode, compute_totals
from caspen_seed.database import only_row
from caspen_seed.errors import CaspenRefused
from caspen_seed.records import NewLine
from caspen_seed.staff.desk import Row, named
from caspen_seed.staff.people import People

# Lines keep their id by position, because a voided credit note may still point at one.
UPSERT_LINE = """
    INSERT INTO caspen.invoice_line (
      id, invoice_id, position, kind, name, description, item_code, service_date, quantity, unit_price,
      discount_type, discount_value, discount_amount, tax_rate_id, tax_percent, amount, tax_amount)
    VALUES (
      nextval('caspen_app.invoice_line_id'), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (invoice_id, position) DO UPDATE SET
      (kind, name, description, item_code, service_date, quantity, unit_price, discount_type, discount_value,
       discount_amount, tax_rate_id, tax_percent, amount, tax_amount)
    = (excluded.kind, excluded.name, excluded.description, excluded.item_code, excluded.service_date,
       excluded.quantity, excluded.unit_price, excluded.discount_type, excluded.discount_value,
       excluded.discount_amount, excluded.tax_rate_id, excluded.tax_percent, excluded.amount,
       excluded.tax_amount)
"""


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line as typed, with its rate and its money."""

    line: NewLine
    tax_rate_id: int | None
    tax_percent: Decimal
    amounts: LineAmounts


class Lines(People):
    """Pricing, writing and removing lines. Part of `Staff`."""

    def _price(self, cursor: Cursor[DictRow], lines: Sequence[NewLine], mode: TaxMode) -> list[PricedLine]:
        """The lines' money at the rates of this moment."""
        if mode == "none":
            return [PricedLine(line, None, Decimal(0), line.amounts(mode, 0)) for line in lines]
        cursor.execute(
            "SELECT id, rate FROM caspen.tax_rate WHERE workspace_id = %s AND id = ANY(%s)",
            [self._workspace_id, [line.tax_rate_id for line in lines if line.tax_rate_id is not None]],
        )
        rates: dict[int, Decimal] = {row["id"]: row["rate"] for row in cursor}
        priced = []
        for position, line in enumerate(lines, start=1):
            if line.tax_rate_id is None:
                raise CaspenRefused(f"line {position}", "has no tax rate", f"expected one in tax mode {mode}")
            if line.tax_rate_id not in rates:
                raise self._unknown("tax rate", line.tax_rate_id)
            rate = rates[line.tax_rate_id]
            priced.append(PricedLine(line, line.tax_rate_id, rate, line.amounts(mode, rate)))
        return priced

    def _write_priced(
        self, cursor: Cursor[DictRow], invoice_id: int, priced: Sequence[PricedLine], mode: TaxMode
    ) -> None:
        """Lines and totals of a draft; nothing is paid on a draft, so its balance is its total."""
        self._write_lines(cursor, invoice_id, priced)
        totals = compute_totals((line.amounts for line in priced), mode)
        cursor.execute(
            "UPDATE caspen.invoice SET subtotal = %s, discount_total = %s, tax_total = %s, total = %s, "
            "balance = %s WHERE id = %s",
            [
                totals.subtotal,
                totals.discount_total,
                totals.tax_total,
                totals.total,
                totals.total,
                invoice_id,
            ],
        )

    @staticmethod
    def _write_lines(cursor: Cursor[DictRow], invoice_id: int, priced: Sequence[PricedLine]) -> None:
        cursor.executemany(
            UPSERT_LINE,
            [
                (
                    invoice_id,
                    position,
                    p.line.kind,
                    p.line.name,
                    p.line.description,
                    p.line.item_code,
                    p.line.service_date,
                    p.line.quantity,
                    p.line.unit_price,
                    p.line.discount_type,
                    p.line.discount_value,
                    p.amounts.discount_amount,
                    p.tax_rate_id,
                    p.tax_percent,
                    p.amounts.amount,
                    p.amounts.tax_amount,
                )
                for position, p in enumerate(priced, start=1)
            ],
        )

    def _refresh_rates(self, cursor: Cursor[DictRow], invoice: Row) -> None:
        """Compute a draft again if a tax rate on it has changed since it was written."""
        cursor.execute(
            "SELECT EXISTS (SELECT FROM caspen.invoice_line l JOIN caspen.tax_rate r ON r.id = l.tax_rate_id "
            "WHERE l.invoice_id = %s AND l.tax_percent <> r.rate) AS moved",
            [invoice["id"]],
        )
        if only_row(cursor)["moved"]:
            priced = self._price(cursor, self._lines_as_typed(cursor, invoice["id"]), invoice["tax_mode"])
            self._write_priced(cursor, invoice["id"], priced, invoice["tax_mode"])

    @staticmethod
    def _lines_as_typed(cursor: Cursor[DictRow], invoice_id: int) -> tuple[NewLine, ...]:
        columns = ", ".join(NewLine.__dataclass_fields__)
        cursor.execute(
            f"SELECT {columns} FROM caspen.invoice_line WHERE invoice_id = %s ORDER BY position", [invoice_id]
        )
        return tuple(NewLine(**row) for row in cursor)

    @staticmethod
    def _remove_lines_after(cursor: Cursor[DictRow], invoice: Row, keep: int) -> None:
        credited = cursor.execute(
            "SELECT l.position FROM caspen.invoice_line l "
            "JOIN caspen.credit_note_line c ON c.invoice_line_id = l.id "
            "WHERE l.invoice_id = %s AND l.position > %s LIMIT 1",
            [invoice["id"], keep],
        ).fetchone()
        if credited is not None:
            raise CaspenRefused(
                named("invoice", invoice),
                f"line {credited['position']} is on a voided credit note",
                "such a line can be changed but not removed",
            )
        cursor.execute(
            "DELETE FROM caspen.invoice_line WHERE invoice_id = %s AND position > %s", [invoice["id"], keep]
        )
