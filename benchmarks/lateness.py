"""How late a payment made in QuickBooks comes to Caspen, simulated with the core's own rhythm.

    python -m benchmarks.lateness

Three hundred weeks of one practice, twelve payments a week. Nine of ten are made in working hours, one in the
evening or at the weekend by day. A bookkeeper enters what a bank statement shows, one to four at a sitting,
some minutes apart; or, for comparison, each comes alone at a time of its own, which no practice's payments
do. Runs start at 7, 22, 37 and 52 minutes past, as the DAG does, and take half a minute to have the payment
in Caspen; at two in the night the reconciliation reads what changed. A webhook comes within half a minute
and starts its run at the end of a span of twenty seconds; one in five hundred is lost.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from caspen_qbo.core.importing.rhythm import Asked, Rhythm, decide_when_to_ask
from caspen_qbo.usecases.connection.find_workspaces import EARLY

SYDNEY = ZoneInfo("Australia/Sydney")
MONDAY = datetime(2026, 11, 16, tzinfo=SYDNEY)
WEEKS, A_WEEK, AT_A_SITTING = 300, 12, 4
NIGHT = 2
"""The hour at which the reconciliation reads."""
LOST, IN_HOURS = 0.002, 0.9
RUN, REPORT, BUNDLE = timedelta(seconds=30), 30, timedelta(seconds=21)
TICK = timedelta(minutes=15)


@dataclass(frozen=True)
class Lateness:
    """Minutes."""

    median: float
    of_99: float
    """Of one in a hundred later than this."""
    longest: float
    asked_a_month: float


def _payments(chance: random.Random, week: datetime, sitting: int) -> list[datetime]:
    made: list[datetime] = []
    while len(made) < A_WEEK:
        if chance.random() < IN_HOURS:
            day, minute = chance.randrange(5), chance.randrange(8 * 60, 18 * 60)
        elif chance.random() < IN_HOURS / 2:
            day, minute = chance.randrange(5), chance.randrange(18 * 60, 22 * 60)
        else:
            day, minute = 5 + chance.randrange(2), chance.randrange(9 * 60, 20 * 60)
        at = week + timedelta(days=day, minutes=minute, seconds=chance.randrange(60))
        for _ in range(min(chance.randrange(1, sitting + 1), A_WEEK - len(made))):
            made.append(at)
            at += timedelta(minutes=chance.uniform(2, 12))
    return sorted(made)


def simulate(*, webhooks: bool, sitting: int = AT_A_SITTING) -> Lateness:
    """The same weeks each time. :param sitting: Payments entered at one sitting, at most."""
    chance = random.Random(11)  # noqa: S311
    late: list[float] = []
    asked, asks = Asked(MONDAY - timedelta(days=1), asked_at=MONDAY, found_at=MONDAY), 0
    now = MONDAY + timedelta(minutes=7)
    for number in range(WEEKS):
        week = MONDAY + timedelta(weeks=number)
        waiting = _payments(chance, week, sitting)
        while now < week + timedelta(weeks=1):
            if webhooks:
                # Our own payments, posted all day long, are reported too.
                asked = replace(asked, heard_at=now, wrote_at=now)
                for made in [made for made in waiting if made <= now]:
                    if chance.random() >= LOST:
                        run = made + timedelta(seconds=chance.uniform(2, REPORT)) + BUNDLE
                        late.append((run + RUN - made).total_seconds() / 60)
                        waiting.remove(made)
                        asked, asks = replace(asked, asked_at=run, found_at=run), asks + 1
            if now.hour == NIGHT and now.minute < 15:  # noqa: PLR2004  read, and the import is not needed for it
                missed = any(made <= now for made in waiting)
                asked = replace(asked, reported_at=now) if missed else replace(asked, asked_at=now)
            if decide_when_to_ask(asked, Rhythm(), SYDNEY) <= now + EARLY:
                asks += 1
                there = [made for made in waiting if made <= now]
                waiting = waiting[len(there) :]
                late += [(now + RUN - made).total_seconds() / 60 for made in there]
                asked = replace(asked, asked_at=now, found_at=now if there else asked.found_at)
            now += TICK
    return _summed(late, asks)


def _summed(late: Sequence[float], asks: int) -> Lateness:
    cuts = statistics.quantiles(late, n=100)
    return Lateness(cuts[49], cuts[98], max(late), asks / WEEKS / 7 * 30)


def main() -> None:
    for webhooks in (False, True):
        for sitting in (AT_A_SITTING, 1):
            found = simulate(webhooks=webhooks, sitting=sitting)
            print(
                f"webhooks {'on ' if webhooks else 'off'}, "
                f"{'one to four at a sitting' if sitting > 1 else 'each one alone':24}: "
                f"median {found.median:.1f} min, 99 % {found.of_99:.0f} min, "
                f"longest {found.longest:.0f} min, asked {found.asked_a_month:.0f} times a month"
            )


if __name__ == "__main__":
    main()
