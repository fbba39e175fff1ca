"""Sending the morning mails: one sender for all practices, each address once a local day.

A mail is written down before anything of it is handed over. Before its text leaves it is marked: what dies
until then is sent by the next round; what dies after it may have arrived, so it is not repeated that day and
says so.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from caspen_qbo import settings
from caspen_qbo.core.monitoring.mail_matters import Letter, OpsLetter
from caspen_qbo.core.monitoring.mail_wishes import OPS, decide_day
from caspen_qbo.errors import MailUnavailableError, RetryError
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.hooks.mail_server import Answer, Handed, Mail, MailServer
from caspen_qbo.hooks.store import Store
from caspen_qbo.hooks.store.mailing.mails import OUTCOME_UNKNOWN, MailKey, Wanted
from caspen_qbo.usecases.monitoring.mail_letters import read_letters, read_ops_letter, read_rows
from caspen_qbo.wording import zone_of

log = logging.getLogger(__name__)

TROUBLES_MAX = 2
"""So many mails one after the other that the server took nothing of end a round; the next one goes on."""

Render = Callable[[str, Letter | OpsLetter, str], Mail]
"""A mail to an address, with an id."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round found to do."""

    open_days: Mapping[int, date]
    """Practices, and ops, that may be sent something now, and their local day."""
    to_decide: Mapping[int, date]
    """Those for which that day is not decided yet."""
    pending: bool
    """Mails of earlier rounds are not at their end."""


def choose_round(wanted: Sequence[Wanted], zones: Mapping[int, str], now: datetime) -> Round:
    """:param zones: Of practices that were never looked at."""
    open_days, to_decide = {}, {}
    for one in wanted:
        name = one.time_zone or zones.get(one.workspace_id)
        day = decide_day(one.wishes, zone_of(name), now) if name else None
        if day is None:
            continue
        open_days[one.workspace_id] = day
        if one.wishes.addresses and (one.decided_on is None or one.decided_on < day):
            to_decide[one.workspace_id] = day
    return Round(open_days, to_decide, any(one.pending is not None for one in wanted))


def send_due(
    store: Store,
    billing: CaspenBilling,
    open_server: Callable[[], MailServer | None],
    render: Render,
    now: datetime,
    *,
    seconds: float = settings.MAIL_ROUND_SECONDS,
) -> Counter[str]:
    """Send what is due; how many mails ended how. Safe to repeat, to interrupt, and to run twice at once.

    :param open_server: None: there is no mail server, and nothing is decided until there is one.
    :param seconds: Nothing is begun after so long; the next round goes on.
    """
    if not _find_round(store, billing, now):
        return Counter()
    server = open_server()
    if server is None:
        log.warning("morning mails are wanted, and there is no Airflow connection smtp_default: none is sent")
        return Counter()
    with server, store.mails.sender() as alone:
        if not alone:
            log.info("another process is sending the morning mails")
            return Counter()
        found = _find_round(store, billing, now)  # once more: another sender may have just ended
        return _send_round(store, billing, server, render, found, now, seconds) if found else Counter()


def _find_round(store: Store, billing: CaspenBilling, now: datetime) -> tuple[Round, list[Wanted]] | None:
    """One statement, and one more for practices that were never looked at; None: there is nothing to do."""
    wanted = store.mails.fetch_wanted()
    unknown = [one.workspace_id for one in wanted if one.time_zone is None and one.workspace_id != OPS]
    try:
        known = billing.fetch_workspaces(unknown) if unknown else {}
    except RetryError as error:
        log.warning("practices that were never looked at have no mail for now: %s", error.message)
        known = {}
    zones = {id_: each.time_zone for id_, each in known.items()}
    found = choose_round(wanted, zones, now)
    return (found, wanted) if found.to_decide or found.pending else None


def _send_round(
    store: Store,
    billing: CaspenBilling,
    server: MailServer,
    render: Render,
    found: tuple[Round, list[Wanted]],
    now: datetime,
    seconds: float,
) -> Counter[str]:
    work, wanted = found
    ends = time.monotonic() + seconds
    wishes = {one.workspace_id: one.wishes for one in wanted}
    store.mails.settle(work.open_days)
    waiting = {one.workspace_id for one in wanted if one.pending == work.open_days.get(one.workspace_id)}
    days = {id_: day for id_, day in work.open_days.items() if id_ in work.to_decide or id_ in waiting}
    letters, seen = _read_all(store, billing, wanted, days, now)
    decided = {id_: day for id_, day in work.to_decide.items() if id_ in seen}
    mails = {
        MailKey(id_, day, address): letters[id_].kind.value
        for id_, day in decided.items()
        if id_ in letters
        for address in wishes[id_].addresses
    }
    store.mails.record_decided(decided, mails)
    done: Counter[str] = Counter()
    troubles = 0
    for key in store.mails.fetch_due():
        letter = letters.get(key.workspace_id)
        if letter is None or key.address not in wishes[key.workspace_id].addresses:
            store.mails.mark(key, "dropped", "Nobody is needed any more, or the address was taken off.")
            continue
        if troubles >= TROUBLES_MAX or time.monotonic() >= ends:
            break
        try:
            answer = _hand_over(store, server, key, render(key.address, letter, message_id(key)))
        except MailUnavailableError as error:
            troubles += 1
            store.mails.mark(key, "due", error.message, tried=True)
            log.warning("workspace=%d mail not taken: %s", key.workspace_id, error.message)
            continue
        troubles = 0
        done[answer.handed.value] += 1
    if done:
        log.info("morning mails %s", " ".join(f"{how}={number}" for how, number in sorted(done.items())))
    return done


def _read_all(
    store: Store, billing: CaspenBilling, wanted: Sequence[Wanted], days: Mapping[int, date], now: datetime
) -> tuple[dict[int, Letter | OpsLetter], set[int]]:
    """The letters of practices and of ops that have something to say, and all of whom that is known."""
    weekly = {
        one.workspace_id
        for one in wanted
        if (day := days.get(one.workspace_id)) and one.wishes.wants_weekly(day)
    }
    practices = {id_: day for id_, day in days.items() if id_ != OPS}
    rows = read_rows(store, billing, practices)
    letters: dict[int, Letter | OpsLetter] = {**read_letters(store, rows, practices, weekly, now)}
    if OPS in days:
        zone = next(one.time_zone for one in wanted if one.workspace_id == OPS) or "UTC"
        ops = read_ops_letter(store, billing, days[OPS], zone, now, weekly=OPS in weekly)
        letters |= {OPS: ops} if ops else {}
    return letters, {*rows, OPS}


class _TakenBackError(Exception):
    """It was no longer to be sent when the server was ready."""


def _hand_over(store: Store, server: MailServer, key: MailKey, mail: Mail) -> Answer:
    """One mail, and what became of it written down. An answer that asks for another try leaves it due."""
    marked = False

    def about_to() -> None:
        nonlocal marked
        marked = store.mails.mark_handing(key)
        if not marked:
            raise _TakenBackError

    try:
        answer = server.hand_over(mail, about_to)
    except _TakenBackError:
        return Answer(Handed.LATER)
    tried = not marked
    match answer.handed:
        case Handed.SENT:
            store.mails.mark(key, "sent", tried=tried)
        case Handed.REFUSED:
            store.mails.mark(key, "refused", answer.words, tried=tried)
        case Handed.LATER:
            store.mails.mark(key, "due", answer.words, tried=tried)
        case Handed.UNKNOWN:
            store.mails.mark(key, "unknown", OUTCOME_UNKNOWN, tried=tried)
    if answer.handed is not Handed.SENT:
        log.warning("workspace=%d mail %s: %s", key.workspace_id, answer.handed.value, answer.words)
    return answer


def message_id(key: MailKey) -> str:
    """The same for the same mail, so that a mailbox that knows it shows it once."""
    digest = hashlib.sha256(f"{key.workspace_id} {key.day} {key.address}".encode()).hexdigest()[:16]
    return f"morning-{key.workspace_id}-{key.day:%Y%m%d}-{digest}"


def send_test(server: MailServer, mails: Sequence[Mail]) -> dict[str, Answer]:
    """Now, whatever the hour, and not written down; what became of each, by address.

    :raises MailUnavailableError: the server takes nothing; the rest was not tried.
    """
    return {mail.to: server.hand_over(mail, lambda: None) for mail in mails}
