"""The report as a spreadsheet: real numbers and dates, frozen headers, filters and totals."""

import io
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

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
from caspen_qbo.reports.model import ReportModel
from caspen_qbo.reports.shaping import age_of
from caspen_qbo.reports.sheets import Column, Sheets, new_workbook
from caspen_qbo.reports.words import change_words, headline, sentences
from caspen_qbo.wording import KIND_WORDS, TURN_WORDS, field_words

LEDGER = ("finalised", "synced", "waiting", "listed", "excluded", "stale")


class SumLine(NamedTuple):
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
    target, report, signed = io.BytesIO(), model.report, model.report.signed_periods
    title = f"Reconciliation {report.workspace}"
    book = new_workbook(target, title=title, subject=model.run.run_id, made_at=model.at)
    sheets = Sheets(book, model.zone)
    _add_summary(sheets, model)
    sheets.add("Differences", _DIFFERENCES, model.differences)
    sheets.add("Unsynced", _UNSYNCED, report.listed)
    if signed.sign_offs:
        sheets.add("Signed periods", _SIGNED, signed.changes)
    sheets.add("Tie-outs", TIE_OUTS, (line for one in report.tie_outs for line in sum_lines(one)))
    sheets.add("Tie-out items", TIE_OUT_ITEMS, ((one, item) for one in report.tie_outs for item in one.items))
    sheets.add("Checks", _CHECKS, model.run.checks)
    sheets.add("Trend", _TREND, model.trend)
    book.close()
    return target.getvalue()


def _kind(kind: DocumentKind | None) -> str:
    return KIND_WORDS[kind][0] if kind else ""


def _value(value: str | None, difference: RecordedDifference) -> Decimal | str:
    """A field with a difference in money holds amounts; one side may have none."""
    return Decimal(value) if value and difference.delta is not None else value or ""


def sum_lines(tie_out: TieOut) -> Iterator[SumLine]:
    for row in tie_out.rows:
        yield SumLine(
            tie_out, row.label, row.caspen, row.quickbooks, row.delta, row.explained, row.unexplained
        )
    for step in tie_out.steps:
        yield SumLine(tie_out, f"+ {step.label}", None, step.amount)
    if tie_out.leads_to:
        yield SumLine(tie_out, f"= {tie_out.leads_to.label}", None, tie_out.leads_to.amount)


_DIFFERENCES: tuple[Column[RecordedDifference], ...] = (
    Column("Kind", 12, lambda row: _kind(row.document_kind)),
    Column("Number", 16, lambda row: row.document_number),
    Column("Field", 22, lambda row: field_words(row.field)),
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
TIE_OUTS: tuple[Column[SumLine], ...] = (
    Column("Tie-out", 22, lambda line: line.tie_out.title),
    Column("Sum", 62, lambda line: line.label),
    Column("Caspen", 16, lambda line: line.caspen, "money"),
    Column("QuickBooks", 16, lambda line: line.quickbooks, "money"),
    Column("QuickBooks minus Caspen", 24, lambda line: line.delta, "money"),
    Column("Explained by items", 18, lambda line: line.explained, "money"),
    Column("Left over", 12, lambda line: line.unexplained, "money"),
)
TIE_OUT_ITEMS: tuple[Column[tuple[TieOut, TieOutItem]], ...] = (
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


def _add_summary(sheets: Sheets, model: ReportModel) -> None:
    report = model.report
    sheet = sheets.book.add_worksheet("Summary")
    bold = sheets.book.add_format({"bold": True})
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 6, 13)
    title = sheets.book.add_format({"bold": True, "font_size": 14})
    sheets.write(sheet, 0, 0, f"Reconciliation of {report.workspace}", title)
    facts = {
        "QuickBooks company": report.company,
        "Run": model.run.run_id,
        "As of": f"{model.at:%Y-%m-%d %H:%M} ({report.time_zone})",
        "Currency": report.currency,
    }
    for row, (label, value) in enumerate(facts.items(), start=1):
        sheets.write(sheet, row, 0, label, None)
        sheets.write(sheet, row, 1, value, None)
    row = len(facts) + 2
    for text in (headline(model), *sentences(model)):
        sheet.merge_range(row, 0, row, 6, text, sheets.formats["text"])
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
            sheet.write_number(row, index, number, sheets.formats["count"])
