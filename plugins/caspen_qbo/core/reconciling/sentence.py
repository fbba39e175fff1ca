"""What differs, as one sentence: the total first, and what it comes from.

One changed price shows in up to six fields: a line's unit price and amount, subtotal, tax, total and balance.
A person needs what it makes of the total, and the line. What merely follows is left out here;
page and report show every field. The total comes first because a list shows the beginning of a long sentence.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from caspen_qbo.core.money import ZERO
from caspen_qbo.core.reconciling.matching import Difference

_NO_MONEY = (" description", " item", " service date")
"""Properties of a line that move no amount."""


def put_in_words(differences: Sequence[Difference]) -> str:
    """Without a full stop; empty where nothing differs.

    ``total: Caspen 110.00, QuickBooks 121.00 (11.00 more in QuickBooks), from line 1 amount: Caspen 80.00,
    QuickBooks 90.00 (10.00 more in QuickBooks)``.
    """
    by_field = {one.field: one for one in differences}
    total = by_field.get("total")
    follows = set(_follow(by_field, total))
    shown = [one for one in differences if one.field not in follows]
    causes = [one for one in shown if _moves_the_total(one)]
    if total is None or total.delta is None or not causes:
        return "; ".join(map(str, shown))
    others = [one for one in shown if one not in causes and one is not total]
    return "; ".join([f"{total}, from {'; '.join(map(str, causes))}", *map(str, others)])


def _moves_the_total(difference: Difference) -> bool:
    field = difference.field
    of_a_line = field.startswith("line ") and not field.endswith(_NO_MONEY)
    return of_a_line or field in ("subtotal", "tax", "lines")


def _follow(by_field: dict[str, Difference], total: Difference | None) -> Iterator[str]:
    """Fields whose difference is that of others, once more."""
    for field in by_field:
        line = field.removesuffix(" unit price")
        if line != field and _delta(by_field, f"{line} amount") and f"{line} quantity" not in by_field:
            yield field
    if total is None or not total.delta:
        return
    if _delta(by_field, "balance") == total.delta:
        yield "balance"
    parts = [field for field in ("subtotal", "tax") if _delta(by_field, field)]
    of_lines = any(field == "lines" or field.startswith("line ") for field in by_field)
    adds_up = sum((_delta(by_field, field) for field in parts), ZERO) == total.delta
    if adds_up and (of_lines or len(parts) > 1):
        yield from parts


def _delta(by_field: dict[str, Difference], field: str) -> Decimal:
    found = by_field.get(field)
    return (found.delta if found else None) or ZERO
