"""Line and document totals: what is sent multiplies, adds up, and is stated where QuickBooks may differ."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspen_qbo.core.posting.mapping import map_invoice
from caspen_qbo.core.posting.totals import (
    line_amounts,
    needs_override,
    predicted_taxes,
    quantity_and_price,
    tax_lines,
)
from caspen_qbo.core.records import TaxMode
from caspen_seed.strategies import DrawnInvoice, invoices, tax_percents
from tests.support.records import FREE, GST, a_code, a_context, a_line, an_invoice

CENT = Decimal("0.01")
QUANTITY = st.integers(1, 10**12 - 1).map(lambda n: Decimal(n).scaleb(-4))
PRICE = st.integers(0, 10**12 - 1).map(lambda n: Decimal(n).scaleb(-4))
NET = st.integers(0, 10**12 - 1).map(lambda n: Decimal(n).scaleb(-2))


def quickbooks_takes(quantity: Decimal, price: Decimal, amount: Decimal) -> bool:
    """QuickBooks' own check, fault 6070 where it fails; written apart from the code under test."""
    return (quantity * price).quantize(CENT, rounding=ROUND_HALF_UP) == amount


@given(QUANTITY, st.none() | PRICE, NET)
def test_quantity_times_price_is_the_amount_for_any_quantity_with_four_decimals(quantity, own_price, net):
    sent_quantity, price = quantity_and_price(quantity, own_price, net)
    assert quickbooks_takes(sent_quantity, price, net)
    assert -int(price.as_tuple().exponent) <= 7 and -int(sent_quantity.as_tuple().exponent) <= 4


@given(QUANTITY.filter(lambda q: q < 1000), NET.filter(lambda n: n < 10**6))
def test_the_quantity_is_kept_for_every_ordinary_line(quantity, net):
    assert quantity_and_price(quantity, None, net)[0] == quantity


def test_the_lines_own_price_is_kept_where_it_works_out():
    assert quantity_and_price(Decimal("2.5"), Decimal("80.0000"), Decimal("200.00")) == (Decimal("2.5"), 80)
    assert quantity_and_price(Decimal("2"), Decimal("100"), Decimal("150.00")) == (2, Decimal("75"))


def drawn(invoice: DrawnInvoice):
    """The drawn invoice as a record, and a context that links a code to every percentage."""
    percents = sorted(invoice.tax_percents)
    lines = [
        a_line(
            str(line.typed.unit_price),
            str(line.typed.quantity),
            mode=invoice.tax_mode,
            percent=line.tax_percent,
            rate=None if invoice.tax_mode == "none" else percents.index(line.tax_percent),
            discount=(line.typed.discount_type, str(line.typed.discount_value)),
            kind=line.typed.kind,
        )
        for line in invoice.lines
    ]
    codes = {f"c{i}": a_code(f"c{i}", f"Code {i}", str(percent)) for i, percent in enumerate(percents)}
    context = a_context(codes=codes, links={i: f"c{i}" for i in range(len(percents))})
    return an_invoice(*lines, mode=invoice.tax_mode), context


@given(invoices(max_lines=12))
def test_what_is_sent_adds_up_to_caspens_figures(invoice):
    record, context = drawn(invoice)
    for corrected in (False, True):
        sent = map_invoice(record, customer_id="58", context=context, corrected=corrected)
        for line in sent["Line"]:
            detail = line["SalesItemLineDetail"]
            assert quickbooks_takes(detail["Qty"], detail["UnitPrice"], line["Amount"])
        assert sum(line["Amount"] for line in sent["Line"]) == invoice.totals.subtotal
        assert record.subtotal + record.tax_total == invoice.totals.total
        if stated := sent.get("TxnTaxDetail"):
            assert (
                stated["TotalTax"]
                == sum(part["Amount"] for part in stated["TaxLine"])
                == invoice.totals.tax_total
            )
            assert len({part["TaxLineDetail"]["TaxRateRef"]["value"] for part in stated["TaxLine"]}) == len(
                stated["TaxLine"]
            )


@given(
    st.lists(NET.filter(lambda n: n < 10**8), min_size=1, max_size=8),
    st.lists(tax_percents, min_size=1, max_size=3),
)
def test_tax_lines_sum_to_the_tax_however_many_rates_a_code_has(nets, percents):
    code = a_code("c", "Code", *(str(percent) for percent in percents))
    lines = [line_amounts(a_line(str(net), percent=code.percent), TaxMode.EXCLUSIVE, code) for net in nets]
    parts = tax_lines(lines)
    assert sum(part.amount for part in parts) == sum(line.tax for line in lines)
    assert [part.rate_id for part in parts] == sorted(part.rate_id for part in parts)
    assert all(part.net_taxable == sum(nets) for part in parts)


@given(invoices(max_lines=8, tax_modes=("exclusive", "inclusive")))
def test_the_tax_is_left_to_quickbooks_only_where_rounding_by_line_and_by_rate_agree(invoice):
    """Both roundings computed here, plainly; where either differs from Caspen the tax must be stated."""
    record, context = drawn(invoice)
    by_line = Decimal(0)
    nets: dict[Any, Decimal] = {}
    for line in record.lines:
        net = line.amount - line.tax_amount if invoice.tax_mode == "inclusive" else line.amount
        by_line += (net * line.tax_percent / 100).quantize(CENT, rounding=ROUND_HALF_UP)
        nets[line.tax_percent] = nets.get(line.tax_percent, Decimal(0)) + net
    by_rate = sum((n * p / 100).quantize(CENT, rounding=ROUND_HALF_UP) for p, n in nets.items())
    sent = map_invoice(record, customer_id="58", context=context)
    if {by_line, by_rate} != {invoice.totals.tax_total}:
        assert "TxnTaxDetail" in sent


def amounts(*lines, mode=TaxMode.EXCLUSIVE):
    return [line_amounts(line, mode, a_context().tax_code(line.tax_rate_id)) for line in lines]


def test_three_lines_of_1_15_may_be_taxed_35_or_36_cents():
    lines = amounts(a_line("1.15"), a_line("1.15"), a_line("1.15"))
    assert predicted_taxes(lines, TaxMode.EXCLUSIVE) == {Decimal("0.36"), Decimal("0.35")}
    assert needs_override(lines, TaxMode.EXCLUSIVE, Decimal("0.36"))


@pytest.mark.parametrize("mode", [TaxMode.EXCLUSIVE, TaxMode.NONE])
def test_nothing_is_stated_where_there_is_no_doubt(mode):
    lines = amounts(a_line("100.00", rate=FREE), a_line("50.00", rate=FREE), mode=mode)
    assert not needs_override(lines, mode, Decimal("0.00"))


def test_an_inclusive_line_is_net_gross_and_tax_that_fit():
    [line] = amounts(a_line("110.00", mode="inclusive", rate=GST), mode=TaxMode.INCLUSIVE)
    assert (line.net, line.tax, line.gross) == (Decimal("100.00"), Decimal("10.00"), Decimal("110.00"))
