"""The pack as a spreadsheet."""

import io
from decimal import Decimal
from typing import NamedTuple

from caspen_qbo.core.closing.figures import AGES, whole_units
from caspen_qbo.core.closing.stored import Check, CodeLine, Exceptional, MonthPack, StatementLine, Takings
from caspen_qbo.reports.month_end.shaping import ONLY_QUICKBOOKS, AgedRow, all_aged, headline, sentences
from caspen_qbo.reports.sheets import Column, Sheets, new_workbook
from caspen_qbo.reports.xlsx import TIE_OUT_ITEMS, TIE_OUTS, sum_lines
from caspen_qbo.wording import KIND_WORDS, field_words, long_day, zone_of


class _Key(NamedTuple):
    """One of the figures on the first sheet."""

    label: str
    documents: int | None
    caspen: Decimal
    quickbooks: Decimal


def render_pack_xlsx(pack: MonthPack) -> bytes:
    """The same bytes for the same pack."""
    target, zone = io.BytesIO(), zone_of(pack.time_zone)
    made = pack.made_at.astimezone(zone)
    book = new_workbook(target, title=f"Month end {pack.period}", subject=pack.run_id, made_at=made)
    sheets = Sheets(book, zone)
    _add_summary(sheets, pack)
    sheets.add("Checklist", _CHECKS, pack.checks)
    sheets.add("Activity statement", _STATEMENT, pack.sales_tax.statement)
    sheets.add("GST by code", _CODES, pack.sales_tax.codes)
    sheets.add("Tie-outs", TIE_OUTS, (line for one in pack.tie_outs for line in sum_lines(one)))
    sheets.add("Tie-out items", TIE_OUT_ITEMS, ((one, item) for one in pack.tie_outs for item in one.items))
    sheets.add("Payment account", _TAKINGS, pack.takings)
    sheets.add("Aged receivables", _AGED, all_aged(pack))
    sheets.add("Exceptions", _EXCEPTIONS, pack.exceptions)
    book.close()
    return target.getvalue()


def key_figures(pack: MonthPack) -> list[_Key]:
    """What the month comes to, and what is owed at its end."""
    found = [
        _Key(
            f"{KIND_WORDS[one.kind][1].capitalize()} of the month", one.documents, one.caspen, one.quickbooks
        )
        for one in pack.volumes
    ]
    total = pack.aged.total
    owed = f"Receivables on {long_day(pack.period.last)}"
    return [*found, _Key(owed, None, total.caspen_total, total.quickbooks_total)]


_CHECKS: tuple[Column[Check], ...] = (
    Column("Check", 40, lambda check: check.title),
    Column("Met", 8, lambda check: "yes" if check.met else "NO"),
    Column("Seen", 90, lambda check: check.found),
    Column("To do", 50, lambda check: check.missing),
)
_STATEMENT: tuple[Column[StatementLine], ...] = (
    Column("Label", 10, lambda line: line.label),
    Column("Figure", 36, lambda line: line.title),
    Column("Caspen", 16, lambda line: line.caspen, "money"),
    Column("QuickBooks", 16, lambda line: line.quickbooks, "money"),
    Column("QuickBooks minus Caspen", 24, lambda line: line.delta, "money"),
    Column("QuickBooks, whole dollars", 24, lambda line: whole_units(line.quickbooks), "count"),
)
_CODES: tuple[Column[CodeLine], ...] = (
    Column("Tax code", 24, lambda line: line.name),
    Column("Rate, percent", 14, lambda line: line.rate, "money"),
    Column("Caspen net", 16, lambda line: line.caspen_net, "money", True),
    Column("QuickBooks net", 16, lambda line: line.quickbooks_net, "money", True),
    Column("Net, QuickBooks minus Caspen", 28, lambda line: line.net_delta, "money", True),
    Column("Caspen tax", 16, lambda line: line.caspen_tax, "money", True),
    Column("QuickBooks tax", 16, lambda line: line.quickbooks_tax, "money", True),
    Column("Tax, QuickBooks minus Caspen", 28, lambda line: line.tax_delta, "money", True),
)


def _elsewhere(one: Takings) -> Decimal | None:
    return None if one.received is None else one.elsewhere


_TAKINGS: tuple[Column[Takings], ...] = (
    Column("Day", 12, lambda one: one.day, "day"),
    Column("Method", 24, lambda one: one.method or ONLY_QUICKBOOKS),
    Column("Received in Caspen", 20, lambda one: one.received, "money", True),
    Column(
        "Not on synced invoices",
        22,
        lambda one: None if one.received is None else one.elsewhere,
        "money",
        True,
    ),
    Column("Caspen, payment account", 24, lambda one: one.caspen, "money", True),
    Column("QuickBooks, payment account", 28, lambda one: one.quickbooks, "money", True),
    Column("QuickBooks minus Caspen", 24, lambda one: one.delta, "money", True),
)
_EXCEPTIONS: tuple[Column[Exceptional], ...] = (
    Column("Kind", 12, lambda one: KIND_WORDS[one.kind][0]),
    Column("Number", 16, lambda one: one.number),
    Column("What happened", 34, lambda one: one.title),
    Column("QuickBooks minus Caspen", 24, lambda one: one.delta, "money"),
    Column("Of", 14, lambda one: field_words(one.field) if one.delta is not None else ""),
    Column("Since", 18, lambda one: one.since, "moment"),
    Column("Decided", 36, lambda one: one.decided),
    Column("By", 20, lambda one: one.decided_by),
    Column("On", 18, lambda one: one.decided_at, "moment"),
    Column("Ended", 18, lambda one: one.ended, "moment"),
    Column("How it ended", 40, lambda one: one.outcome or ("open" if one.ended is None else "")),
)


def _age(index: int) -> Column[AgedRow]:
    return Column(AGES[index], 14, lambda row: row.amounts[index], "money")


_AGED: tuple[Column[AgedRow], ...] = (
    Column("Client", 40, lambda row: row.client),
    Column("Customer in QuickBooks", 22, lambda row: row.customer_ids),
    Column("Side", 12, lambda row: row.side),
    *map(_age, range(len(AGES))),
    Column("Total", 16, lambda row: row.total, "money"),
)


def _add_summary(sheets: Sheets, pack: MonthPack) -> None:
    sheet = sheets.book.add_worksheet("Summary")
    text, bold = sheets.formats["text"], sheets.book.add_format({"bold": True})
    title = sheets.book.add_format({"bold": True, "font_size": 14})
    sheet.set_column(0, 0, 36)
    sheet.set_column(1, 4, 24)
    sheets.write(sheet, 0, 0, f"{pack.workspace}: {pack.period.words}", title)
    facts = (
        ("QuickBooks company", f"{pack.company} ({pack.realm_id})"),
        ("Currency", pack.currency),
        ("Time zone", pack.time_zone),
        ("Reconciliation", pack.run_id),
    )
    for row, (label, value) in enumerate(facts, start=1):
        sheets.write(sheet, row, 0, label, text)
        sheets.write(sheet, row, 1, value, text)
    row = len(facts) + 2
    for line in (headline(pack), *sentences(pack)):
        sheet.merge_range(row, 0, row, 4, "", text)
        sheets.write(sheet, row, 0, line, text)
        sheet.set_row(row, 32)
        row += 1
    row += 1
    heads = ("", "Documents", "Caspen", "QuickBooks", "QuickBooks minus Caspen")
    for column, head in enumerate(heads):
        sheets.write(sheet, row, column, head, bold)
    for key in key_figures(pack):
        row += 1
        sheets.write(sheet, row, 0, key.label, text)
        sheets.write(sheet, row, 1, key.documents, sheets.formats["count"])
        for column, amount in enumerate((key.caspen, key.quickbooks, key.quickbooks - key.caspen), start=2):
            sheets.write(sheet, row, column, amount, sheets.formats["money"])
