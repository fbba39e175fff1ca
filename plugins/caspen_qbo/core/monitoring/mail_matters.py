"""What a morning mail says: the matters that need a person, the worst first, or that the week was equal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from caspen_qbo.core.monitoring.overview import Need, PracticeRow

LINES_MAX = 6
"""Matters, or practices, that a mail names; of the others it says how many they are. Ten lines in all."""


class MatterKind(StrEnum):
    LOST = "lost"
    """The connection to QuickBooks."""
    LATE = "late"
    """A job went too long without a good run."""
    UNEXPLAINED = "unexplained"
    LISTED = "listed"
    ENDS = "ends"
    """The connection, soon."""
    SETUP = "setup"


@dataclass(frozen=True, slots=True)
class Matter:
    kind: MatterKind
    turn: str
    """Whose: practice, finance or admin."""
    number: int = 0
    """Documents or differences."""
    since: datetime | None = None
    what: str = ""
    """The error key of what is listed; the jobs that are late, with commas."""
    amount: Decimal | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """Open rows of one kind that a person has to act on."""

    error_key: str
    turn: str
    documents: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Began:
    """When what has no row of its own began; None where it does not hold."""

    lost_at: datetime | None = None
    unexplained_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Week:
    """The reconciliations of a practice's last seven days."""

    ended: int
    """Nights with one that came to its end."""
    good: int
    """Nights whose last one left nothing unexplained."""
    last_at: datetime | None
    """The end of the newest, whenever it was."""
    fresh: bool
    """It began within a day or so."""
    success: bool
    """It carried out every check and left nothing unexplained."""
    documents: int
    """It compared."""
    unsettled: int
    """Open rows of any kind, also those that the next run resolves."""


class LetterKind(StrEnum):
    NEEDED = "needed"
    EQUAL = "equal"
    UNPROVED = "unproved"


class Unproved(StrEnum):
    """Why a week is not said to be equal."""

    OFF = "off"
    NONE = "none"
    """No reconciliation came to its end in the week."""
    OLD = "old"
    """The last one is too old to say anything of today."""
    NOT_GOOD = "not_good"
    UNSETTLED = "unsettled"


@dataclass(frozen=True, slots=True)
class Letter:
    """To the addresses of one practice."""

    kind: LetterKind
    day: date
    row: PracticeRow
    matters: Sequence[Matter] = ()
    week: Week | None = None
    """Where this is the day of the weekly one."""
    unproved: Unproved | None = None


@dataclass(frozen=True, slots=True)
class RefusedAddress:
    """The last mail to it was not taken."""

    workspace_id: int
    practice: str
    addresses: int


@dataclass(frozen=True, slots=True)
class OpsLetter:
    """To ops, about all practices."""

    kind: LetterKind
    day: date
    time_zone: str
    connected: int
    """Practices, those that wait to be reconnected included."""
    needing: int
    """Practices that need a person."""
    worst: Sequence[Letter] = ()
    """The first of them."""
    refused: Sequence[RefusedAddress] = ()
    proved: int | None = None
    """Practices proved equal; None where this is not the day of the weekly mail."""
    unproved_ids: Sequence[int] = ()
    """Some of the others."""


def choose_matters(
    row: PracticeRow,
    listed: Sequence[Listed],
    began: Began,
    quiet_at_most: Mapping[str, timedelta],
    warned_days: int,
    now: datetime,
) -> list[Matter]:
    """Of one practice, the worst first; none where nobody is needed.

    :param quiet_at_most: How long each job may go without a good run.
    :param warned_days: How long before its end a connection is named.
    """
    if row.needs is Need.OFF or not row.needs.calls_a_person:
        return []
    found = []
    refused = next((each for each in listed if each.error_key == "invalid_refresh_token"), None)
    late = row.late_jobs(quiet_at_most, now) if row.needs is Need.STOPPED else []
    lost = row.status == "needs_reconnect" or refused is not None or (row.needs is Need.STOPPED and not late)
    if lost:
        since = began.lost_at or (refused.since if refused else row.late_at)
        found.append(
            Matter(MatterKind.LOST, "admin", refused.documents if refused else 0, since)
        )  # what is late is late for that
    elif late:
        found.append(Matter(MatterKind.LATE, "admin", since=_last_good(row, late), what=",".join(late)))
    if row.unexplained:
        found.append(
            Matter(
                MatterKind.UNEXPLAINED,
                "finance",
                row.unexplained,
                began.unexplained_at or row.reconciled_at,
                amount=row.unexplained_amount,
            )
        )
    found += [
        Matter(MatterKind.LISTED, each.turn, each.documents, each.since, each.error_key)
        for each in sorted(listed, key=lambda each: (-each.documents, each.since, each.error_key))
        if each is not refused
    ]
    left = row.days_left(now)
    if not lost and left is not None and left <= warned_days:
        found.append(Matter(MatterKind.ENDS, "admin", left, until=row.ends_at))
    if not found:
        found.append(Matter(MatterKind.SETUP, "admin", since=row.connected_at))
    return found


def _last_good(row: PracticeRow, jobs: Sequence[str]) -> datetime | None:
    """Of the job that waits longest."""
    ends = {"post": row.posted_at, "import": row.imported_at, "reconcile": row.reconciled_at}
    times = [ends[job] or row.connected_at for job in jobs]
    return min((at for at in times if at is not None), default=None)


def decide_letter(row: PracticeRow, matters: Sequence[Matter], week: Week | None, day: date) -> Letter | None:
    """None: nobody is needed, and no weekly mail is due.

    :param week: On the day of the weekly mail.
    """
    if matters:
        why = decide_unproved(row, week) if week else None
        return Letter(LetterKind.NEEDED, day, row, matters, week, why)
    if week is None:
        return None
    why = decide_unproved(row, week)
    return Letter(LetterKind.EQUAL if why is None else LetterKind.UNPROVED, day, row, (), week, why)


def decide_unproved(row: PracticeRow, week: Week) -> Unproved | None:
    """None: it is proved that both sides are equal. Nothing is equal by omission."""
    if row.needs is Need.OFF:
        return Unproved.OFF
    if not week.ended:
        return Unproved.NONE
    if not week.fresh:
        return Unproved.OLD
    if not week.success or row.unexplained:
        return Unproved.NOT_GOOD
    return Unproved.UNSETTLED if week.unsettled or row.listed else None


def decide_ops_letter(letter: OpsLetter) -> OpsLetter | None:
    """None: nobody is needed, and no weekly mail is due. ``letter`` has every fact but its kind."""
    if letter.needing or letter.refused:
        kind = LetterKind.NEEDED
    elif letter.proved is None:
        return None
    else:
        kind = LetterKind.EQUAL if 0 < letter.connected == letter.proved else LetterKind.UNPROVED
    return OpsLetter(
        kind,
        letter.day,
        letter.time_zone,
        letter.connected,
        letter.needing,
        letter.worst,
        letter.refused,
        letter.proved,
        letter.unproved_ids,
    )
