"""What a person types to find a document anywhere: its number, its id in QuickBooks, or an amount."""

import re
from dataclasses import dataclass
from decimal import Decimal

TEXT_MAX = 100

_SPACES = " \u00a0\u202f"
_SIGN = "[-+\u2212]?"
_AMOUNT = re.compile(
    rf"^{_SIGN}\(?(?:[a-z]{{0,3}}[$\u20ac\u00a3\u00a5][{_SPACES}]?{_SIGN}|[a-z]{{3}}[{_SPACES}])?"
    rf"([0-9]{{1,3}}(?:[,'{_SPACES}][0-9]{{3}})+|[0-9]{{0,12}})(\.[0-9]{{0,2}})?"
    rf"[{_SPACES}]?(?:[a-z]{{3}})?\)?$",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"^#?([0-9]{1,21})$")


@dataclass(frozen=True, slots=True)
class Sought:
    text: str
    """A number, or its beginning; case does not matter."""
    ends: str | None
    """The digits at the end of a number, without the zeros before them: ``42`` finds ``INV-0042``."""
    quickbooks_id: str | None
    amount: Decimal | None
    """Without its sign: documents of both sides have none."""


def read_sought(typed: str) -> Sought | None:
    """Whatever it may be is looked for. None: nothing was typed.

    >>> read_sought("$1,234.5").amount
    Decimal('1234.50')
    """
    text = typed.strip()[:TEXT_MAX].strip()
    if not text:
        return None
    digits = _DIGITS.match(text)
    ends = digits[1].lstrip("0") or None if digits else None
    return Sought(text.removeprefix("#") or text, ends, digits[1] if digits else None, _amount(text))


def _amount(text: str) -> Decimal | None:
    found = _AMOUNT.match(text)
    if found is None or not any(map(str.isdecimal, found[1] + (found[2] or ""))):
        return None
    whole = re.sub(r"[^0-9]", "", found[1]) or "0"
    return Decimal(whole + (found[2] or "").rstrip(".")).quantize(Decimal("0.01"))
