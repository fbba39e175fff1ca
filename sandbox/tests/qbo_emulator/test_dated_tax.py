"""Tax rates that change from a day on, and companies without sales tax."""

from __future__ import annotations

import pytest

from qbo_emulator.testing import AU, Books, Sandbox


def tax(books: Books, code: str, day: str, **fields: object) -> object:
    form = books.form(books.customer(), books.line(100, code), TxnDate=day, **fields)
    return books.create("Invoice", form)["TxnTaxDetail"]["TotalTax"]


def test_the_documents_day_chooses_the_rate(sandbox: Sandbox, books: Books) -> None:
    code = books.tax_code("10")
    changed = sandbox.person("change-tax-rate", rate="GST (sales)", percent="12.5", **{"from": "2026-07-01"})
    assert changed["RateValue"] == 12.5
    old, new = changed["EffectiveTaxRate"]
    assert (old["RateValue"], old["EndDate"][:10]) == (10, "2026-06-30")
    assert (new["RateValue"], new["EffectiveDate"][:10], "EndDate" in new) == (12.5, "2026-07-01", False)
    assert (tax(books, code, "2026-06-30"), tax(books, code, "2026-07-01")) == (10, 12.5)


def test_a_stale_rate_value_does_not_count(sandbox: Sandbox, books: Books) -> None:
    code = books.tax_code("10")
    day = {"from": "2026-07-01"}
    changed = sandbox.person("change-tax-rate", rate="GST (sales)", percent="15", stale=True, **day)
    assert changed["RateValue"] == 10
    assert tax(books, code, "2026-07-02") == 15


def test_a_change_of_a_change_takes_its_place(sandbox: Sandbox, books: Books) -> None:
    rate = next(row for row in books.rows("select * from TaxRate") if row["Name"] == "GST (sales)")
    for percent, day in (("12", "2026-08-01"), ("11", "2026-07-01"), ("13", "2026-09-01")):
        changed = sandbox.person("change-tax-rate", rate=rate["Id"], percent=percent, **{"from": day})
    assert [part["RateValue"] for part in changed["EffectiveTaxRate"]] == [10, 11, 13]
    code = books.tax_code("13")
    assert [tax(books, code, f"2026-{month}-15") for month in ("06", "08", "09")] == [10, 11, 13]


def test_an_update_that_moves_the_day_moves_the_rate(sandbox: Sandbox, books: Books) -> None:
    code = books.tax_code("10")
    form = books.form(books.customer(), books.line(100, code), TxnDate="2026-07-01")
    invoice = books.create("Invoice", form)
    sandbox.person("change-tax-rate", rate="GST (sales)", percent="12", **{"from": "2026-07-01"})
    assert books.sparse("Invoice", invoice, TxnDate="2026-06-01")["TotalAmt"] == 110
    invoice = books.again("Invoice", invoice)
    assert books.sparse("Invoice", invoice, TxnDate="2026-07-05")["TotalAmt"] == 112


@pytest.mark.parametrize("mode", ["TaxExcluded", "TaxInclusive", None])
def test_without_sales_tax_tax_is_ignored_and_not_stored(
    sandbox: Sandbox, books: Books, mode: str | None
) -> None:
    code = books.tax_code("10")
    sandbox.do(f"{AU}/switches", using_sales_tax=False)
    assert books.ask("GET", "preferences")["Preferences"]["TaxPrefs"]["UsingSalesTax"] is False
    detail = {"TotalTax": 10, "TaxLine": []}
    form = books.form(books.customer(), books.line(100, code), TxnTaxDetail=detail)
    invoice = books.create("Invoice", {**form, "GlobalTaxCalculation": mode} if mode else form)
    assert invoice["TotalAmt"] == 100
    assert not {"TxnTaxDetail", "GlobalTaxCalculation"} & set(invoice)
    assert "TaxCodeRef" not in invoice["Line"][0]["SalesItemLineDetail"]
    bare = {"Amount": 5, "DetailType": "SalesItemLineDetail"}
    bare["SalesItemLineDetail"] = {"ItemRef": {"value": books.service}}
    assert books.create("Invoice", books.form(books.customer(), bare))["TotalAmt"] == 5


def test_an_unknown_rate_is_explained(sandbox: Sandbox) -> None:
    asked = {"rate": "VAT", "percent": "1"}
    answer = sandbox.http.post(f"/_sandbox/{AU}/person/change-tax-rate", json=asked)
    assert answer.status_code == 422 and "GST (sales)" in answer.json()["error"]
