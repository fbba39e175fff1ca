"""Why a document is in its state, step by step, from what was recorded about it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

BOOKKEEPING = re.compile(r",? ?\b(?:tid|run) \S+$")
"""Ids for support, which `history` shows and a person need not read."""

POSTED = re.compile(r"posted(?: \(\w+\))?")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, or was the case from ``at`` until ``until``."""

    at: datetime
    words: str
    """Without a full stop; begins in lower case."""
    until: datetime | None = None
    outcome: str = ""
    """How what was the case ended."""
    open: bool = False
    """It is still the case."""


@dataclass(frozen=True, slots=True)
class Happened:
    """A recorded event of a document."""

    at: datetime
    what: str
    detail: str
    who: str
    document: str
    """``payment PAY-7``; empty for the invoice itself."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of the list, open where ``until`` is None."""

    since: datetime
    until: datetime | None
    title: str
    outcome: str
    document: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Something that was sent, and what became of it is not known yet."""

    at: datetime
    looks: int
    """How often QuickBooks was asked since."""
    document: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """All that is known of an invoice and of what belongs to it."""

    finalised_at: datetime | None
    """As Caspen has it now; None where it is a draft again, or gone."""
    happened: Sequence[Happened]
    listed: Sequence[Listed]
    unanswered: Sequence[Unanswered]
    equal_at: datetime | None
    """When the invoice was last read in QuickBooks; None where it is not there, or not as Caspen has it."""


def tell_story(recorded: Recorded) -> tuple[Step, ...]:
    """Oldest first; what is still the case comes last."""
    steps = sorted(_steps(recorded), key=lambda step: (step.open, step.at))
    return tuple(steps)


def _steps(recorded: Recorded) -> Iterator[Step]:
    if recorded.finalised_at is not None:
        again = any(one.at < recorded.finalised_at for one in recorded.happened)
        yield Step(recorded.finalised_at, f"finalised {'again ' if again else ''}in Caspen")
    yield from map(_of_event, recorded.happened)
    yield from _of_list(recorded.listed)
    yield from map(_of_unanswered, recorded.unanswered)
    at_rest = not recorded.unanswered and not any(row.until is None for row in recorded.listed)
    if recorded.equal_at is not None and at_rest:
        yield Step(recorded.equal_at, "last read in QuickBooks, and equal", open=True)


def _of_event(event: Happened) -> Step:
    detail = BOOKKEEPING.sub("", event.detail)
    what = "posted as" if POSTED.fullmatch(event.what) else event.what
    joint = " " if what.endswith((" as", " mark")) else ": "
    words = f"{event.document} {what}".lstrip() + (f"{joint}{detail}" if detail else "")
    return Step(event.at, words + (f", by {event.who}" if event.who not in ("sync", "") else ""))


def _of_list(rows: Iterable[Listed]) -> Iterator[Step]:
    for row in rows:
        of = f"{row.document} " if row.document else ""
        yield Step(row.since, f"{of}listed: {row.title}", row.until, row.outcome, open=row.until is None)


def _of_unanswered(sent: Unanswered) -> Step:
    of = f"{sent.document} " if sent.document else ""
    times = "once" if sent.looks == 1 else f"{sent.looks} times"
    looked = f"looked up {times} so far" if sent.looks else "the next run looks it up"
    return Step(sent.at, f"{of}sent, and the answer is not known yet: {looked}", open=True)
