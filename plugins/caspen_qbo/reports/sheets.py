"""Sheets of a workbook: real numbers and dates, frozen headers, filters and totals."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any, BinaryIO, Generic, TypeVar

from caspen_qbo.plain_text import plain

T = TypeVar("T")
Cell = str | int | Decimal | date | datetime | None
ROWS_MAX = 100_000
"""Of one sheet: what a workbook holds in memory has an end, and a spreadsheet program opens it."""
CELL_MAX = 32_000
"""Characters of one cell; a longer text would be left out without a word."""
ALL_OF_THEM = "The page's CSV files, and the table reconciliation_difference, have all."


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    header: str
    width: int
    value: Callable[[T], Cell]
    kind: str = "text"
    """text, count, money, day or moment."""
    total: bool = False


def new_workbook(target: BinaryIO, *, title: str, subject: str, made_at: datetime) -> Any:
    """Closed by its caller.

    :param made_at: In the practice's time zone; without a fixed one two workbooks of the same would differ.
    """
    import xlsxwriter

    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "remove_timezone": True, "strings_to_formulas": False}
    )
    book.set_properties({"title": title, "created": made_at.replace(tzinfo=None), "subject": subject})
    return book


def _take(
    columns: tuple[Column[T], ...], values: Iterable[T]
) -> tuple[list[list[Cell]], int, dict[int, Decimal]]:
    """The rows of one sheet, how many more there are, and by column the sums of all of them."""
    rows: list[list[Cell]] = []
    left, sums = 0, {index: Decimal(0) for index, column in enumerate(columns) if column.total}
    for value in values:
        row = [column.value(value) for column in columns]
        for index in sums:
            amount = row[index]
            sums[index] += amount if isinstance(amount, int | Decimal) else 0
        if len(rows) < ROWS_MAX:
            rows.append(row)
        else:
            left += 1
    return rows, left, sums


class Sheets:
    """The sheets of one workbook; xlsxwriter has no types."""

    def __init__(self, book: Any, zone: tzinfo) -> None:
        """:param zone: In which moments are shown."""
        self.book = book
        self._zone = zone
        formats: dict[str, dict[str, object]] = {
            "text": {"text_wrap": True},
            "count": {"num_format": "#,##0"},
            "money": {"num_format": "#,##0.00;[Red]-#,##0.00;0.00"},
            "day": {"num_format": "yyyy-mm-dd"},
            "moment": {"num_format": "yyyy-mm-dd hh:mm"},
        }
        self.formats = {name: book.add_format({"valign": "top", **how}) for name, how in formats.items()}

    def add(self, name: str, columns: tuple[Column[T], ...], values: Iterable[T]) -> None:
        """A sheet that is one table: header frozen and filtered, totals below where a column has one."""
        rows, left, sums = _take(columns, values)
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        totals = any(column.total for column in columns)
        described = []
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
            entry: dict[str, object] = {"header": column.header, "format": self.formats[column.kind]}
            if column.total and left:
                entry["total_string"] = f"{sums[index]:,.2f}"  # of all rows, not of those that are here
            elif column.total:
                entry |= {"total_function": "sum", "total_value": sums[index]}
            elif totals and index == 0:
                entry["total_string"] = "Total"
            described.append(entry)
        last = max(len(rows), 1) + (1 if totals else 0)
        options = {
            "name": name.replace("-", "").replace(" ", ""),
            "columns": described,
            "total_row": totals,
            "style": "Table Style Light 1",
        }
        sheet.add_table(0, 0, last, len(columns) - 1, options)
        for number, row in enumerate(rows, start=1):
            for index, (value, column) in enumerate(zip(row, columns, strict=True)):
                # An amount among texts is a number all the same.
                style = "money" if column.kind == "text" and isinstance(value, Decimal) else column.kind
                self.write(sheet, number, index, value, self.formats[style])
        if left:
            sheet.write_string(last + 2, 0, f"{left:,} more rows are not here. {ALL_OF_THEM}")

    def write(self, sheet: Any, row: int, column: int, value: Cell, style: object) -> None:
        """One cell; text from outside does nothing in it."""
        if value is None:
            sheet.write_blank(row, column, None, style)
        elif isinstance(value, datetime):
            local = value.astimezone(self._zone).replace(tzinfo=None)
            sheet.write_datetime(row, column, local, style)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, datetime.combine(value, datetime.min.time()), style)
        elif isinstance(value, (int, Decimal)):
            sheet.write_number(row, column, value, style)
        else:
            sheet.write_string(row, column, plain(value, lines=True)[:CELL_MAX], style)
