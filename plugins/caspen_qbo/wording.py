"""The words and formats people read, wherever they read them: kinds, turns, plurals, amounts, dates."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from caspen_qbo.catalogue import Turn
from caspen_qbo.core.monitoring.overview import Need, PracticeRow
from caspen_qbo.core.monitoring.story import Step
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.plain_text import bare
from caspen_qbo.settings import CONNECTION_WARNING_DAYS

NONE = "–"

EXCLUDED = {
    "historical": "historical: from before the connection",
    "imported": "came from QuickBooks",
    "never_synced": "was never synced",
    "left_out": "left out by a person; Retry takes that back",
}
FIT_WORDS: Mapping[str, str] = {
    "number": "number",
    "end": "end of its number",
    "quickbooks_id": "QuickBooks id",
    "amount": "amount",
    "beginning": "beginning of its number",
}
"""By what a search found a document."""

KIND_WORDS: Mapping[DocumentKind, tuple[str, str]] = {
    DocumentKind.INVOICE: ("invoice", "invoices"),
    DocumentKind.CREDIT_NOTE: ("credit note", "credit notes"),
    DocumentKind.PAYMENT: ("payment", "payments"),
}
"""One, and several; in the order in which kinds are shown."""

TURN_WORDS: Mapping[Turn, str] = {
    Turn.PRACTICE: "Practice (in Caspen)",
    Turn.FINANCE: "Finance (in QuickBooks)",
    Turn.ADMIN: "Administrator",
    Turn.NOBODY: "None (the next run resolves it)",
}
"""Who has to act, in the order shown; reads after ``Action needed:``."""

NEED_WORDS: Mapping[Need, str] = {
    Need.STOPPED: "Stopped",
    Need.MONEY: "Money unexplained",
    Need.LISTED: "Documents listed",
    Need.SOON: "Attention soon",
    Need.FINE: "All in order",
    Need.OFF: "Not connected",
}
"""The status of a practice, worst first."""

JOB_WORDS = {"post": "posting", "import": "importing", "reconcile": "reconciling", "backfill": "backfill"}

FIELD_WORDS = {"presence": "the document itself", "due_date": "due date"}
"""Compared fields that are not called by their own name."""


MAIL_WORDS: Mapping[str, str] = {
    "due": "To be sent",
    "handing": "Being sent",
    "sent": "Sent",
    "refused": "Refused",
    "unknown": "Sent, perhaps: the answer was lost",
    "dropped": "Not needed any more",
    "missed": "Not sent that day",
}
"""What became of a morning mail, as the mail server answered."""


def document_name(kind: str, number: str) -> str:
    """``Credit note CN-7``."""
    return f"{KIND_WORDS[DocumentKind(kind)][0].capitalize()} {number}"


def field_words(field: str) -> str:
    """A compared field as people call it: ``due date``, ``line 1 unit price``."""
    return FIELD_WORDS.get(field, field.replace("_", " "))


def need_reason(row: PracticeRow, quiet_at_most: Mapping[str, timedelta], now: datetime) -> str:
    """Why a practice stands where it stands, as a sentence; empty where nothing is needed."""
    match row.needs:
        case Need.STOPPED if late := row.late_jobs(quiet_at_most, now):
            jobs = " and ".join(JOB_WORDS[job] for job in late)
            return f"No good run of {jobs} for too long."
        case Need.STOPPED:
            return "The connection to QuickBooks was lost: someone has to reconnect it."
        case Need.MONEY:
            return f"The last reconciliation left {counted(row.unexplained, 'difference')} unexplained."
        case Need.LISTED:
            return f"{counted(row.listed, 'document')} listed."
        case Need.SOON if (left := row.days_left(now)) is not None and left <= CONNECTION_WARNING_DAYS[0]:
            return f"The connection ends in {counted(left, 'day')}."
        case Need.SOON:
            return "The set-up is not complete."
        case _:
            return ""


MONTH_WORDS: Mapping[str, str] = {
    "closed": "Closed",
    "changed": "Changed since closed",
    "ready": "Ready to close",
    "open": "Not ready",
    "off": "Not connected",
}
"""How a month of a practice stands."""


def month_reason(row: PracticeRow, quiet_at_most: Mapping[str, timedelta], now: datetime) -> str:
    """Why a month stands as it does, as a sentence; empty where nothing is to be said."""
    match row.month_state:
        case "closed" | "changed" if row.closed_at and row.closed_by:
            by = row.closed_by.removeprefix("airflow:").removeprefix("cli:")
            closed = f"Closed by {by}, {day(row.closed_at.astimezone(zone_of(row.time_zone)))}."
            changed = counted(row.closed_changed, "document")
            return f"{closed} {changed} changed since." if row.closed_changed else closed
        case "open":
            waiting = f"{counted(row.waiting, 'invoice')} waiting." if row.waiting else ""
            covered = "" if row.month_covered else "Not reconciled since the month ended."
            reason = need_reason(row, quiet_at_most, now) if row.needs >= Need.LISTED else ""
            return " ".join(filter(None, (reason, waiting, covered)))
        case _:
            return ""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """``1 invoice``, ``2,000 invoices``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def counts_words(counts: Mapping[str, int]) -> str:
    """What a run did: ``invoices posted 2, payments posted 1``; ``nothing to do``."""
    done = (f"{name.replace('_', ' ')} {number:,}" for name, number in sorted(counts.items()) if number)
    return ", ".join(done) or "nothing to do"


def money(amount: Decimal | None, currency: str = "") -> str:
    """``1,234.50 AUD``; negative ``-12.00 AUD``; a dash where there is no amount."""
    return NONE if amount is None else f"{amount:,.2f} {currency}".rstrip()


def signed(amount: Decimal | None, currency: str = "") -> str:
    """A difference with its sign: ``+0.01 AUD`` where QuickBooks shows more."""
    return NONE if amount is None else f"{amount:+,.2f} {currency}".rstrip()


def delta_words(delta: Decimal | None, currency: str = "") -> str:
    """QuickBooks minus Caspen as ``2.00 AUD more in QuickBooks``; empty where there is no difference."""
    return f"{money(abs(delta), currency)} {'more' if delta > 0 else 'less'} in QuickBooks" if delta else ""


def day(value: date | None) -> str:
    """``3 Nov 2026``; of a moment, its own zone's day."""
    return NONE if value is None else f"{value.day} {value:%b %Y}"


def long_day(value: date) -> str:
    """``3 November 2026``: in sentences, and on what is printed."""
    return f"{value.day} {value:%B %Y}"


def moment(at: datetime | None, zone: ZoneInfo) -> str:
    """``3 Nov 2026, 14:05`` in the practice's zone, which a page names once."""
    return f"{day(at.astimezone(zone))}, {at.astimezone(zone):%H:%M}" if at else NONE


def step_words(step: Step, zone: ZoneInfo) -> str:
    """A step of a document's story as a sentence, without its own moment, which stands before it."""
    end = f", until {moment(step.until, zone)}" if step.until else ""
    outcome = f" ({step.outcome})" if step.outcome else ""
    return f"{step.words[:1].upper()}{step.words[1:]}{end}{outcome}."


def zone_of(name: str) -> ZoneInfo:
    """The practice's zone; UTC where Caspen holds a name that no longer exists."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def percent(rate: Decimal) -> str:
    """``10 %``; without zeros that say nothing."""
    return f"{rate.normalize():f} %"


def ago(at: datetime, now: datetime) -> str:
    """How long ago, coarsely: ``just now``, ``5 minutes ago``, ``3 hours ago``, ``12 days ago``."""
    seconds = (now - at).total_seconds()
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{counted(int(seconds // size), name)} ago"
    return "just now"


def lasted(start: datetime, end: datetime | None) -> str:
    """``4.2 s``, ``3 min 20 s``; a dash for what has not ended."""
    if end is None:
        return NONE
    seconds = (end - start).total_seconds()
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds // 60)} min {int(seconds % 60)} s"


def clipped(text: str, length: int) -> str:
    """The beginning of a long text, up to a whole word, with an ellipsis."""
    return text if len(text) <= length else f"{text[:length].rsplit(' ', 1)[0].rstrip(',;:.')} …"


_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")


def no_formula(text: str) -> str:
    """Text for a cell of a CSV: as :func:`plain`, and what a spreadsheet would compute is quoted; a number is
    left as it is.

    Spreadsheets trim blanks and control characters in front, and read wide forms of the signs as the signs.
    """
    if _NUMBER.fullmatch(text):
        return text
    seen = unicodedata.normalize("NFKC", text).lstrip().lstrip("\0\ufeff\u200b").lstrip()
    quoted = seen[:1] in tuple("=+-@|") or text[:1] in ("\t", "\r", "\n")
    return f"'{bare(text)}" if quoted else bare(text)


class Standing(Protocol):
    """What is known of a document in our own tables."""

    @property
    def wanted(self) -> str: ...
    @property
    def excluded_reason(self) -> str | None: ...
    @property
    def version(self) -> str: ...
    @property
    def synced_version(self) -> str | None: ...
    @property
    def removed(self) -> bool: ...
    @property
    def differs(self) -> bool: ...
    @property
    def matter(self) -> str | None: ...
    @property
    def unconfirmed(self) -> bool: ...


def standing(document: Standing | None) -> tuple[str, str]:
    """Where a document stands in QuickBooks: the kind of badge, and words."""
    if document is None:
        return "", "Not processed yet"
    if document.differs:
        return "open", "Needs attention"
    if document.unconfirmed:
        return "partly", "Sent; the answer is not known yet"
    if document.excluded_reason:
        reason = EXCLUDED.get(document.excluded_reason, document.excluded_reason.replace("_", " "))
        return "", f"Does not go to QuickBooks ({reason})"
    if document.removed:
        return "", "Removed from QuickBooks"
    if document.version == document.synced_version:
        return "done", f"Synced; {document.matter}" if document.matter else "Synced"
    if document.matter:
        return "open", "Needs attention"
    return ("", "Nothing to post") if document.wanted == "as_is" else ("partly", "Waits for the next run")
