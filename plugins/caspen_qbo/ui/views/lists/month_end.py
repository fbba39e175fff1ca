"""Month end: which months can be chosen, and what changed since one was closed, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from caspen_qbo.core.closing.month import Month
from caspen_qbo.core.closing.stored import MonthChange
from caspen_qbo.core.reconciling.stored import Side
from caspen_qbo.hooks.store.closing.months import Close
from caspen_qbo.hooks.store.connection.setup import ConnectionFacts
from caspen_qbo.wording import NONE, money

MONTHS_SHOWN = 24


@dataclass(frozen=True, slots=True)
class Choice:
    month: Month
    state: str
    """open, closed, or changed since it was closed."""

    @property
    def words(self) -> str:
        return f"{self.month.words}: {self.state}"


def choices(
    chosen: Month,
    last: Month,
    closes: Sequence[Close],
    connection: ConnectionFacts | None,
    zone: ZoneInfo,
) -> list[Choice]:
    """Months since the practice was connected, newest first, up to the last whole one; and the chosen one."""
    since = Month.of(connection.first_connected_at.astimezone(zone).date()) if connection else last
    months, month = {chosen, last}, last
    while month > since and len(months) < MONTHS_SHOWN:
        month = month.before
        months.add(month)
    closed = {Month(one.month): one for one in closes if one.reopened_at is None}
    return [Choice(each, _state(closed.get(each))) for each in sorted(months | set(closed), reverse=True)]


def _state(close: Close | None) -> str:
    if close is None:
        return "open"
    return "changed since it was closed" if close.changed else "closed"


def change_sentence(change: MonthChange) -> str:
    """What is otherwise, one sentence a side."""
    return " ".join(
        filter(
            None,
            (
                _side("Caspen", change.caspen_closed, change.caspen_now),
                _side("QuickBooks", change.quickbooks_closed, change.quickbooks_now),
            ),
        )
    )


def _side(name: str, closed: Side, now: Side) -> str:
    if closed == now:
        return ""
    if not closed.there:
        return f"New in {name}: {money(now.total)}."
    if not now.there:
        return f"No longer in {name}, where it was {money(closed.total)}."
    parts = []
    if closed.total != now.total:
        parts.append(f"total {money(closed.total)}, now {money(now.total)}")
    if closed.tax != now.tax:
        parts.append(f"tax {money(closed.tax)}, now {money(now.tax)}")
    if closed.day != now.day:
        parts.append(f"date {closed.day or NONE}, now {now.day or NONE}")
    return f"{name}: {'; '.join(parts)}."
