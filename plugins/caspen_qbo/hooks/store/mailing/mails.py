"""Morning mails, of all practices at once: a constant number of statements finds who needs one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from caspen_qbo.catalogue import CATALOGUE
from caspen_qbo.core.monitoring.mail_matters import Began, Listed, RefusedAddress, Week
from caspen_qbo.core.monitoring.mail_wishes import Wishes
from caspen_qbo.hooks.database import Database, Row
from caspen_qbo.hooks.store.codec import jsonb

_FOLDER = "mailing/mails"
_LOCK = int.from_bytes(hashlib.sha256(b"caspen_qbo:mail").digest()[:8], "big", signed=True)

OUTCOME_UNKNOWN = "The server's answer was lost: it may have arrived, so it was not repeated."
DAY_IS_OVER = "It could not be sent before the quiet hours or the end of the day."


class MailKey(NamedTuple):
    workspace_id: int
    """0: ops' mail about all practices."""
    day: date
    address: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who wants a mail, and how far today's is."""

    workspace_id: int
    wishes: Wishes
    time_zone: str | None
    """None: of a practice that was never looked at."""
    decided_on: date | None
    pending: date | None
    """The newest day with a mail that is not at its end."""


@dataclass(frozen=True, slots=True)
class KeptMail:
    """What became of a mail."""

    day: date
    address: str
    kind: str
    state: str
    """due, handing, sent, refused, unknown, dropped or missed."""
    tries: int
    problem: str
    decided_at: datetime
    ended_at: datetime | None


class MailStore:
    """Each statement commits for itself unless inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    @contextmanager
    def sender(self) -> Iterator[bool]:
        """Whether this process is the one sender, until the block ends. One that dies is so no longer."""
        taken = self._db.try_lock(_LOCK, wait_seconds=0)
        try:
            yield taken
        finally:
            if taken:
                self._db.unlock(_LOCK)

    def fetch_wanted(self) -> list[Wanted]:
        return [
            Wanted(row["workspace_id"], _wishes(row), row["time_zone"], row["decided_on"], row["pending"])
            for row in self._db.fetch_all(f"{_FOLDER}/select_wishes")
        ]

    def fetch_wishes(self, workspace_id: int) -> Wishes | None:
        """None: none were ever made."""
        row = self._db.fetch_one(f"{_FOLDER}/select_wish", {"workspace_id": workspace_id})
        return None if row is None else _wishes(row)

    def save_wishes(self, workspace_id: int, wishes: Wishes, who: str) -> None:
        params = {**asdict(wishes), "addresses": jsonb(wishes.addresses)}
        self._db.execute(f"{_FOLDER}/upsert_wish", {**params, "workspace_id": workspace_id, "who": who})

    def fetch_listed(self, ids: Sequence[int]) -> dict[int, list[Listed]]:
        """What is listed for a person, by practice."""
        turns = [entry.turn.value for entry in CATALOGUE.values()]
        params = {"ids": list(ids), "keys": list(CATALOGUE), "turns": turns}
        found: dict[int, list[Listed]] = {}
        for row in self._db.fetch_all(f"{_FOLDER}/select_matters", params):
            listed = Listed(row["error_key"], row["turn"], row["documents"], row["since"])
            found.setdefault(row["workspace_id"], []).append(listed)
        return found

    def fetch_began(self, ids: Sequence[int]) -> dict[int, Began]:
        rows = self._db.fetch_all(f"{_FOLDER}/select_began", {"ids": list(ids)})
        return {row["workspace_id"]: Began(row["lost_at"], row["unexplained_at"]) for row in rows}

    def fetch_weeks(
        self, clocks: Mapping[int, timedelta], now: datetime, within: timedelta
    ) -> dict[int, Week]:
        """:param clocks: What the clock of each practice shows, minus UTC's.
        :param within: A reconciliation that began earlier proves nothing of today.
        """
        params = {"ids": list(clocks), "offsets": list(clocks.values()), "now": now, "within": within}
        rows = self._db.fetch_all(f"{_FOLDER}/select_weeks", params)
        return {row.pop("workspace_id"): Week(**row) for row in rows}

    def settle(self, open_days: Mapping[int, date]) -> None:
        """What an earlier sender left behind. Of the sender alone.

        :param open_days: Practices that may be sent something now, and their local day.
        """
        params = {"ids": list(open_days), "days": list(open_days.values())}
        words = {"unknown": OUTCOME_UNKNOWN, "missed": DAY_IS_OVER}
        self._db.execute(f"{_FOLDER}/settle", params | words)

    def record_decided(self, decided: Mapping[int, date], mails: Mapping[MailKey, str]) -> None:
        """All or nothing. ``mails``: kinds; a day and address has one mail, whatever is asked."""
        keys = list(mails)
        params = {
            "ids": [key.workspace_id for key in keys],
            "days": [key.day for key in keys],
            "addresses": [key.address for key in keys],
            "kinds": list(mails.values()),
        }
        with self._db.transaction():
            self._db.execute(f"{_FOLDER}/insert_mails", params)
            days = {"ids": list(decided), "days": list(decided.values())}
            self._db.execute(f"{_FOLDER}/set_decided", days)

    def fetch_due(self) -> list[MailKey]:
        """Those that were tried least first."""
        return [
            MailKey(row["workspace_id"], row["day"], row["address"])
            for row in self._db.fetch_all(f"{_FOLDER}/select_due")
        ]

    def mark_handing(self, key: MailKey) -> bool:
        """Before its text leaves. False: it is no longer to be sent."""
        return self._db.execute(f"{_FOLDER}/mark_handing", key._asdict()) == 1

    def mark(self, key: MailKey, state: str, problem: str = "", *, tried: bool = False) -> None:
        """What became of it. :param tried: It ended before its text left."""
        params = {**key._asdict(), "state": state, "problem": problem, "tried": int(tried)}
        self._db.execute(f"{_FOLDER}/finish", params)

    def fetch_last(self, workspace_id: int, most: int) -> list[KeptMail]:
        params = {"workspace_id": workspace_id, "most": most}
        return self._db.fetch_values(KeptMail, f"{_FOLDER}/select_last", params)

    def fetch_refused(self, days: int) -> list[RefusedAddress]:
        """Practices with addresses whose last mail was not taken."""
        return self._db.fetch_values(RefusedAddress, f"{_FOLDER}/select_refused", {"days": days})


def _wishes(row: Row) -> Wishes:
    return Wishes(
        tuple(row["addresses"]),
        row["send_at"],
        row["quiet_from"],
        row["quiet_to"],
        row["weekends"],
        row["weekly"],
        row["time_zone"] or "",
    )
