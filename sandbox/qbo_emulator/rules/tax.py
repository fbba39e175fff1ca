"""Tax of a sales form outside the United States: a rate per line, rounded half-up, one TaxLine per rate."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from qbo_emulator.store import Company, Document
from qbo_emulator.values import faults
from qbo_emulator.values.money import ZERO, amount_number, dec, half_up, plain_number

HUNDRED = Decimal(100)
RATE_WORDS = {
    "AU": "GST rate",
    "NZ": "GST rate",
    "GB": "VAT rate",
    "CA": "GST/HST rate",
    "ZA": "sales tax rate",
}


@dataclass(slots=True, eq=False)
class TaxableLine:
    """One amount to be taxed."""

    net: Decimal
    """Without tax; recomputed from ``gross`` when that is given."""
    gross: Decimal | None
    """With tax, for tax-inclusive lines whose gross was supplied."""
    code: str | None
    """TaxCode Id."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A tax rate in force on the document's date."""

    rate_id: str
    percent: Decimal


def missing_code(company: Company) -> faults.ApplicationFault:
    """6000, in the country's own words."""
    word = RATE_WORDS.get(company.country, "GST/VAT rate")
    return faults.business(f"Make sure all your transactions have a {word} before you save.")


def sales_rates(company: Company, code_id: str | None, txn_date: str) -> list[Rate]:
    """The sales rates of a tax code: no code and US pseudo codes are refused, retired and purchase
    codes too.
    """
    code = company.get("TaxCode", code_id) if code_id else None
    if code_id in (None, "TAX", "NON"):
        raise missing_code(company)
    details = (code or {}).get("SalesTaxRateList", {}).get("TaxRateDetail", [])
    if code is None or not code["Active"] or not details:
        raise faults.business(faults.TAX_CALCULATION_TEXT)
    rates = (company.get("TaxRate", detail["TaxRateRef"]["value"]) for detail in details)
    return [Rate(rate["Id"], rate_on(rate, txn_date)) for rate in rates if rate]


def rate_on(rate: Document, txn_date: str) -> Decimal:
    """The percentage in force on a day: RateValue may be stale, EffectiveTaxRate decides."""
    for effective in rate.get("EffectiveTaxRate", []):
        if effective["EffectiveDate"][:10] <= txn_date <= effective.get("EndDate", "9999-12-31")[:10]:
            return dec(effective["RateValue"])
    return dec(rate["RateValue"])


def tax_of(company: Company, lines: list[TaxableLine], txn_date: str, supplied: Any) -> dict[str, Any]:
    """TxnTaxDetail for the lines; sets each ``net`` of those that came with a gross.

    :param supplied: The client's TxnTaxDetail: its TaxLine amounts stand when overrides are honoured.
    """
    nets: dict[str, Decimal] = {}
    taxes: dict[str, Decimal] = {}
    percents: dict[str, Decimal] = {}
    shares: dict[str, list[TaxableLine]] = {}
    counts: dict[int, int] = {}
    for line in lines:
        rates = sales_rates(company, line.code, txn_date)
        counts[id(line)] = len(rates)
        whole = sum((rate.percent for rate in rates), ZERO)
        if line.gross is not None:
            line.net = half_up(line.gross * HUNDRED / (HUNDRED + whole))
        left = line.gross - line.net if line.gross is not None else None
        for position, rate in enumerate(rates):
            tax = half_up(line.net * rate.percent / HUNDRED)
            if left is not None:
                # An inclusive line's tax is what its gross leaves; the last rate takes the odd cent.
                tax = left if position == len(rates) - 1 else tax
                left -= tax
            nets[rate.rate_id] = nets.get(rate.rate_id, ZERO) + line.net
            taxes[rate.rate_id] = taxes.get(rate.rate_id, ZERO) + tax
            percents[rate.rate_id] = rate.percent
            shares.setdefault(rate.rate_id, []).append(line)
    # A gross that several rates share has no one rounding to fall back on; it stays as rounded by line.
    shared = any(line.gross is not None and counts[id(line)] > 1 for line in lines)
    if company.switches.tax_rounding == "per_rate" and not shared:
        _round_per_rate(shares, nets, taxes, percents)
    overrides = _overrides(supplied, set(taxes)) if company.switches.honour_tax_override else {}
    tax_lines = [
        tax_line(rate_id, taxes[rate_id], overrides.get(rate_id), percents[rate_id], nets[rate_id])
        for rate_id in taxes
    ]
    total = sum((dec(line["Amount"]) for line in tax_lines), ZERO)
    return {"TotalTax": amount_number(total), "TaxLine": tax_lines}


def _round_per_rate(
    shares: dict[str, list[TaxableLine]],
    nets: dict[str, Decimal],
    taxes: dict[str, Decimal],
    percents: dict[str, Decimal],
) -> None:
    """Replace per-line sums by one rounding per rate. A gross stays; the last such line's net gives way."""
    for rate_id, percent in percents.items():
        grossed = [line for line in shares[rate_id] if line.gross is not None]
        gross = sum((line.gross for line in grossed if line.gross is not None), ZERO)
        net = sum((line.net for line in shares[rate_id] if line.gross is None), ZERO)
        rounded = half_up(gross * percent / (HUNDRED + percent)) + half_up(net * percent / HUNDRED)
        if grossed:
            moved = taxes[rate_id] - rounded
            grossed[-1].net += moved
            nets[rate_id] += moved
        taxes[rate_id] = rounded


def _overrides(supplied: Any, used: set[str]) -> dict[str, Decimal]:
    """Supplied amounts by rate. A rate no line uses, or one named twice, cannot be calculated."""
    overrides: dict[str, Decimal] = {}
    for line in (supplied or {}).get("TaxLine", []):
        rate = (line.get("TaxLineDetail") or {}).get("TaxRateRef")
        if rate is None or "Amount" not in line:
            continue  # without a rate there is nothing to hold the amount to, and QuickBooks recalculates
        if rate["value"] not in used or rate["value"] in overrides:
            raise faults.business(faults.TAX_CALCULATION_TEXT)
        overrides[rate["value"]] = dec(line["Amount"])
    return overrides


def tax_line(
    rate_id: str, calculated: Decimal, override: Decimal | None, percent: Decimal, net: Decimal
) -> dict[str, Any]:
    """One TaxLine; an override that differs from the calculated tax is marked with the difference."""
    detail: dict[str, Any] = {
        "TaxRateRef": {"value": rate_id},
        "PercentBased": True,
        "TaxPercent": plain_number(percent),
        "NetAmountTaxable": amount_number(net),
    }
    amount = calculated if override is None else override
    if amount != calculated:
        detail["OverrideDeltaAmount"] = amount_number(amount - calculated)
    return {"Amount": amount_number(amount), "DetailType": "TaxLineDetail", "TaxLineDetail": detail}
