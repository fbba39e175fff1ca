"""Who wants the morning mail, and when it may be sent: by the clock on the wall of a practice's own zone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

OPS = 0
"""Stands for all practices, where a workspace id is stored: ops' mail."""
ADDRESSES_MAX = 20
ADDRESS_LONGEST = 254
"""RFC 5321, 4.5.3.1.3, without the angle brackets."""
LOCAL_PART_LONGEST = 64
OPEN_AT_LEAST_MINUTES = 30
"""Between the hour of the mail and the quiet hours: two rounds of each schedule."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SATURDAY = 6

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


class WishError(ValueError):
    """A wish that cannot be kept; its text is a sentence for the person who made it."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """Of one practice, or of ops."""

    addresses: tuple[str, ...] = ()
    send_at: time = time(7)
    quiet_from: time = time(18)
    quiet_to: time = time(7)
    """No mail is sent from the one to the other; the same time twice: no quiet hours."""
    weekends: bool = False
    weekly: int | None = None
    """The day of the weekly mail, Monday is 1; None: not asked for."""
    time_zone: str = ""
    """Of ops' mail; a practice has its own."""

    def is_quiet(self, at: time) -> bool:
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= at < self.quiet_to
        return at >= self.quiet_from or at < self.quiet_to

    def wants_weekly(self, day: date) -> bool:
        return self.weekly == day.isoweekday()


def decide_day(wishes: Wishes, zone: tzinfo, now: datetime) -> date | None:
    """The local day whose mail may be sent now; None: it is too early, quiet, or a weekend.

    A time that the clock leaps over is over when it has leapt; one that comes twice is the same day's.
    """
    local = now.astimezone(zone)
    if local.time() < wishes.send_at or wishes.is_quiet(local.time()):
        return None
    if local.isoweekday() >= SATURDAY and not wishes.weekends:
        return None
    return local.date()


def check_wishes(wishes: Wishes) -> None:
    """:raises WishError: they contradict each other."""
    if wishes.is_quiet(wishes.send_at):
        raise WishError(
            f"The mail would be sent at {wishes.send_at:%H:%M}, within the quiet hours from "
            f"{wishes.quiet_from:%H:%M} to {wishes.quiet_to:%H:%M}: choose another time for one of them."
        )
    if _minutes_open(wishes) < OPEN_AT_LEAST_MINUTES:
        raise WishError(
            f"Leave at least {OPEN_AT_LEAST_MINUTES} minutes between the mail at {wishes.send_at:%H:%M} and "
            "the quiet hours or the end of the day."
        )
    if wishes.weekly is not None and wishes.weekly >= SATURDAY and not wishes.weekends:
        raise WishError(
            f"The weekly mail is asked for on a {WEEKDAYS[wishes.weekly - 1]}, and weekends are off: "
            "choose another day, or switch weekends on."
        )


def _minutes_open(wishes: Wishes) -> int:
    """From the mail to the next quiet moment of that day, or its end."""
    begins, quiet = _minute(wishes.send_at), _minute(wishes.quiet_from)
    has_quiet = wishes.quiet_from != wishes.quiet_to
    return (quiet if has_quiet and quiet > begins else 24 * 60) - begins


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def read_addresses(texts: Iterable[str]) -> tuple[str, ...]:
    """Addresses as typed, each once, in their order: letter case makes no other.

    :raises WishError: one is not such as mail can be sent to, or they are too many.
    """
    found: dict[str, str] = {}
    for text in texts:
        address = text.strip()
        if address:
            found.setdefault(_checked(address).lower(), address)
    if len(found) > ADDRESSES_MAX:
        raise WishError(f"{len(found)} addresses: {ADDRESSES_MAX} at most.")
    return tuple(found.values())


def _checked(address: str) -> str:
    local, at, domain = address.rpartition("@")
    labels = domain.split(".")
    good = (
        bool(at)
        and address.isascii()
        and len(address) <= ADDRESS_LONGEST
        and len(local) <= LOCAL_PART_LONGEST
        and _LOCAL.fullmatch(local) is not None
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdecimal()
    )
    if not good:
        shown = address if len(address) <= 80 else f"{address[:80]} ..."
        raise WishError(
            f"{shown!a} is no address that mail can be sent to; one is written like books@example.com."
        )
    return address


def read_time(text: str) -> time:
    """``07:00``. :raises WishError: it is no time of the day."""
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text.strip()):
        raise WishError(f"{text[:20]!a} is no time of the day; one is written like 07:00.")
    return time.fromisoformat(text.strip())


def read_weekday(text: str) -> int | None:
    """``monday``; ``none``, or nothing, for no weekly mail. :raises WishError: it is no day."""
    name = text.strip().capitalize()
    if name in ("", "None"):
        return None
    if name not in WEEKDAYS:
        raise WishError(f"{text[:20]!a} is no day of the week; one is written like monday.")
    return WEEKDAYS.index(name) + 1
