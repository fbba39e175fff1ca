"""The report as a spreadsheet: real numbers and dates, frozen headers, filters and totals."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from caspen_qbo.reports.model import DifferenceRow, ReportModel, TieOut
from caspen_qbo.reports.signed import SignedChange
from caspen_qbo.reports.terms import KIND_WORDS, TURN_WORDS
from caspen_qbo.reports.words import headline, sentences


@dataclass(frozen=True, slots=True)
class Column:
    header: str
    width: int
    kind: str = "text"
    """text, count, money, day or moment."""
    total: bool = False


def render_xlsx(model: ReportModel) -> bytes:
    """The workbook; the same bytes for the same model."""
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "remove_timezone": True, "strings_to_formulas": False}
    )
    # Without a fixed date of creation two workbooks of one run would differ.
    book.set_properties(
        {
            "title": f"Reconciliation {model.workspace}",
            "created": model.at.replace(tzinfo=None),
            "subject": model.run_id,
        }
    )
    sheets = _Sheets(book)
    _summary(book, sheets, model)
    sheets.add("Differences", _DIFFERENCES, [
        (KIND_WORDS[d.kind][0], d.number, d.field_words, _value(d.caspen, d),
         _value(d.quickbooks, d), d.delta, "yes" if d.explained else "no")
        for d in model.differences
    ])  # fmt: skip
    sheets.add("Unsynced", _UNSYNCED, [
        (KIND_WORDS[r.kind][0], r.number, r.title, r.detail, r.fix, TURN_WORDS[r.turn], r.delta, r.since,
         r.days, r.age, r.attempts)
        for r in model.listed
    ])  # fmt: skip
    if model.signed.sign_offs:
        sheets.add("Signed periods", _SIGNED, [_signed_row(change) for change in model.signed.changes])
    sheets.add("Tie-outs", _TIE_OUTS, [
        row for tie_out in model.tie_outs for row in _tie_out_rows(tie_out)
    ])  # fmt: skip
    sheets.add("Tie-out items", _ITEMS, [
        (t.title, i.of, KIND_WORDS[i.kind][0] if i.kind else "", i.number, i.caspen, i.quickbooks,
         i.delta, i.reason)
        for t in model.tie_outs
        for i in t.items
    ])  # fmt: skip
    sheets.add("Checks", _CHECKS, [
        (KIND_WORDS[c["kind"]][0], c["description"], c["severity"], c["checked"], c["failing"],
         "passed" if c["success"] else "failed")
        for c in model.checks
    ])  # fmt: skip
    sheets.add("Trend", _TREND, [
        (p.at, p.run_id, p.documents, p.unexplained, p.explained) for p in model.trend
    ])  # fmt: skip
    book.close()
    return target.getvalue()


_DIFFERENCES = (
    Column("Kind", 12), Column("Number", 16), Column("Field", 22), Column("Caspen", 22),
    Column("QuickBooks", 22), Column("QuickBooks minus Caspen", 24, "money"), Column("Explained", 11),
)  # fmt: skip
_UNSYNCED = (
    Column("Kind", 12), Column("Number", 16), Column("Title", 30), Column("What happened", 70),
    Column("What to do", 50),
    Column("Whose turn", 36), Column("QuickBooks minus Caspen", 24, "money", True),
    Column("Listed since", 18, "moment"),
    Column("Days", 8, "count"), Column("Age", 16), Column("Tries", 8, "count"),
)  # fmt: skip
_SIGNED = (
    Column("Signed up to", 13, "day"), Column("Signed by", 16), Column("Signed at", 18, "moment"),
    Column("Kind", 12), Column("Number", 16), Column("What changed", 60),
    Column("Caspen signed", 16, "money", True), Column("Caspen now", 16, "money", True),
    Column("Caspen now minus signed", 24, "money", True),
    Column("QuickBooks signed", 18, "money", True), Column("QuickBooks now", 16, "money", True),
    Column("QuickBooks now minus signed", 28, "money", True),
    Column("Caspen tax signed", 18, "money", True), Column("Caspen tax now", 16, "money", True),
    Column("QuickBooks tax signed", 22, "money", True), Column("QuickBooks tax now", 20, "money", True),
    Column("Seen since", 18, "moment"),
)  # fmt: skip
_TIE_OUTS = (
    Column("Tie-out", 22), Column("Sum", 62), Column("Caspen", 16, "money"),
    Column("QuickBooks", 16, "money"), Column("QuickBooks minus Caspen", 24, "money"),
    Column("Explained by items", 18, "money"), Column("Left over", 12, "money"),
)  # fmt: skip
_ITEMS = (
    Column("Tie-out", 22), Column("Sum", 42), Column("Kind", 12), Column("Number", 16),
    Column("Caspen", 16, "money", True),
    Column("QuickBooks", 16, "money", True), Column("QuickBooks minus Caspen", 24, "money", True),
    Column("Reason", 44),
)  # fmt: skip
_CHECKS = (
    Column("Kind", 12), Column("Check", 76), Column("Severity", 11), Column("Documents", 12, "count", True),
    Column("Failing", 10, "count", True), Column("Verdict", 10),
)  # fmt: skip
_TREND = (
    Column("Run", 18, "moment"), Column("Run id", 44), Column("Documents", 12, "count"),
    Column("Not explained", 15, "count"), Column("Explained", 12, "count"),
)  # fmt: skip


def _value(value: str, difference: DifferenceRow) -> Decimal | str:
    """A field with a difference in money holds amounts; one side may have none."""
    return Decimal(value) if value and difference.delta is not None else value


def _tie_out_rows(tie_out: TieOut) -> Iterator[tuple[Any, ...]]:
    """Its sums, and below them how QuickBooks' last one leads to what QuickBooks itself shows."""
    for row in tie_out.rows:
        yield tie_out.title, row.label, row.caspen, row.quickbooks, row.delta, row.explained, row.unexplained
    for step in tie_out.steps:
        yield tie_out.title, f"+ {step.label}", None, step.amount, None, None, None
    if tie_out.leads_to:
        yield tie_out.title, f"= {tie_out.leads_to.label}", None, tie_out.leads_to.amount, None, None, None


def _signed_row(change: SignedChange) -> tuple[Any, ...]:
    signature, signed, now = change.signature, change.signed, change.now
    return (
        signature.through, signature.signed_by, signature.signed_at, KIND_WORDS[change.kind][0],
        change.number, change.what,
        signed.caspen.total, now.caspen.total, change.caspen_delta, signed.quickbooks.total,
        now.quickbooks.total, change.quickbooks_delta, signed.caspen.tax, now.caspen.tax,
        signed.quickbooks.tax, now.quickbooks.tax, change.since,
    )  # fmt: skip


class _Sheets:
    """Tables of one workbook, all made the same way."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self.formats = {
            "text": book.add_format({"valign": "top", "text_wrap": True}),
            "count": book.add_format({"valign": "top", "num_format": "#,##0"}),
            "money": book.add_format({"valign": "top", "num_format": "#,##0.00;[Red]-#,##0.00;0.00"}),
            "day": book.add_format({"valign": "top", "num_format": "yyyy-mm-dd"}),
            "moment": book.add_format({"valign": "top", "num_format": "yyyy-mm-dd hh:mm"}),
        }

    def add(self, name: str, columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> None:
        """A sheet that is one table: header frozen and filtered, totals below where a column has one."""
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        totals = any(column.total for column in columns)
        described = []
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
            entry: dict[str, Any] = {"header": column.header, "format": self.formats[column.kind]}
            if column.total:
                entry |= {"total_function": "sum", "total_value": _total(row[index] for row in rows)}
            elif totals and index == 0:
                entry["total_string"] = "Total"
            described.append(entry)
        last = max(len(rows), 1) + (1 if totals else 0)
        sheet.add_table(
            0, 0, last, len(columns) - 1,
            {
                "name": name.replace("-", "").replace(" ", ""), "columns": described, "total_row": totals,
                "style": "Table Style Light 1",
            },
        )  # fmt: skip
        for number, row in enumerate(rows, start=1):
            for index, (value, column) in enumerate(zip(row, columns, strict=True)):
                # An amount among texts is a number all the same.
                style = "money" if column.kind == "text" and isinstance(value, Decimal) else column.kind
                _write(sheet, number, index, value, self.formats[style])


def _write(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    if value is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value.replace(tzinfo=None), style)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime.combine(value, datetime.min.time()), style)
    elif isinstance(value, (int, Decimal)):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_string(row, column, str(value), style)


def _total(values: Any) -> Decimal | int:
    return sum((value for value in values if value is not None), Decimal(0))


def _summary(book: Any, sheets: _Sheets, model: ReportModel) -> None:
    sheet = book.add_worksheet("Summary")
    bold = book.add_format({"bold": True})
    title = book.add_format({"bold": True, "font_size": 14})
    wrap = sheets.formats["text"]
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 6, 13)
    sheet.write_string(0, 0, f"Reconciliation of {model.workspace}", title)
    facts = (
        ("QuickBooks company", model.company), ("Run", model.run_id),
        ("As of", f"{model.at:%Y-%m-%d %H:%M} ({model.time_zone})"),
        ("Currency", model.currency),
    )  # fmt: skip
    row = 1
    for label, value in facts:
        sheet.write_string(row, 0, label)
        sheet.write_string(row, 1, value)
        row += 1
    row += 1
    for text in (headline(model), *sentences(model)):
        sheet.merge_range(row, 0, row, 6, text, wrap)
        sheet.set_row(row, 32)
        row += 1
    row += 1
    names = ("finalised", "synced", "waiting", "listed", "excluded", "stale")
    for index, name in enumerate(("documents", *names)):
        sheet.write_string(row, index, name, bold)
    for line in model.ledger:
        row += 1
        sheet.write_string(row, 0, KIND_WORDS[line.kind][1])
        for index, name in enumerate(names, start=1):
            sheet.write_number(row, index, getattr(line, name), sheets.formats["count"])
