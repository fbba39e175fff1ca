"""The form of the morning mail, and what became of the last ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from caspen_qbo.core.monitoring.mail_wishes import WEEKDAYS, WishError, Wishes, read_time, read_weekday
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.store import Store
from caspen_qbo.wording import MAIL_WORDS, day, moment

MAILS_SHOWN = 40
BADGES = {
    "sent": "ok",
    "refused": "bad",
    "missed": "bad",
    "unknown": "warn",
    "due": "warn",
    "handing": "warn",
}


@dataclass(frozen=True, slots=True)
class MailForm:
    """Its fields as texts."""

    addresses: str
    send_at: str
    quiet_from: str
    quiet_to: str
    weekends: bool
    weekly: str
    """The name of a day, or empty."""
    time_zone: str = ""

    @classmethod
    def of(cls, wishes: Wishes) -> MailForm:
        return cls(
            "\n".join(wishes.addresses),
            f"{wishes.send_at:%H:%M}",
            f"{wishes.quiet_from:%H:%M}",
            f"{wishes.quiet_to:%H:%M}",
            wishes.weekends,
            WEEKDAYS[wishes.weekly - 1] if wishes.weekly else "",
            wishes.time_zone,
        )

    @property
    def days(self) -> tuple[str, ...]:
        return WEEKDAYS

    @property
    def wishes(self) -> Wishes:
        """:raises ConfigurationError: a time or a day is none."""
        try:
            return Wishes(
                tuple(re.split(r"[\s,;]+", self.addresses)),
                read_time(self.send_at),
                read_time(self.quiet_from),
                read_time(self.quiet_to),
                self.weekends,
                read_weekday(self.weekly),
                self.time_zone,
            )
        except WishError as error:
            raise ConfigurationError(str(error)) from error


@dataclass(frozen=True, slots=True)
class ShownMail:
    day: str
    address: str
    words: str
    badge: str
    at: str
    problem: str


def shown_mails(store: Store, workspace_id: int, zone: ZoneInfo) -> list[ShownMail]:
    return [
        ShownMail(
            day(one.day),
            one.address,
            MAIL_WORDS[one.state],
            BADGES.get(one.state, ""),
            moment(one.ended_at or one.decided_at, zone),
            one.problem,
        )
        for one in store.mails.fetch_last(workspace_id, MAILS_SHOWN)
    ]
