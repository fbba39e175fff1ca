"""A morning mail as it is sent: subject, plain text of ten lines at most, and the same as a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from caspen_qbo.core.monitoring.mail_matters import Letter, OpsLetter
from caspen_qbo.reports.environment import TEMPLATES
from caspen_qbo.reports.mailing.words import (
    OPS_NAME,
    Content,
    Line,
    nothing_content,
    ops_content,
    practice_content,
    short,
)
from caspen_qbo.wording import long_day

SUBJECT_TAG = "[QuickBooks]"


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    plain: str
    html: str


def render_letter(letter: Letter | OpsLetter, pages: str, *, test: bool = False) -> Rendered:
    """:param pages: Where the pages are, ending in a slash; empty where that is not known.
    :param test: A person asked for it: it says so.
    """
    if isinstance(letter, OpsLetter):
        content, zone = ops_content(letter, pages), letter.time_zone
    else:
        content, zone = practice_content(letter, pages), letter.row.time_zone
    return render_content(content, f"{letter.day:%A}, {long_day(letter.day)}, {zone}", test=test)


def render_preview(
    letter: Letter | OpsLetter | None, name: str, workspace_id: int, pages: str, *, test: bool
) -> Rendered:
    """As it would be sent now; where none would be, it says so. ``workspace_id``: 0 for all practices."""
    if letter is None:
        content = nothing_content(name or OPS_NAME, pages, workspace_id)
        return render_content(content, "The morning mail", test=test)
    return render_letter(letter, pages, test=test)


def render_content(content: Content, when: str, *, test: bool = False) -> Rendered:
    subject = f"{SUBJECT_TAG} {'Test: ' if test else ''}{short(content.subject)}"
    html = TEMPLATES.get_template("mail/letter.html").render(
        content=content, when=when, test=test, subject=subject
    )
    return Rendered(subject, "\n".join(_plain(content, when, test=test)) + "\n", html)


def _plain(content: Content, when: str, *, test: bool) -> Iterator[str]:
    """At most ten lines above the signature, whatever their length."""
    yield f"{'This is a test that a person asked for. ' if test else ''}{content.heading}"
    for line in content.lines:
        words = ", ".join(filter(None, (line.what, line.who, line.since)))
        yield f"- {words}: {line.link}" if line.link else f"- {words}"
    yield from filter(None, (content.more, content.week))
    yield _linked(content.all_link)
    yield "-- "
    yield when
    yield _linked(content.settings_link)


def _linked(line: Line) -> str:
    return f"{line.what}: {line.link or 'on the pages in Airflow'}"
