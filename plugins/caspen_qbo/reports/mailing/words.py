"""What a morning mail says, line by line. Practices, kinds, counts, amounts and dates; nothing of a client,
and no number of a document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from caspen_qbo.catalogue import CATALOGUE, Turn, entry_for
from caspen_qbo.core.monitoring.mail_matters import (
    LINES_MAX,
    Letter,
    LetterKind,
    Matter,
    MatterKind,
    OpsLetter,
    Unproved,
    Week,
)
from caspen_qbo.plain_text import plain
from caspen_qbo.wording import JOB_WORDS, TURN_WORDS, clipped, counted, day, money, zone_of

NAME_LONGEST = 60
"""Characters of a practice's name."""
OPS_NAME = "All practices"


@dataclass(frozen=True, slots=True)
class Line:
    """One matter: what, whose turn, since when, where."""

    what: str
    who: str = ""
    since: str = ""
    link: str = ""
    """An address; empty where the pages have none that a mail could name."""
    link_text: str = "Open"


@dataclass(frozen=True, slots=True)
class Content:
    subject: str
    heading: str
    lines: Sequence[Line]
    more: str
    """Of those that are not named; empty: all are."""
    week: str
    good: bool
    """Nothing is to be done."""
    all_link: Line
    settings_link: Line


def name_of(text: str) -> str:
    """A practice's name on one line, not longer than a subject can show."""
    name = plain(text).strip() or "(practice without a name)"
    return name if len(name) <= NAME_LONGEST else f"{name[: NAME_LONGEST - 1].rstrip()}…"


def practice_content(letter: Letter, pages: str) -> Content:
    """:param pages: Where the pages are, ending in a slash; empty where that is not known."""
    row, zone = letter.row, zone_of(letter.row.time_zone)
    name, own = name_of(row.name), _page(pages, f"w/{row.workspace_id}/")
    lines = [_matter_line(matter, own, row.currency, zone) for matter in letter.matters[:LINES_MAX]]
    rest = len(letter.matters) - len(lines)
    return Content(
        subject=f"{name}: {_headline(letter)}",
        heading=f"{name}: {_headline(letter)}",
        lines=lines,
        more=f"And {counted(rest, 'other matter')}." if rest > 0 else "",
        week=_week_words(letter.week, letter.unproved, zone) if letter.week else "",
        good=letter.kind is LetterKind.EQUAL,
        all_link=Line("Everything that waits", link=own and f"{own}unsynced")
        if letter.matters
        else Line("The reconciliations", link=own and f"{own}reconciliation"),
        settings_link=Line("Who gets this mail, and when", link=own and f"{own}mail"),
    )


def nothing_content(name: str, pages: str, workspace_id: int) -> Content:
    """For a test and a preview where no mail would be sent. :param workspace_id: 0 for all practices."""
    heading = f"{name_of(name)}: nobody is needed, so no mail would be sent now"
    own = _page(pages, f"w/{workspace_id}/" if workspace_id else "")
    settings_link = Line("Who gets this mail, and when", link=own and f"{own}mail")
    return Content(heading, heading, (), "", "", True, Line("The pages", link=own), settings_link)


def _headline(letter: Letter) -> str:
    match letter.kind:
        case LetterKind.EQUAL:
            return "all equal"
        case LetterKind.UNPROVED:
            return "not proved equal"
        case LetterKind.NEEDED:
            listed = sum(each.number for each in letter.matters if each.kind is MatterKind.LISTED)
            words = _matter_words(letter.matters[0], letter.row.currency)
            if letter.matters[0].kind is MatterKind.LISTED:
                words = f"{counted(listed, 'document')} listed"
            more = len({each.kind for each in letter.matters}) - 1
            text = words[:1].lower() + words[1:]
            return f"action needed, {text}{' and more' if more > 0 else ''}"


def _matter_words(matter: Matter, currency: str) -> str:
    match matter.kind:
        case MatterKind.LOST:
            waits = f", {counted(matter.number, 'document')} waiting" if matter.number else ""
            return f"The connection to QuickBooks was lost{waits}"
        case MatterKind.LATE:
            return f"No good run of {_jobs(matter.what.split(','))}"
        case MatterKind.UNEXPLAINED:
            return f"{counted(matter.number, 'difference')} unexplained, {money(matter.amount, currency)}"
        case MatterKind.LISTED:
            return f"{entry_for(matter.what).title}: {counted(matter.number, 'document')}"
        case MatterKind.ENDS:
            return f"The connection to QuickBooks ends in {counted(matter.number, 'day')}"
        case MatterKind.SETUP:
            return "The set-up is not complete"


def _matter_line(matter: Matter, own: str, currency: str, zone: ZoneInfo) -> Line:
    place, link_text = {
        MatterKind.LOST: ("setup", "Reconnect"),
        MatterKind.LATE: ("activity", "See what ran"),
        MatterKind.UNEXPLAINED: ("reconciliation/last", "See the differences"),
        MatterKind.LISTED: ("unsynced", "Open the list"),
        MatterKind.ENDS: ("setup", "Reconnect"),
        MatterKind.SETUP: ("setup", "Complete it"),
    }[matter.kind]
    if matter.kind is MatterKind.LISTED and matter.what in CATALOGUE:
        place = f"unsynced?key={matter.what}#list"
    until = f"until {_day(matter.until, zone)}" if matter.until else ""
    return Line(
        _matter_words(matter, currency),
        TURN_WORDS[Turn(matter.turn)],
        until or _since(matter.since, zone),
        own and own + place,
        link_text,
    )


def _week_words(week: Week, why: Unproved | None, zone: ZoneInfo) -> str:
    nights = (
        f"Of {counted(week.ended, 'night')} with a reconciliation in the last seven days, "
        f"{week.good} ended equal."
    )
    last = f"The last one ended {_day(week.last_at, zone)}." if week.last_at else "There has been none."
    match why:
        case None:
            return (
                f"Proved equal: {counted(week.documents, 'document')} compared, nothing unexplained and "
                f"nothing listed. {last} {nights}"
            )
        case Unproved.OFF:
            return "Not proved: the practice is not connected to QuickBooks, so nothing is compared."
        case Unproved.NONE:
            return f"Not proved: no reconciliation came to its end in the last seven days. {last}"
        case Unproved.OLD:
            return f"Not proved: nothing has been compared lately. {last} {nights}"
        case Unproved.NOT_GOOD:
            return (
                "Not proved: the last reconciliation did not carry out every check, or left something "
                f"unexplained. {nights}"
            )
        case Unproved.UNSETTLED:
            return f"Not proved: {counted(week.unsettled, 'document')} not settled yet. {nights}"


def ops_content(letter: OpsLetter, pages: str) -> Content:
    zone = zone_of(letter.time_zone)
    lines = [_practice_line(each, pages, zone) for each in letter.worst[:LINES_MAX]]
    rest = letter.needing - len(lines)
    if letter.refused:
        lines.append(_refused_line(letter, pages))
    all_link = Line(
        "All practices that need a person" if letter.needing else OPS_NAME,
        link=_page(pages, "?need=action" if letter.needing else ""),
    )
    heading = _ops_headline(letter)
    return Content(
        subject=heading,
        heading=heading,
        lines=lines,
        more=f"And {counted(rest, 'other practice')}." if rest > 0 else "",
        week=_ops_week(letter),
        good=letter.kind is LetterKind.EQUAL,
        all_link=all_link,
        settings_link=Line("Who gets this mail, and when", link=_page(pages, "mail")),
    )


def _ops_headline(letter: OpsLetter) -> str:
    if letter.needing:
        return f"Action needed in {counted(letter.needing, 'practice')}"
    if letter.kind is LetterKind.NEEDED:
        refused = sum(each.addresses for each in letter.refused)
        return f"Action needed: mail to {counted(refused, 'address', 'addresses')} was not taken"
    if letter.kind is LetterKind.EQUAL:
        return f"{counted(letter.connected, 'practice')}, all equal"
    return "Not every practice is proved equal"


def _practice_line(letter: Letter, pages: str, zone: ZoneInfo) -> Line:
    words = [_matter_words(each, letter.row.currency) for each in letter.matters[:2]]
    more = len(letter.matters) - len(words)
    rest = f"; and {more} more" if more > 0 else ""
    since = min((each.since for each in letter.matters if each.since), default=None)
    turns = _unique(TURN_WORDS[Turn(each.turn)] for each in letter.matters)
    return Line(
        f"{name_of(letter.row.name)} ({letter.row.workspace_id}): {'; '.join(words)}{rest}",
        ", ".join(turns),
        _since(since, zone),
        _page(pages, f"w/{letter.row.workspace_id}/"),
        "Open the practice",
    )


def _refused_line(letter: OpsLetter, pages: str) -> Line:
    number = sum(each.addresses for each in letter.refused)
    first = letter.refused[0]
    where = f"{name_of(first.practice)} ({first.workspace_id})"
    more = len(letter.refused) - 1
    others = f" and {counted(more, 'other practice')}" if more else ""
    return Line(
        f"Mail to {counted(number, 'address', 'addresses')} was not taken: {where}{others}",
        TURN_WORDS[Turn.ADMIN],
        "",
        _page(pages, f"w/{first.workspace_id}/mail"),
        "See which",
    )


def _ops_week(letter: OpsLetter) -> str:
    if letter.proved is None:
        return ""
    if not letter.connected:
        return "Not proved: no practice is connected to QuickBooks, so nothing is compared."
    if letter.proved == letter.connected:
        return (
            f"Proved equal: the last reconciliation of each of {counted(letter.connected, 'practice')} is of "
            "last night and left nothing unexplained."
        )
    named = ", ".join(str(each) for each in letter.unproved_ids)
    missing = letter.connected - letter.proved
    more = missing - len(letter.unproved_ids)
    rest = f" and {more:,} more" if more > 0 else ""
    return (
        f"Not proved in {missing:,} of {counted(letter.connected, 'practice')}: not reconciled lately, or "
        f"not without a difference (workspace {named}{rest})."
    )


def _jobs(jobs: Sequence[str]) -> str:
    return " and ".join(JOB_WORDS.get(job, job) for job in jobs)


def _since(at: datetime | None, zone: ZoneInfo) -> str:
    return f"since {_day(at, zone)}" if at else ""


def _day(at: datetime | None, zone: ZoneInfo) -> str:
    return day(at.astimezone(zone)) if at else ""


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _page(pages: str, path: str) -> str:
    return f"{pages}{path}" if pages else ""


def short(text: str) -> str:
    """For a subject: a long one is cut by every mailbox, not by the last word that fits."""
    return clipped(plain(text), 120)
