"""The report as a spreadsheet: real numbers and dates, frozen headers, filters and totals."""

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, NamedTuple, TypeVar

from caspen_qbo.catalogue import Turn
from caspen_qbo.core.reconciling.stored import (
    ListedRow,
    RecordedDifference,
    SignedChange,
    TieOut,
    TieOutItem,
    TrendPoint,
)
from caspen_qbo.core.reconciling.verdict import CheckResult
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.plain_text import plain
from caspen_qbo.reports.model import ReportModel
from caspen_qbo.reports.shaping import age_of
from caspen_qbo.reports.words import change_words, headline, sentences
from caspen_qbo.wording import FIELD_WORDS, KIND_WORDS, TURN_WORDS

T = TypeVar("T")
Cell = str | int | Decimal | date | datetime | None
ROWS_MAX = 100_000
"""Of one sheet: what a workbook holds in memory has an end, and a spreadsheet program opens it."""
CELL_MAX = 32_000
"""Characters of one cell; a longer text would be left out without a word."""
ALL_OF_THEM = "The page's CSV files, and the table reconciliation_difference, have all."
LEDGER = ("finalised", "synced", "waiting", "listed", "excluded", "stale")


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    header: str
    width: int
    value: Callable[[T], Cell]
    kind: str = "text"
    """text, count, money, day or moment."""
    total: bool = False


class _SumLine(NamedTuple):
    """A sum of a tie-out, or below its sums a step from QuickBooks' last one to what QuickBooks shows."""

    tie_out: TieOut
    label: str
    caspen: Decimal | None
    quickbooks: Decimal
    delta: Decimal | None = None
    explained: Decimal | None = None
    unexplained: Decimal | None = None


def render_xlsx(model: ReportModel) -> bytes:
    """The workbook; the same bytes for the same model."""
    import xlsxwriter

    target, report, signed = io.BytesIO(), model.report, model.report.signed_periods
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "remove_timezone": True, "strings_to_formulas": False}
    )
    # Without a fixed date of creation two workbooks of one run would differ.
    book.set_properties(
        {
            "title": f"Reconciliation {report.workspace}",
            "created": model.at.replace(tzinfo=None),
            "subject": model.run.run_id,
        }
    )
    sheets = _Sheets(book, model)
    sheets.add_summary()
    sheets.add("Differences", _DIFFERENCES, model.differences)
    sheets.add("Unsynced", _UNSYNCED, report.listed)
    if signed.sign_offs:
        sheets.add("Signed periods", _SIGNED, signed.changes)
    sheets.add("Tie-outs", _TIE_OUTS, (line for one in report.tie_outs for line in _sum_lines(one)))
    sheets.add("Tie-out items", _ITEMS, ((one, item) for one in report.tie_outs for item in one.items))
    sheets.add("Checks", _CHECKS, model.run.checks)
    sheets.add("Trend", _TREND, model.trend)
    book.close()
    return target.getvalue()


def _kind(kind: DocumentKind | None) -> str:
    return KIND_WORDS[kind][0] if kind else ""


def _value(value: str | None, difference: RecordedDifference) -> Decimal | str:
    """A field with a difference in money holds amounts; one side may have none."""
    return Decimal(value) if value and difference.delta is not None else value or ""


def _sum_lines(tie_out: TieOut) -> Iterator[_SumLine]:
    for row in tie_out.rows:
        yield _SumLine(
            tie_out, row.label, row.caspen, row.quickbooks, row.delta, row.explained, row.unexplained
        )
    for step in tie_out.steps:
        yield _SumLine(tie_out, f"+ {step.label}", None, step.amount)
    if tie_out.leads_to:
        yield _SumLine(tie_out, f"= {tie_out.leads_to.label}", None, tie_out.leads_to.amount)


_DIFFERENCES: tuple[Column[RecordedDifference], ...] = (
    Column("Kind", 12, lambda row: _kind(row.document_kind)),
    Column("Number", 16, lambda row: row.document_number),
    Column("Field", 22, lambda row: FIELD_WORDS.get(row.field, row.field)),
    Column("Caspen", 22, lambda row: _value(row.caspen_value, row)),
    Column("QuickBooks", 22, lambda row: _value(row.quickbooks_value, row)),
    Column("QuickBooks minus Caspen", 24, lambda row: row.delta, "money"),
    Column("Explained", 11, lambda row: "yes" if row.explained else "no"),
)
_UNSYNCED: tuple[Column[ListedRow], ...] = (
    Column("Kind", 12, lambda row: _kind(row.kind)),
    Column("Number", 16, lambda row: row.number),
    Column("Title", 30, lambda row: row.title),
    Column("What happened", 70, lambda row: row.detail),
    Column("What to do", 50, lambda row: row.fix),
    Column("Action needed", 36, lambda row: TURN_WORDS[Turn(row.turn)]),
    Column("QuickBooks minus Caspen", 24, lambda row: row.delta, "money", True),
    Column("Listed since", 18, lambda row: row.since, "moment"),
    Column("Days", 8, lambda row: row.days, "count"),
    Column("Age", 16, lambda row: age_of(row.days)),
    Column("Tries", 8, lambda row: row.attempts, "count"),
)
_SIGNED: tuple[Column[SignedChange], ...] = (
    Column("Signed up to", 13, lambda row: row.through, "day"),
    Column("Signed by", 16, lambda row: row.signer),
    Column("Signed at", 18, lambda row: row.signed_at, "moment"),
    Column("Kind", 12, lambda row: _kind(row.kind)),
    Column("Number", 16, lambda row: row.number),
    Column("What changed", 60, change_words),
    Column("Caspen signed", 16, lambda row: row.signed.caspen_total, "money", True),
    Column("Caspen now", 16, lambda row: row.now.caspen_total, "money", True),
    Column("Caspen now minus signed", 24, lambda row: row.caspen_delta, "money", True),
    Column("QuickBooks signed", 18, lambda row: row.signed.quickbooks_total, "money", True),
    Column("QuickBooks now", 16, lambda row: row.now.quickbooks_total, "money", True),
    Column("QuickBooks now minus signed", 28, lambda row: row.quickbooks_delta, "money", True),
    Column("Caspen tax signed", 18, lambda row: row.signed.caspen_tax, "money", True),
    Column("Caspen tax now", 16, lambda row: row.now.caspen_tax, "money", True),
    Column("QuickBooks tax signed", 22, lambda row: row.signed.quickbooks_tax, "money", True),
    Column("QuickBooks tax now", 20, lambda row: row.now.quickbooks_tax, "money", True),
    Column("Seen since", 18, lambda row: row.since, "moment"),
)
_TIE_OUTS: tuple[Column[_SumLine], ...] = (
    Column("Tie-out", 22, lambda line: line.tie_out.title),
    Column("Sum", 62, lambda line: line.label),
    Column("Caspen", 16, lambda line: line.caspen, "money"),
    Column("QuickBooks", 16, lambda line: line.quickbooks, "money"),
    Column("QuickBooks minus Caspen", 24, lambda line: line.delta, "money"),
    Column("Explained by items", 18, lambda line: line.explained, "money"),
    Column("Left over", 12, lambda line: line.unexplained, "money"),
)
_ITEMS: tuple[Column[tuple[TieOut, TieOutItem]], ...] = (
    Column("Tie-out", 22, lambda pair: pair[0].title),
    Column("Sum", 42, lambda pair: pair[1].of),
    Column("Kind", 12, lambda pair: _kind(pair[1].kind)),
    Column("Number", 16, lambda pair: pair[1].number),
    Column("Caspen", 16, lambda pair: pair[1].caspen, "money", True),
    Column("QuickBooks", 16, lambda pair: pair[1].quickbooks, "money", True),
    Column("QuickBooks minus Caspen", 24, lambda pair: pair[1].delta, "money", True),
    Column("Reason", 44, lambda pair: pair[1].reason),
)
_CHECKS: tuple[Column[CheckResult], ...] = (
    Column("Kind", 12, lambda check: _kind(check.kind)),
    Column("Check", 76, lambda check: check.description),
    Column("Severity", 11, lambda check: check.severity.value),
    Column("Documents", 12, lambda check: check.checked, "count", True),
    Column("Failing", 10, lambda check: check.failing, "count", True),
    Column("Verdict", 10, lambda check: "passed" if check.success else "failed"),
)
_TREND: tuple[Column[TrendPoint], ...] = (
    Column("Run", 18, lambda point: point.at, "moment"),
    Column("Run id", 44, lambda point: point.run_id),
    Column("Documents", 12, lambda point: point.documents, "count"),
    Column("Not explained", 15, lambda point: point.unexplained, "count"),
    Column("Explained", 12, lambda point: point.explained, "count"),
)


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


class _Sheets:
    """The sheets of one workbook; xlsxwriter has no types."""

    def __init__(self, book: Any, model: ReportModel) -> None:
        self._book = book
        self._model = model
        formats: dict[str, dict[str, object]] = {
            "text": {"text_wrap": True},
            "count": {"num_format": "#,##0"},
            "money": {"num_format": "#,##0.00;[Red]-#,##0.00;0.00"},
            "day": {"num_format": "yyyy-mm-dd"},
            "moment": {"num_format": "yyyy-mm-dd hh:mm"},
        }
        self._formats = {name: book.add_format({"valign": "top", **how}) for name, how in formats.items()}

    def add(self, name: str, columns: tuple[Column[T], ...], values: Iterable[T]) -> None:
        """A sheet that is one table: header frozen and filtered, totals below where a column has one."""
        rows, left, sums = _take(columns, values)
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        totals = any(column.total for column in columns)
        described = []
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
            entry: dict[str, object] = {"header": column.header, "format": self._formats[column.kind]}
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
                self._write(sheet, number, index, value, self._formats[style])
        if left:
            sheet.write_string(last + 2, 0, f"{left:,} more rows are not here. {ALL_OF_THEM}")

    def _write(self, sheet: Any, row: int, column: int, value: Cell, style: object) -> None:
        if value is None:
            sheet.write_blank(row, column, None, style)
        elif isinstance(value, datetime):
            local = value.astimezone(self._model.zone).replace(tzinfo=None)
            sheet.write_datetime(row, column, local, style)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, datetime.combine(value, datetime.min.time()), style)
        elif isinstance(value, (int, Decimal)):
            sheet.write_number(row, column, value, style)
        else:
            sheet.write_string(row, column, plain(value, lines=True)[:CELL_MAX], style)

    def add_summary(self) -> None:
        model, report = self._model, self._model.report
        sheet = self._book.add_worksheet("Summary")
        bold = self._book.add_format({"bold": True})
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 6, 13)
        title = self._book.add_format({"bold": True, "font_size": 14})
        sheet.write_string(0, 0, f"Reconciliation of {report.workspace}", title)
        facts = {
            "QuickBooks company": report.company,
            "Run": model.run.run_id,
            "As of": f"{model.at:%Y-%m-%d %H:%M} ({report.time_zone})",
            "Currency": report.currency,
        }
        for row, (label, value) in enumerate(facts.items(), start=1):
            sheet.write_string(row, 0, label)
            sheet.write_string(row, 1, plain(value))
        row = len(facts) + 2
        for text in (headline(model), *sentences(model)):
            sheet.merge_range(row, 0, row, 6, text, self._formats["text"])
            sheet.set_row(row, 32)
            row += 1
        row += 1
        for index, name in enumerate(("documents", *LEDGER)):
            sheet.write_string(row, index, name, bold)
        for kind, (_, plural) in KIND_WORDS.items():
            row += 1
            sheet.write_string(row, 0, plural)
            for index, name in enumerate(LEDGER, start=1):
                number = getattr(report.ledger[kind], name)
                sheet.write_number(row, index, number, self._formats["count"])
