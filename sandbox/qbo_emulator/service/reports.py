"""Three reports, added up from documents as they stand: ages of receivables, balances, profit and loss."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from qbo_emulator.rules.stock import sold_lines
from qbo_emulator.store import Company, Document, open_amount
from qbo_emulator.values import faults
from qbo_emulator.values.clock import envelope_stamp
from qbo_emulator.values.money import ZERO, dec, half_up

AGES = ("Current", "1 - 30", "31 - 60", "61 - 90", "91 and over")
OPEN_KINDS = ("Invoice", "CreditMemo", "Payment")
SALES = {"Invoice": 1, "SalesReceipt": 1, "CreditMemo": -1, "RefundReceipt": -1}
SECTIONS = (("Income", "Revenue", "Income"), ("Expenses", "Expense", "Expenses"))


def report(company: Company, name: str, params: dict[str, str]) -> dict[str, Any]:
    """``GET reports/{name}``, in the home currency.

    :raises ApplicationFault: a report the sandbox does not have, or a date that is none.
    """
    today = company.clock.data_centre_today()
    if name == "AgedReceivables":
        day = _day(params, "report_date", today)
        return _aged(company, day, params.get("customer"))
    if name == "CustomerBalance":
        day = _day(params, "report_date", today)
        return _balances(company, day, params.get("customer"))
    if name == "ProfitAndLoss":
        first = _day(params, "start_date", today.replace(month=1, day=1))
        return _profit_and_loss(company, first, _day(params, "end_date", today), params.get("customer"))
    raise faults.unsupported_operation(f"report {name}")


def _day(params: dict[str, str], name: str, default: date) -> date:
    try:
        return date.fromisoformat(params[name]) if params.get(name) else default
    except ValueError as error:
        raise faults.bad_date(name, params[name]) from error


def _open(company: Company, day: date, customers: str | None) -> Iterator[tuple[Document, date, Decimal]]:
    """Open documents up to a day: the document, the day it is due, what it adds in the home currency."""
    wanted = set(customers.split(",")) if customers else None
    for entity in OPEN_KINDS:
        for document in company.table(entity).rows.values():
            owed = open_amount(entity, document)
            if not owed or document["TxnDate"] > day.isoformat():
                continue
            if wanted is None or document["CustomerRef"]["value"] in wanted:
                due = date.fromisoformat(document.get("DueDate") or document["TxnDate"])
                yield document, due, half_up(owed * dec(document.get("ExchangeRate", 1)))


def _aged(company: Company, day: date, customers: str | None) -> dict[str, Any]:
    ages: dict[str, list[Decimal]] = {}
    for document, due, owed in _open(company, day, customers):
        late = (day - due) / timedelta(days=1)
        column = 0 if late <= 0 else min(int((late - 1) // 30) + 1, len(AGES) - 1)
        ages.setdefault(document["CustomerRef"]["value"], [ZERO] * len(AGES))[column] += owed
    rows = [_row(company, row_id, [*sums, sum(sums, ZERO)]) for row_id, sums in _by_name(company, ages)]
    totals = [sum(column, ZERO) for column in zip(*ages.values(), strict=True)] if ages else []
    total = [_total("GrandTotal", "TOTAL", [*totals, sum(totals, ZERO)])] if rows else []
    options = [_option("report_date", day.isoformat()), _option("NoReportData", _flag(not rows))]
    header = {"ReportName": "AgedReceivables", "Option": options, "EndPeriod": day.isoformat()}
    columns = [("", "Customer"), *((title, "Money") for title in (*AGES, "Total"))]
    return _shaped(company, header, columns, [*rows, *total])


def _balances(company: Company, day: date, customers: str | None) -> dict[str, Any]:
    owed: dict[str, Decimal] = {}
    for document, _, amount in _open(company, day, customers):
        row_id = document["CustomerRef"]["value"]
        owed[row_id] = owed.get(row_id, ZERO) + amount
    rows = [_row(company, row_id, [amount]) for row_id, amount in _by_name(company, owed) if amount]
    total = [_total("GrandTotal", "TOTAL", [sum(owed.values(), ZERO)])] if rows else []
    options = [_option("report_date", day.isoformat()), _option("NoReportData", _flag(not rows))]
    header = {"ReportName": "CustomerBalance", "DateMacro": "all", "Option": options}
    return _shaped(company, header, [("", "Customer"), ("Total", "Money")], [*rows, *total])


def _profit_and_loss(company: Company, first: date, last: date, customers: str | None) -> dict[str, Any]:
    accounts = _sold_by_account(company, first.isoformat(), last.isoformat(), customers)
    rows, net = [], ZERO
    for title, classification, group in SECTIONS:
        lines, whole = [], ZERO
        for row_id, amount in sorted(accounts.items(), key=lambda pair: int(pair[0])):
            account = company.get("Account", row_id) or {}
            if account.get("Classification") == classification:
                cells = [{"value": account["Name"], "id": row_id}, {"value": f"{amount:.2f}"}]
                lines.append({"ColData": cells, "type": "Data"})
                whole += amount
        rows.append(
            {
                "Header": {"ColData": [{"value": title}, {"value": ""}]},
                "Rows": {"Row": lines},
                "Summary": {"ColData": [{"value": f"Total {title}"}, {"value": f"{whole:.2f}"}]},
                "type": "Section",
                "group": group,
            }
        )
        net += whole if classification == "Revenue" else -whole
        if group == "Income":
            rows.append(_total("GrossProfit", "Gross Profit", [whole]))
    rows.append(_total("NetIncome", "Net Income", [net]))
    options = [
        _option("AccountingStandard", "GAAP"),
        _option("NoReportData", _flag(not accounts)),
    ]
    header = {
        "ReportName": "ProfitAndLoss",
        "ReportBasis": "Accrual",
        "StartPeriod": first.isoformat(),
        "EndPeriod": last.isoformat(),
        "SummarizeColumnsBy": "Total",
        "Option": options,
    }
    return _shaped(company, header, [("", "Account"), ("Total", "Money")], rows)


def _sold_by_account(company: Company, first: str, last: str, customers: str | None) -> dict[str, Decimal]:
    wanted = set(customers.split(",")) if customers else None
    found: dict[str, Decimal] = {}
    for entity, sign in SALES.items():
        for document in company.table(entity).rows.values():
            chosen = wanted is None or document["CustomerRef"]["value"] in wanted
            if not chosen or not first <= document["TxnDate"] <= last:
                continue
            rate = dec(document.get("ExchangeRate", 1))
            for line in sold_lines(document["Line"]):
                account, amount = _posting(company, line)
                if account and amount:
                    found[account] = found.get(account, ZERO) + half_up(sign * amount * rate)
    return found


def _posting(company: Company, line: dict[str, Any]) -> tuple[str | None, Decimal]:
    """The account a line goes to, and how much of it, tax left out."""
    if "SalesItemLineDetail" in line:
        account = line["SalesItemLineDetail"].get("ItemAccountRef", {}).get("value")
        return account, dec(line.get("Amount"))
    if line["DetailType"] == "DiscountLineDetail":
        default = company.preferences["SalesFormsPrefs"]["DefaultDiscountAccount"]
        account = line["DiscountLineDetail"].get("DiscountAccountRef", {"value": default})["value"]
        return account, -dec(line.get("Amount"))
    return None, ZERO


def _by_name(company: Company, found: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(found.items(), key=lambda pair: _name(company, pair[0]).casefold())


def _name(company: Company, row_id: str) -> str:
    return (company.get("Customer", row_id) or {}).get("FullyQualifiedName", "")


def _row(company: Company, row_id: str, amounts: list[Decimal]) -> dict[str, Any]:
    return {"ColData": [{"value": _name(company, row_id), "id": row_id}, *_cells(amounts)]}


def _total(group: str, title: str, amounts: list[Decimal]) -> dict[str, Any]:
    cells = [{"value": title}, *({"value": f"{amount:.2f}"} for amount in amounts)]
    return {"Summary": {"ColData": cells}, "type": "Section", "group": group}


def _cells(amounts: list[Decimal]) -> list[dict[str, str]]:
    """Amounts as text; nothing is an empty cell."""
    return [{"value": f"{amount:.2f}" if amount else ""} for amount in amounts]


def _option(name: str, value: str) -> dict[str, str]:
    return {"Name": name, "Value": value}


def _flag(value: bool) -> str:
    return str(value).lower()


def _shaped(
    company: Company, header: dict[str, Any], columns: list[tuple[str, str]], rows: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "Header": {
            "Time": envelope_stamp(company.clock.now()),
            **header,
            "Currency": company.home_currency,
        },
        "Columns": {"Column": [{"ColTitle": title, "ColType": kind} for title, kind in columns]},
        "Rows": {"Row": rows},
    }
