"""Hypothesis strategies for invoices that Caspen could hold: any kinds, modes, rates, discounts and
quantities.

An invoice is drawn as a plain value with its amounts computed by Caspen's own arithmetic. Compare with it in
memory, or hand it to Caspen's staff with `draft_drawn` and find the same amounts in the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from hypothesis import strategies as st

from caspen_seed import LineAmounts, NewLine, Staff, Totals, compute_totals
from caspen_seed.arithmetic import TAX_MODES, DiscountType, TaxMode
from caspen_seed.records import LINE_KINDS

TOTAL_MAX = Decimal("9999999999.99")
"""What numeric(12,2) holds."""


@dataclass(frozen=True, slots=True)
class DrawnLine:
    """One line, its rate and its money."""

    typed: NewLine
    """As staff type it, without a tax rate's id, which only a database can give."""

    tax_percent: Decimal
    """0 where the invoice's mode is none."""

    amounts: LineAmounts


@dataclass(frozen=True, slots=True)
class DrawnInvoice:
    """One finalised invoice, as far as its amounts go."""

    tax_mode: TaxMode
    lines: tuple[DrawnLine, ...]
    totals: Totals

    @property
    def tax_percents(self) -> frozenset[Decimal]:
        return frozenset(line.tax_percent for line in self.lines)


def decimals(low: str, high: str, places: int) -> st.SearchStrategy[Decimal]:
    """Exact decimals with at most `places` decimals, both ends included."""
    unit = Decimal(1).scaleb(-places)
    return st.integers(int(Decimal(low) / unit), int(Decimal(high) / unit)).map(lambda n: n * unit)


tax_percents = st.one_of(
    st.sampled_from([Decimal(n) for n in ("0", "10", "12.5", "15", "8.1234", "33.3333", "0.0001")]),
    decimals("0", "30", 4),
)
quantities = st.one_of(
    st.sampled_from([Decimal(n) for n in ("1", "2", "0.33", "0.3333", "0.0001", "7")]),
    decimals("0.0001", "40", 4),
)
unit_prices = st.one_of(
    st.sampled_from([Decimal(n) for n in ("0", "0.0001", "0.005", "110", "33.33", "193.99")]),
    decimals("0", "2500", 4),
    decimals("0", "2500", 2),
)
discounts: st.SearchStrategy[tuple[DiscountType, Decimal]] = st.one_of(
    st.just(("none", Decimal(0))),
    st.tuples(st.just("percentage"), st.sampled_from([Decimal(n) for n in ("100", "50", "33.3333", "120")])),
    st.tuples(st.just("percentage"), decimals("0", "100", 4)),
    st.tuples(st.just("fixed"), decimals("0", "300", 4)),
)


@st.composite
def typed_lines(draw: st.DrawFn) -> NewLine:
    """A line as staff type it, without a tax rate's id."""
    discount_type, discount_value = draw(discounts)
    return NewLine(
        kind=draw(st.sampled_from(LINE_KINDS)),
        name=draw(st.sampled_from(("Consultation", "Crème 100 ml", "Pilates: term 1", "報告書 (h)"))),
        unit_price=draw(unit_prices),
        quantity=draw(quantities),
        discount_type=discount_type,
        discount_value=discount_value,
        item_code=draw(st.sampled_from((None, "505"))),
    )


@st.composite
def invoices(
    draw: st.DrawFn,
    *,
    min_lines: int = 1,
    max_lines: int = 60,
    tax_modes: tuple[TaxMode, ...] = TAX_MODES,
    rates: st.SearchStrategy[Decimal] = tax_percents,
) -> DrawnInvoice:
    """A finalised invoice with its amounts.

    :param rates: Percentages to choose from. At most four different ones meet on one invoice.
    """
    mode = draw(st.sampled_from(tax_modes))
    some_rates = st.sampled_from(draw(st.lists(rates, min_size=1, max_size=4, unique=True)))
    typed = draw(st.lists(typed_lines(), min_size=min_lines, max_size=max_lines))
    lines = []
    for line in typed:
        percent = Decimal(0) if mode == "none" else draw(some_rates)
        lines.append(DrawnLine(line, percent, line.amounts(mode, percent)))
    return DrawnInvoice(mode, tuple(lines), compute_totals((line.amounts for line in lines), mode))


def draft_drawn(
    staff: Staff,
    client_id: int,
    invoice: DrawnInvoice,
    tax_rate_ids: Mapping[Decimal, int],
) -> int:
    """Let staff draft a drawn invoice. :param tax_rate_ids: percentage to the id of a rate.
    :return: its id.
    """
    lines = [
        NewLine(
            line.typed.kind,
            line.typed.name,
            line.typed.unit_price,
            line.typed.quantity,
            tax_rate_id=None if invoice.tax_mode == "none" else tax_rate_ids[line.tax_percent],
            discount_type=line.typed.discount_type,
            discount_value=line.typed.discount_value,
            item_code=line.typed.item_code,
        )
        for line in invoice.lines
    ]
    return staff.draft_invoice(client_id, lines, tax_mode=invoice.tax_mode)
