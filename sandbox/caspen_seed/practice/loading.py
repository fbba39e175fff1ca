"""Let the sample practice's weeks happen in a database."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from math import ceil
from random import Random

import psycopg

from caspen_seed.database import only_row
from caspen_seed.errors import CaspenRefused
from caspen_seed.practice import edge_cases, stories
from caspen_seed.practice.catalogue import ARCHIVED, TAX_RATES
from caspen_seed.practice.clinic import Clinic
from caspen_seed.practice.diary import Diary, Story
from caspen_seed.practice.names import AWKWARD_NAMES, NAMESAKES, SAME_LAST_FIVE_OFFSET, ordinary_clients
from caspen_seed.practice.neighbour import NEIGHBOUR_OFFSET, open_neighbour
from caspen_seed.staff import Staff, create_workspace, set_clock

CLIENTS, VISITS, HISTORICAL_VISITS = 300, 340, 60
"""How many at scale 1. Some visits bring more than one invoice."""

HISTORY_WEEKS = 26
ORDINARY_MIN = 15
"""Clients that the edge cases need, at any scale."""


class _Storyteller(Staff):
    """Staff inside the loader's one transaction, without savepoints: a refusal ends it all anyway."""

    def _transaction(self) -> AbstractContextManager[object]:
        return nullcontext()


@dataclass(frozen=True)
class Loaded:
    """What the set-up of the sample practice needs to know."""

    workspace_id: int
    neighbour_id: int
    """Another practice's workspace in the same tables; nothing of it may ever be posted for this one."""

    connected_at: dt.datetime
    """The historical line: what is older was written before QuickBooks was connected."""

    now: dt.datetime
    tax_rates: dict[str, int]
    """Name to id."""

    invoices: int
    clients: int


def load_practice(
    dsn: str,
    workspace_id: int = 1,
    *,
    weeks: int = 8,
    seed: int = 1,
    scale: float = 1.0,
    now: dt.datetime | None = None,
    connected_at: dt.datetime | None = None,
) -> Loaded:
    """Write the sample practice into a database that has Caspen's schema (see `load_schema`). All or nothing.

    :param weeks: How far the time after the connection reaches back from `now`.
    :param scale: 1 gives about 300 clients and 400 invoices, and 60 older ones.
    :param now: When the story ends; the present when not given.
    :param connected_at: The historical line; `weeks` before `now` when not given.
    :raises CaspenRefused: the workspace exists already.

    The same arguments give the same rows in a fresh database, ids and stamps included.
    """
    now = now or dt.datetime.now(dt.UTC).replace(microsecond=0)
    connected_at = connected_at or now - dt.timedelta(weeks=weeks)
    if not connected_at < now:
        raise ValueError(f"connected_at is {connected_at}, expected a moment before now ({now})")
    opened = min(connected_at, now - dt.timedelta(weeks=weeks)) - dt.timedelta(weeks=HISTORY_WEEKS + 2)
    rng = Random(seed)
    with psycopg.connect(dsn) as connection, connection.transaction():
        try:
            create_workspace(connection, workspace_id, "Harbour Allied Health", at=opened)
        except psycopg.errors.UniqueViolation:
            raise CaspenRefused(
                f"workspace {workspace_id}",
                "exists already",
                "expected a free id",
                "choose another workspace",
            ) from None
        staff = _Storyteller(connection, workspace_id)
        rates = {name: staff.create_tax_rate(name, rate, at=opened) for name, rate in TAX_RATES.items()}
        clients = _register_clients(staff, rng, ceil(CLIENTS * scale), opened)
        diary = Diary(now, on_time=partial(set_clock, connection))
        clinic = Clinic(staff, diary, rng, rates)
        _plan_history(clinic, clients, connected_at, ceil(HISTORICAL_VISITS * scale))
        _plan_weeks(clinic, clients, connected_at, ceil(VISITS * scale))
        _plan_edge_cases(clinic, clients, connected_at)
        diary.run()
        set_clock(connection, None)
        neighbour_id = open_neighbour(connection, workspace_id + NEIGHBOUR_OFFSET, now)
        counts = connection.execute(
            "SELECT (SELECT count(*) FROM caspen.invoice WHERE workspace_id = %(id)s), "
            "(SELECT count(*) FROM caspen.client WHERE workspace_id = %(id)s)",
            {"id": workspace_id},
        )
        invoices, clients = only_row(counts)
    return Loaded(workspace_id, neighbour_id, connected_at, now, rates, invoices, clients)


@dataclass(frozen=True)
class _Clients:
    awkward: Sequence[int]
    """Each of them gets an invoice: awkward names, namesakes, repeated last five digits."""

    ordinary: Sequence[int]
    twins: Sequence[tuple[int, int]]
    """Two profiles of one person, to be merged: the secondary, then the survivor."""


def _register_clients(staff: Staff, rng: Random, count: int, opened: dt.datetime) -> _Clients:
    ticks = (opened + dt.timedelta(minutes=n) for n in itertools.count(1))
    people = list(ordinary_clients(rng, max(count - len(AWKWARD_NAMES) - 6, ORDINARY_MIN)))
    awkward = [staff.create_client(*name, at=next(ticks)) for name in AWKWARD_NAMES]
    ordinary = [
        staff.create_client(first, last, client_id=None, at=next(ticks), **more)
        for first, last, more in people
    ]
    namesakes = [
        staff.create_client(*NAMESAKES, email=email, at=next(ticks))
        for email in ("emma.w@example.com", "ewilson@example.com")
    ]
    # The last five digits of an id are in the name QuickBooks sees. Once an unrelated client has the same
    # five, and once, worse, a namesake, so that both names are the same.
    unrelated = staff.create_client(
        "Priya", "Raman", client_id=ordinary[0] + SAME_LAST_FIVE_OFFSET, at=next(ticks)
    )
    double = staff.create_client(*NAMESAKES, client_id=namesakes[0] + SAME_LAST_FIVE_OFFSET, at=next(ticks))
    twins = [
        (
            staff.create_client(people[n][0], people[n][1], email=people[n][2]["email"], at=next(ticks)),
            ordinary[n],
        )
        for n in (1, 2)
    ]
    staff.archive_client(ordinary[-1], at=next(ticks))
    return _Clients((*awkward, *namesakes, unrelated, double), ordinary[:-1], twins)


def _plan_history(clinic: Clinic, clients: _Clients, connected_at: dt.datetime, count: int) -> None:
    """Invoices from before the connection; their stories end before it too."""
    start = connected_at - dt.timedelta(weeks=HISTORY_WEEKS)
    span = connected_at - dt.timedelta(days=35) - start
    for make_story in _cast(stories.HISTORICAL, count):
        at = start + span * clinic.rng.random()
        clinic.diary.add(at, make_story(clinic, clinic.rng.choice(clients.ordinary)))
    for _ in range(3):  # on the last days before it
        at = connected_at - dt.timedelta(days=clinic.rng.randint(2, 6))
        clinic.diary.add(at, stories.unpaid(clinic, clinic.rng.choice(clients.ordinary)))
    clinic.diary.add(start, edge_cases.historical_at_an_archived_rate(clinic, clients.ordinary[3]))
    clinic.staff.archive_tax_rate(clinic.rates[ARCHIVED], at=connected_at - dt.timedelta(days=40))


def _plan_weeks(clinic: Clinic, clients: _Clients, connected_at: dt.datetime, count: int) -> None:
    """The weeks since the connection: every awkward client once or twice, some regulars, many others."""
    span = clinic.diary.end - connected_at
    regulars = clients.ordinary[:40]
    turn = itertools.cycle(clients.awkward)
    plan = [(make_story, 1.0) for make_story in _cast(stories.COMMON, count)]
    plan += [(make_story, 0.7) for make_story in _cast(stories.RARE, count)]
    for n, (make_story, latest) in enumerate(plan):
        client = next(turn) if n % 8 == 0 else clinic.rng.choice(regulars if n % 3 else clients.ordinary)
        clinic.diary.add(connected_at + span * (latest * clinic.rng.random()), make_story(clinic, client))
    for client in clients.awkward:
        clinic.diary.add(
            connected_at + span * 0.6 * clinic.rng.random(), stories.paid_at_once(clinic, client)
        )
    for secondary, survivor in clients.twins:
        clinic.diary.add(connected_at + span * 0.1, stories.part_paid(clinic, secondary))
        clinic.diary.add(connected_at + span * 0.6, _merge(clinic, secondary, survivor))


def _plan_edge_cases(clinic: Clinic, clients: _Clients, connected_at: dt.datetime) -> None:
    span, some = clinic.diary.end - connected_at, clients.ordinary
    cases = [
        edge_cases.without_lines(clinic, some[4]),
        *(edge_cases.with_a_long_number(clinic, some[5], number) for number in edge_cases.LONG_NUMBERS),
        edge_cases.at_an_unlinked_rate(clinic, some[6]),
        edge_cases.at_an_unlinked_rate(clinic, some[7]),
        edge_cases.with_a_clashing_number(clinic, some[8]),
        edge_cases.in_another_currency(clinic, some[9]),
        edge_cases.with_sixty_lines(clinic, some[0]),
    ]
    for case in cases:
        clinic.diary.add(connected_at + span * (0.3 + 0.5 * clinic.rng.random()), case)
    before = connected_at - dt.timedelta(days=8)
    for make_story, client in (
        (edge_cases.historical_paid_after, some[1]),
        (edge_cases.drafted_before_finalised_after, some[2]),
        (edge_cases.refinalised_after, some[3]),
    ):
        clinic.diary.add(before, make_story(clinic, client, connected_at))


def _merge(clinic: Clinic, secondary: int, survivor: int) -> Story:
    clinic.staff.merge_clients(secondary, survivor)
    yield from ()


def _cast(hundred: dict[stories.StoryMaker, int], count: int) -> list[stories.StoryMaker]:
    """As many of each story as its share of `count`, and at least one, in the order of the table."""
    return [make_story for make_story, share in hundred.items() for _ in range(ceil(share * count / 100))]
