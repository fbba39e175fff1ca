"""Sales tax in the United States: lines are TAX or NON, one tax code for the whole form."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from qbo_emulator.rules.tax import HUNDRED, TaxableLine, sales_rates, tax_line
from qbo_emulator.store import Company
from qbo_emulator.values import faults
from qbo_emulator.values.money import ZERO, amount_number, dec, half_up


def us_tax_of(company: Company, lines: list[TaxableLine], txn_date: str, supplied: Any) -> dict[str, Any]:
    """TxnTaxDetail of a US form. With automated sales tax the engine's code wins over the client's; a
    supplied TotalTax without TaxLine stands either way.
    """
    for line in lines:
        if line.code not in (None, "TAX", "NON"):
            raise faults.validation(
                6100, "Invalid Tax Code", "Valid Line TaxCodes for US should be TAX or NON", "TaxCodeRef"
            )
    prefs, supplied = company.preferences["TaxPrefs"], supplied or {}
    if not prefs["UsingSalesTax"]:
        return {}
    taxable = sum((line.net for line in lines if line.code == "TAX"), ZERO)
    code_ref = supplied.get("TxnTaxCodeRef")
    if prefs["PartnerTaxEnabled"] or code_ref is None:
        code_ref = prefs["TaxGroupCodeRef"]
    total: Decimal | None = None
    if "TotalTax" in supplied and dec(supplied["TotalTax"]) and not supplied.get("TaxLine"):
        total = dec(supplied["TotalTax"])
    rates = sales_rates(company, code_ref["value"], txn_date)
    tax_lines = []
    left = total
    for position, rate in enumerate(rates):
        calculated = half_up(taxable * rate.percent / HUNDRED)
        share = calculated
        if left is not None and total is not None:
            whole = sum((r.percent for r in rates), ZERO)
            share = left if position == len(rates) - 1 else half_up(total * rate.percent / whole)
            left -= share
        tax_lines.append(tax_line(rate.rate_id, calculated, share, rate.percent, taxable))
    amount = total if total is not None else sum((dec(line["Amount"]) for line in tax_lines), ZERO)
    if not taxable and total is None:
        return {"TotalTax": 0}
    return {"TxnTaxCodeRef": code_ref, "TotalTax": amount_number(amount), "TaxLine": tax_lines}
