"""Numbers, amounts, dates and times as a reader sees them. Nothing else on the pages formats."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

NONE = "–"


def money(amount: Decimal | None, currency: str) -> str:
    """``1,234.50 AUD``; negative ``-12.00 AUD``; a dash where there is no amount."""
    return NONE if amount is None else f"{amount:,.2f} {currency}"


def signed(amount: Decimal | None, currency: str) -> str:
    """A difference with its sign: ``+0.01 AUD`` where QuickBooks shows more."""
    return NONE if amount is None else f"{amount:+,.2f} {currency}"


def more_or_less(delta: Decimal, currency: str) -> str:
    """``0.01 AUD more in QuickBooks``."""
    if delta == 0:
        return "equal"
    return f"{abs(delta):,.2f} {currency} {'more' if delta > 0 else 'less'} in QuickBooks"


def count(number: int | None) -> str:
    return NONE if number is None else f"{number:,}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """``1 invoice``, ``2 invoices``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def clipped(text: str, length: int = 160) -> str:
    """The beginning of a long text, up to a whole word, with an ellipsis."""
    if len(text) <= length:
        return text
    return f"{text[:length].rsplit(' ', 1)[0].rstrip(',;:.')} …"


def percent(rate: Decimal) -> str:
    return f"{rate.normalize():f} %"


def quantity(number: Decimal | None) -> str:
    return NONE if number is None else f"{number.normalize():f}"


def day(value: date | None) -> str:
    """``3 Nov 2026``."""
    return NONE if value is None else f"{value.day} {value:%b %Y}"


def zone_of(name: str) -> ZoneInfo:
    """The practice's zone; UTC where Caspen holds a name that no longer exists."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def moment(at: datetime | None, zone: ZoneInfo) -> str:
    """``3 Nov 2026, 14:05`` in the practice's zone, which the page names once."""
    if at is None:
        return NONE
    local = at.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M}"


def ago(at: datetime, now: datetime | None = None) -> str:
    """How long ago, coarsely: ``just now``, ``5 minutes``, ``3 hours``, ``12 days``."""
    seconds = ((now or datetime.now(UTC)) - at).total_seconds()
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(int(seconds // size), name)
    return "just now"


def lasted(start: datetime, end: datetime | None) -> str:
    if end is None:
        return NONE
    seconds = (end - start).total_seconds()
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60)} s"
