"""What differs, as one sentence: the cause, and what it makes of the total.

One changed price shows in up to six fields: a line's unit price and amount, subtotal, tax, total and balance.
A person needs the line, and what it makes of the total. What merely follows is left out here;
page and report show every field.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from caspen_qbo.core.money import ZERO
from caspen_qbo.core.reconciling.matching import Difference


def put_in_words(differences: Sequence[Difference]) -> str:
    """Without a full stop; empty where nothing differs.

    ``line 1 amount: Caspen 80.00, QuickBooks 90.00 (10.00 more in QuickBooks), which makes the total 121.00
    instead of 110.00 (11.00 more in QuickBooks)``.
    """
    by_field = {one.field: one for one in differences}
    total = by_field.get("total")
    follows = set(_follow(by_field, total))
    shown = [one for one in differences if one.field not in follows]
    causes = [one for one in shown if _moves_the_total(one)]
    if total is None or total.delta is None or not causes:
        return "; ".join(map(str, shown))
    others = [one for one in shown if one not in causes and one is not total]
    effect = (
        f", which makes the total {total.quickbooks_value} instead of {total.caspen_value} "
        f"({abs(total.delta):.2f} {'more' if total.delta > 0 else 'less'} in QuickBooks)"
    )
    return "; ".join([f"{'; '.join(map(str, causes))}{effect}", *map(str, others)])


def _moves_the_total(difference: Difference) -> bool:
    return difference.field in ("subtotal", "tax", "lines") or difference.field.startswith("line ")


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
