"""A large company's past: many customers and invoices at once, with the balances they add up to."""

from __future__ import annotations

import gc
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from qbo_emulator.rules.tax import rate_on
from qbo_emulator.store import NAMES, TRANSACTIONS, Company, Document
from qbo_emulator.values.clock import document_stamp
from qbo_emulator.values.money import ZERO, amount_number, dec

PAID_SHARE = 10
"""One invoice in so many is still open."""


def load_invoices(
    company: Company, invoices: int, customers: int, first_day: str, last_day: str
) -> dict[str, Any]:
    """Add customers and invoices of two lines each, spread evenly over the days, DocNumber ``L0000001``
    onwards.

    Nine in ten are paid (their payments are not there), so balances are believable. Documents share
    their parts, and are left out of garbage collection: nothing here ever changes a document in place.

    :return: Counts and the first and last Ids made.
    """
    gc.disable()
    try:
        stamp = document_stamp(company.clock.now())
        meta = {"CreateTime": stamp, "LastUpdatedTime": stamp}
        names = _customers(company, customers, meta)
        balances: dict[str, Decimal] = {}
        made = _invoices(
            company,
            invoices,
            names,
            date.fromisoformat(first_day),
            date.fromisoformat(last_day),
            meta,
            balances,
        )
        for customer in names:
            owed = amount_number(balances.get(customer["Id"], ZERO))
            customer |= {"Balance": owed, "BalanceWithJobs": owed}
        company.table("Customer").load(names)
        company.table("Invoice").load(made)
    finally:
        gc.freeze()
        gc.enable()
    return {
        "customers": len(names),
        "invoices": len(made),
        "first_invoice": made[0]["Id"] if made else None,
        "last_invoice": made[-1]["Id"] if made else None,
    }


def _customers(company: Company, count: int, meta: dict[str, str]) -> list[Document]:
    taken = len(company.table("Customer"))
    currency = company.preferences["CurrencyPrefs"]["HomeCurrency"]
    result = []
    for number in range(taken + 1, taken + count + 1):
        name = f"Client {number:06d}"
        result.append(
            {
                "DisplayName": name,
                "FullyQualifiedName": name,
                "PrintOnCheckName": name,
                "Active": True,
                "Taxable": True,
                "Job": False,
                "BillWithParent": False,
                "Balance": 0,
                "BalanceWithJobs": 0,
                "CurrencyRef": currency,
                "PreferredDeliveryMethod": "None",
                "IsProject": False,
                "domain": "QBO",
                "sparse": False,
                "Id": company.next_id(NAMES),
                "SyncToken": "0",
                "MetaData": meta,
            }
        )
    return result


def _invoices(
    company: Company,
    count: int,
    customers: list[Document],
    first: date,
    last: date,
    meta: dict[str, str],
    balances: dict[str, Decimal],
) -> list[Document]:
    prices = [Decimal(cents) / 100 for cents in (9800, 14500, 6000, 12350, 8875, 4995, 11010)]
    item = company.table("Item").equal_to("Name", "Standard Consultation")[0]
    item_ref = {"value": item["Id"], "name": item["Name"]}
    codes = [
        code for code in company.table("TaxCode").rows.values() if code["SalesTaxRateList"]["TaxRateDetail"]
    ][:2]
    currency = company.preferences["CurrencyPrefs"]["HomeCurrency"]
    templates = {
        (p, q): _body(company, item_ref, codes, prices[p], prices[q], first.isoformat())
        for p in range(len(prices))
        for q in range(len(prices))
    }
    refs = [{"value": customer["Id"], "name": customer["DisplayName"]} for customer in customers]
    days = [(first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1)]
    next_id = int(company.next_id(TRANSACTIONS))
    company.sequences[TRANSACTIONS] = next_id + count - 1
    offset, result = len(company.table("Invoice")), []
    for n in range(count):
        body, total = templates[(n % len(prices), n // 3 % len(prices))]
        ref, day = refs[n % len(refs)], days[n * len(days) // count]
        is_open = n % PAID_SHARE == 0
        if is_open:
            balances[ref["value"]] = balances.get(ref["value"], ZERO) + dec(total)
        result.append(
            {
                **body,
                "CustomerRef": ref,
                "DocNumber": f"L{offset + n + 1:07d}",
                "TxnDate": day,
                "DueDate": day,
                "Balance": total if is_open else 0,
                "CurrencyRef": currency,
                "domain": "QBO",
                "sparse": False,
                "Id": str(next_id + n),
                "SyncToken": "0",
                "MetaData": meta,
            }
        )
    return result


def _body(
    company: Company,
    item_ref: dict[str, str],
    codes: list[Document],
    first: Decimal,
    second: Decimal,
    day: str,
) -> tuple[Document, int | float]:
    lines, tax_lines, net, tax = [], {}, ZERO, ZERO
    for number, (price, code) in enumerate(zip((first, second), codes, strict=False), start=1):
        lines.append(
            {
                "Id": str(number),
                "LineNum": number,
                "Amount": amount_number(price),
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": {
                    "ItemRef": item_ref,
                    "Qty": 1,
                    "UnitPrice": float(price),
                    "TaxCodeRef": {"value": code["Id"]},
                },
            }
        )
        rate = (
            company.get("TaxRate", code["SalesTaxRateList"]["TaxRateDetail"][0]["TaxRateRef"]["value"]) or {}
        )
        percent = rate_on(rate, day)
        amount = (price * percent / 100).quantize(Decimal("0.01"))
        net, tax = net + price, tax + amount
        tax_lines[rate["Id"]] = {
            "Amount": amount_number(amount),
            "DetailType": "TaxLineDetail",
            "TaxLineDetail": {
                "TaxRateRef": {"value": rate["Id"]},
                "PercentBased": True,
                "TaxPercent": float(percent),
                "NetAmountTaxable": amount_number(price),
            },
        }
    lines.append({"Amount": amount_number(net), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}})
    total = amount_number(net + tax)
    return {
        "Line": lines,
        "TotalAmt": total,
        "GlobalTaxCalculation": "TaxExcluded",
        "LinkedTxn": [],
        "CustomField": [],
        "TxnTaxDetail": {"TotalTax": amount_number(tax), "TaxLine": list(tax_lines.values())},
        "PrintStatus": "NotSet",
        "EmailStatus": "NotSet",
        "ApplyTaxAfterDiscount": False,
    }, total
