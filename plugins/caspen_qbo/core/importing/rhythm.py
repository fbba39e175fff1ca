"""When a practice's import asks QuickBooks next: where something may have happened, and often enough."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from caspen_qbo.core.monitoring.metering import Budget

STEP = timedelta(minutes=5)
FRESH = timedelta(hours=2)
"""After something was found: payments are entered several at a time."""
FORGOTTEN = timedelta(days=14)
"""Where nothing was found for so long, payments are seldom made in QuickBooks."""
REPORTED_WITHIN = timedelta(minutes=15)
"""A webhook reports our own payments too. One that was not reported by then: webhooks do not work."""
SILENT_AT_MOST = timedelta(days=7)
SATURDAY = 5
NET = timedelta(hours=24)
"""Longest pause: where webhooks work, what they lost is found by then."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How long it may take until a payment made in QuickBooks is asked for, without a webhook."""

    working: timedelta = timedelta(minutes=45)
    """In the practice's working hours."""
    opens: time = time(8)
    closes: time = time(18)
    """Monday to Friday, in the practice's zone."""

    @property
    def busy(self) -> timedelta:
        """For two hours after something was found."""
        return self.working / 3

    @property
    def quiet(self) -> timedelta:
        """In working hours, where nothing was found for two weeks; and in the evening and at weekends."""
        return self.working * 8 / 3

    @property
    def day_from(self) -> time:
        """The first question of a day: half an hour after opening, since right at opening there is
        nothing.
        """
        return (datetime.combine(date.min, self.opens) + timedelta(minutes=30)).time()

    @property
    def night(self) -> timedelta:
        return self.working * 40 / 3


DAY_UNTIL = time(22)
"""Then people sleep; the nightly reconciliation reads what they made all the same."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a practice's payments in QuickBooks. Times have a zone."""

    connected_at: datetime
    asked_at: datetime | None = None
    """The last time everything new was read."""
    found_at: datetime | None = None
    wrote_at: datetime | None = None
    """The first payment of ours that no webhook has reported yet; or the last one, if all were."""
    heard_at: datetime | None = None
    """The last webhook about a payment."""
    reported_at: datetime | None = None
    """The last webhook about a payment that is not ours."""
    waiting: bool = False
    """Something is listed that a person may settle in Caspen, of which no webhook tells."""


def decide_when_to_ask(
    asked: Asked, rhythm: Rhythm, zone: ZoneInfo, budget: Budget = Budget.AMPLE
) -> datetime:
    """The moment from which the import asks; past where it is due."""
    if asked.asked_at is None:
        return asked.connected_at
    regular = _by_rhythm(asked, asked.asked_at, rhythm, zone, budget)
    reported = asked.reported_at is not None and asked.reported_at > asked.asked_at
    return min(regular, asked.reported_at) if reported and asked.reported_at else regular


def _by_rhythm(asked: Asked, last: datetime, rhythm: Rhythm, zone: ZoneInfo, budget: Budget) -> datetime:
    if hears(asked, last + NET) and not asked.waiting:
        return last + NET  # nor is it deaf at any moment before
    moment = last
    while moment - last < NET:
        moment += STEP
        if moment - last >= _pause(asked, rhythm, moment.astimezone(zone), budget):
            break
    return moment


def hears(asked: Asked, now: datetime) -> bool:
    """Whether webhooks about payments work here: one came lately, and none of ours is missing."""
    if asked.heard_at is None or now - asked.heard_at > SILENT_AT_MOST:
        return False
    missing = asked.wrote_at is not None and asked.heard_at < asked.wrote_at
    return not (missing and asked.wrote_at is not None and now - asked.wrote_at > REPORTED_WITHIN)


def _pause(asked: Asked, rhythm: Rhythm, now: datetime, budget: Budget) -> timedelta:
    """How long after the last question the next may be, for one that is asked now. In the practice's zone."""
    if hears(asked, now) and not asked.waiting:
        return NET
    pause = _by_the_clock(asked, rhythm, now)
    if budget is Budget.NEAR:
        return 2 * pause
    return max(pause, NET / 4) if budget is Budget.USED_UP else pause


def longest_pause(asked: Asked, rhythm: Rhythm, now: datetime, budget: Budget) -> timedelta:
    """No two questions are further apart than this, while imports run."""
    if asked.asked_at is None:
        return timedelta(0)
    if hears(asked, now) or hears(asked, asked.asked_at):
        return NET
    return min(NET, (2 if budget is Budget.NEAR else 1) * rhythm.night)


def _by_the_clock(asked: Asked, rhythm: Rhythm, now: datetime) -> timedelta:
    if not rhythm.day_from <= now.time() < DAY_UNTIL:
        return rhythm.night
    since_found = now - (asked.found_at or asked.connected_at)
    if asked.found_at is not None and since_found < FRESH:
        return rhythm.busy
    if now.weekday() < SATURDAY and rhythm.opens <= now.time() < rhythm.closes:
        return rhythm.working if since_found < FORGOTTEN or asked.waiting else rhythm.quiet
    return rhythm.quiet
