"""The figures in the decision records are those the code gives now."""

from __future__ import annotations

from ops.paths import ROOT
from tests.support.discount_evidence import measure


def test_the_figures_of_decisions_3_and_4() -> None:
    figures = measure()
    tax = (ROOT / "docs/decisions/0003-tax-override.md").read_text("utf-8")
    discounts = (ROOT / "docs/decisions/0004-discounts.md").read_text("utf-8")
    assert f"{figures.stated_with_net_price} need a stated tax" in tax
    assert (
        f"of {figures.undiscounted} without a discount in the same draw, {figures.stated_undiscounted}."
        in tax
    )
    for name, count in (
        ("a lower price", figures.stated_with_net_price),
        ("negative lines", figures.stated_with_negative_lines),
        ("one discount line", figures.wrong_with_one_discount_line),
    ):
        [row] = [line for line in discounts.splitlines() if line.startswith(f"| {name} |")]
        assert row.endswith(f"| {count} |")
    assert figures.stated_with_net_price < figures.stated_with_negative_lines
