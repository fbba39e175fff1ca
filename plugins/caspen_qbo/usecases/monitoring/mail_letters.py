"""What a morning mail has to say, of any number of practices in the same few statements. Reads only, but for
the overview's figures, which are read again.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from caspen_qbo import settings
from caspen_qbo.core.monitoring.mail_matters import (
    LINES_MAX,
    Began,
    Letter,
    LetterKind,
    Matter,
    OpsLetter,
    choose_matters,
    decide_letter,
    decide_ops_letter,
)
from caspen_qbo.core.monitoring.mail_wishes import OPS, Wishes
from caspen_qbo.core.monitoring.overview import Need, PracticeRow
from caspen_qbo.errors import ConfigurationError, RetryError
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.hooks.store import Store
from caspen_qbo.hooks.store.monitoring.overview import OverviewQuery
from caspen_qbo.usecases.monitoring.overview import fetch_page
from caspen_qbo.wording import zone_of

log = logging.getLogger(__name__)

UNPROVED_NAMED = 5
REFUSED_DAYS = 8
"""A weekly mail that was not taken is still named."""


def read_rows(store: Store, billing: CaspenBilling, workspace_ids: Collection[int]) -> dict[int, PracticeRow]:
    """Figures of now; where Caspen's database does not answer, those of the last look."""
    if not workspace_ids:
        return {}
    ids = sorted(workspace_ids)
    try:
        known = billing.fetch_workspaces(ids)
        store.overview.refresh(known.values(), settings.QUIET_AT_MOST)
    except RetryError as error:
        log.warning("mails tell what was seen last: %s", error.message)
    rows = store.overview.fetch(OverviewQuery(), ids, page_size=len(ids), skip=0)
    return {row.workspace_id: row for row in rows}


def read_letters(
    store: Store,
    rows: Mapping[int, PracticeRow],
    days: Mapping[int, date],
    weekly: Collection[int],
    now: datetime,
) -> dict[int, Letter]:
    """Letters of the practices that have something to say.

    :param rows: Of each practice asked for; one that is not there has no letter.
    :param days: The local day of each.
    :param weekly: Those whose weekly mail is due on that day.
    """
    asked = [id_ for id_ in days if id_ in rows]
    matters = read_matters(store, [rows[id_] for id_ in asked], now)
    clocks = {id_: _clock(rows[id_].time_zone, now) for id_ in asked if id_ in weekly}
    weeks = store.mails.fetch_weeks(clocks, now, settings.PROVED_WITHIN) if clocks else {}
    letters = {id_: decide_letter(rows[id_], matters[id_], weeks.get(id_), days[id_]) for id_ in asked}
    return {id_: letter for id_, letter in letters.items() if letter is not None}


def read_matters(store: Store, rows: Sequence[PracticeRow], now: datetime) -> dict[int, list[Matter]]:
    ids = [row.workspace_id for row in rows]
    listed = store.mails.fetch_listed(ids) if ids else {}
    began = store.mails.fetch_began(ids) if ids else {}
    warned = settings.CONNECTION_WARNING_DAYS[0]
    return {
        row.workspace_id: choose_matters(
            row,
            listed.get(row.workspace_id, ()),
            began.get(row.workspace_id, Began()),
            settings.QUIET_AT_MOST,
            warned,
            now,
        )
        for row in rows
    }


def read_ops_letter(
    store: Store, billing: CaspenBilling, day: date, time_zone: str, now: datetime, *, weekly: bool
) -> OpsLetter | None:
    """About all practices, the worst first; as long for ten thousand as for ten."""
    query = OverviewQuery(need="action")
    try:
        rows = fetch_page(store, billing, query, None, page_size=LINES_MAX)
    except RetryError as error:
        log.warning("ops' mail tells what was seen last: %s", error.message)
        rows = store.overview.fetch(query, None, page_size=LINES_MAX, skip=0)
    rows = [row for row in rows if row.needs.calls_a_person]
    matters = read_matters(store, rows, now)
    needs = store.overview.count_needs(None)
    proofs = store.practices.fetch_proofs(settings.PROVED_WITHIN) if weekly else []
    unproved = [proof.workspace_id for proof in proofs if not proof.equal]
    connected = sum(number for need, number in needs.items() if need is not Need.OFF)
    return decide_ops_letter(
        OpsLetter(
            LetterKind.NEEDED,
            day,
            time_zone,
            len(proofs) if weekly else connected,
            sum(number for need, number in needs.items() if need.calls_a_person),
            [Letter(LetterKind.NEEDED, day, row, matters[row.workspace_id]) for row in rows],
            store.mails.fetch_refused(REFUSED_DAYS),
            len(proofs) - len(unproved) if weekly else None,
            unproved[:UNPROVED_NAMED],
        )
    )


def _clock(time_zone: str, now: datetime) -> timedelta:
    return now.astimezone(zone_of(time_zone)).utcoffset() or timedelta(0)


def preview_letter(
    store: Store, billing: CaspenBilling, workspace_id: int, now: datetime
) -> Letter | OpsLetter | None:
    """As it would be sent now, were this the time and, where a weekly one is asked for, its day; None: none
    would be.

    :raises ConfigurationError: Caspen has no such practice.
    """
    wishes = store.mails.fetch_wishes(workspace_id) or Wishes()
    weekly = wishes.weekly is not None
    if workspace_id == OPS:
        day = now.astimezone(zone_of(wishes.time_zone)).date()
        return read_ops_letter(store, billing, day, wishes.time_zone or "UTC", now, weekly=weekly)
    rows = read_rows(store, billing, [workspace_id])
    if workspace_id not in rows:
        raise ConfigurationError(f"workspace {workspace_id}: Caspen has no such workspace.")
    day = now.astimezone(zone_of(rows[workspace_id].time_zone)).date()
    asked = {workspace_id} if weekly else set()
    return read_letters(store, rows, {workspace_id: day}, asked, now).get(workspace_id)
