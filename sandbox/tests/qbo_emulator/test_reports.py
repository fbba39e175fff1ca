"""Reports: enough of them to check totals by customer and by account."""

from __future__ import annotations

from typing import Any

import pytest

from qbo_emulator.testing import AU, Books, Refused, Sandbox


def report(books: Books, name: str, **params: str) -> dict[str, Any]:
    return books.ask("GET", f"reports/{name}", params=params)


def table(answer: dict[str, Any]) -> dict[str, list[str]]:
    """Cells by the text of the first."""
    rows = [row.get("Summary", row)["ColData"] for row in answer["Rows"]["Row"]]
    return {cells[0]["value"]: [cell["value"] for cell in cells[1:]] for cells in rows}


def test_receivables_by_age(books: Books) -> None:
    early, late = books.customer(DisplayName="Early"), books.customer(DisplayName="Late")
    books.invoice(early, 10, TxnDate="2026-07-01", DueDate="2026-07-31")
    for day, amount in (("2026-07-30", 1), ("2026-07-01", 2), ("2026-06-30", 4), ("2026-05-01", 8)):
        books.invoice(late, amount, TxnDate="2026-01-01", DueDate=day)
    books.invoice(late, 16, TxnDate="2026-01-01", DueDate="2026-01-31")
    books.invoice(late, 99, TxnDate="2026-08-01")
    books.pay(early, 3, TxnDate="2026-07-31")
    answer = report(books, "AgedReceivables", report_date="2026-07-31")
    titles = [column["ColTitle"] for column in answer["Columns"]["Column"]]
    assert titles == ["", "Current", "1 - 30", "31 - 60", "61 - 90", "91 and over", "Total"]
    assert table(answer) == {
        "Early": ["7.00", "", "", "", "", "7.00"],
        "Late": ["", "3.00", "4.00", "", "24.00", "31.00"],
        "TOTAL": ["7.00", "3.00", "4.00", "0.00", "24.00", "38.00"],
    }
    assert answer["Header"]["ReportName"] == "AgedReceivables" and answer["Header"]["Currency"] == "AUD"


def test_balances_by_customer(books: Books) -> None:
    one, two = books.customer(DisplayName="One"), books.customer(DisplayName="Two")
    books.invoice(one, 100)
    books.credit(one, 30)
    invoice = books.invoice(two, 50)
    books.pay(two, 50, ("Invoice", invoice, 50))
    answer = report(books, "CustomerBalance")
    assert table(answer) == {"One": ["70.00"], "TOTAL": ["70.00"]}
    assert answer["Rows"]["Row"][0]["ColData"][0]["id"] == one["Id"]
    assert table(report(books, "CustomerBalance", customer=two["Id"])) == {}


def test_foreign_balances_are_in_the_home_currency(sandbox: Sandbox, books: Books) -> None:
    sandbox.person("enable-multi-currency")
    abroad = books.customer(DisplayName="Abroad", CurrencyRef={"value": "USD"})
    books.invoice(abroad, 100, CurrencyRef={"value": "USD"}, ExchangeRate="1.5")
    assert table(report(books, "CustomerBalance"))["Abroad"] == ["150.00"]


def test_profit_and_loss_by_account(books: Books) -> None:
    customer, code = books.customer(), books.tax_code("10")
    form = books.form(customer, books.line(100, code), TxnDate="2026-07-10")
    discount = {"DetailType": "DiscountLineDetail", "Amount": 15, "DiscountLineDetail": {}}
    books.create("Invoice", {**form, "Line": [*form["Line"], discount]})
    books.credit(customer, 30, TxnDate="2026-07-11")
    books.invoice(customer, 500, TxnDate="2026-08-01")
    answer = report(books, "ProfitAndLoss", start_date="2026-07-01", end_date="2026-07-31")
    income = next(row for row in answer["Rows"]["Row"] if row["group"] == "Income")
    cells = [[cell["value"] for cell in row["ColData"]] for row in income["Rows"]["Row"]]
    assert cells == [["Consultation Income", "70.00"], ["Discounts given", "-15.00"]]
    assert income["Summary"]["ColData"][1]["value"] == "55.00"
    assert answer["Rows"]["Row"][-1]["Summary"]["ColData"] == [{"value": "Net Income"}, {"value": "55.00"}]
    assert answer["Header"]["StartPeriod"] == "2026-07-01"


def test_an_empty_report_says_so(books: Books) -> None:
    answer = report(books, "AgedReceivables")
    assert answer["Rows"] == {"Row": []}
    assert {"Name": "NoReportData", "Value": "true"} in answer["Header"]["Option"]


@pytest.mark.parametrize(("path", "code"), [("reports/Nonsense", "500"), ("reports/CustomerBalance", "2060")])
def test_another_report_or_no_date_is_refused(books: Books, path: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        books.ask("GET", path, params={"report_date": "soon"})
    assert refused.value.code == code


def test_a_report_is_metered_as_data_out(sandbox: Sandbox, books: Books) -> None:
    report(books, "CustomerBalance")
    assert sandbox.last_request()["meter"] == "CorePlus"
    assert sandbox.last_request()["realm"] == AU
