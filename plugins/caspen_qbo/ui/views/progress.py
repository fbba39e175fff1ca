"""Work under way as texts: how many of how many, and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from caspen_qbo.ui import texts
from caspen_qbo.ui.progress import Progress

SLOW_SECONDS = 20
"""A run that QuickBooks has not answered for so long is told to wait, or is reading long lists."""

DOING = {
    "post": "Posting to QuickBooks",
    "import": "Importing from QuickBooks",
    "reconcile": "Comparing both sides",
    "backfill": "Backfilling invoices",
}


@dataclass(frozen=True, slots=True)
class ProgressView:
    title: str
    alive: bool
    since: str
    done: int | None
    """None where the run cannot be counted in documents: then there is no bar."""
    total: int
    text: str
    waits: str
    """Why it stands still for the moment; never an error."""


def progress_view(zone: ZoneInfo, progress: Progress, now: datetime | None = None) -> ProgressView:
    now = now or datetime.now(UTC)
    title = DOING.get(progress.job, progress.job)
    ago = texts.ago(progress.started_at, now)
    since = f"started {texts.moment(progress.started_at, zone)}, {ago}{'' if ago == 'just now' else ' ago'}"
    if not progress.alive:
        text = "It was interrupted. Nothing is lost: the next run goes on where this one ended."
        return ProgressView(title, progress.alive, since, None, 0, text, "")
    handled = progress.sent + progress.refused
    refused = f"; {progress.refused:,} refused and listed" if progress.refused else ""
    if progress.job == "post":
        total = handled + progress.due
        text = (
            f"{handled:,} of {texts.counted(total, 'document')}{refused}."
            if total
            else "Looking for changes."
        )
        return ProgressView(
            title, progress.alive, since, handled if total else None, total, text, _waits(progress, now)
        )
    text = f"{texts.counted(progress.sent, 'document')} sent{refused}." if handled else "Reading both sides."
    return ProgressView(title, progress.alive, since, None, 0, text, _waits(progress, now))


def _waits(progress: Progress, now: datetime) -> str:
    if progress.limit:
        return (
            f"Waiting for QuickBooks: its limit of {progress.limit} is used up. It goes on by itself within "
            "a minute."
        )
    if progress.answered_at and (now - progress.answered_at).total_seconds() > SLOW_SECONDS:
        return (
            f"QuickBooks' last answer: {texts.ago(progress.answered_at, now)} ago. It goes on by itself when "
            "QuickBooks does."
        )
    return ""
