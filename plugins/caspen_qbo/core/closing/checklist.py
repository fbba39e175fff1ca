"""What has to hold before a month is closed. What cannot be checked is not met."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from caspen_qbo.core.closing.month import Month
from caspen_qbo.core.closing.stored import Check
from caspen_qbo.core.money import ZERO
from caspen_qbo.core.reconciling.stored import TieOut
from caspen_qbo.core.reconciling.tie_outs import ACCEPTED

JOBS = {"post": "Posting", "import": "Importing", "reconcile": "Reconciling"}
TIE_OUTS = {
    "receivables": "Receivables agree",
    "payment_account": "Payment account agrees",
    "tax": "GST by code agrees",
    "credit_notes": "Credit notes agree",
}
NAMED_MAX = 5
UNREAD = "unread"
"""State of a document that changed in Caspen since a run last read it."""


@dataclass(frozen=True, slots=True)
class JobState:
    """The runs of one job: those of the month, and the newest of all."""

    job: str
    runs: int
    failed: int
    """Of the month; a run without an end counts."""
    started_at: datetime | None
    """Of the newest run; None: there is none."""
    success: bool | None
    """None: it has no end."""


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """A document of the month that is not in QuickBooks as Caspen has it."""

    document_kind: str
    document_number: str
    amount: Decimal
    state: str
    """listed, unconfirmed (sent, and the answer is not known), waiting, reverted (to draft, and still in
    QuickBooks), since (sent after the last reconciliation, so that it is not compared yet), or
    :data:`UNREAD`.
    """
    in_all: int
    """Documents of its list; more than are shown."""


@dataclass(frozen=True, slots=True)
class Covering:
    """The newest reconciliation whose figures are kept."""

    run_id: str
    started_at: datetime
    compared: bool
    """It came to its end."""
    documents: int
    differences: int
    unexplained: int
    of_company: bool
    """Of the company the practice is connected to now."""
    tie_outs: tuple[TieOut, ...]
    """Tax: of this month alone."""


@dataclass(frozen=True, slots=True)
class Health:
    """Of the connection."""

    status: str | None
    """connected, needs_reconnect or disconnected; None: never connected."""
    refused: bool
    days_left: int | None


@dataclass(frozen=True, slots=True)
class MonthFacts:
    month: Month
    today: date
    """In the practice's time zone."""
    ends: datetime
    """The first moment after the month, there."""
    health: Health
    jobs: tuple[JobState, ...]
    running: bool
    """A run is under way at this moment."""
    open_documents: tuple[OpenDocument, ...]
    """As runs have stored them."""
    unread: tuple[OpenDocument, ...] | None
    """None: it is not known what changed in Caspen since."""
    covering: Covering | None
    """None: none is kept."""


def check_month(facts: MonthFacts) -> tuple[Check, ...]:
    """The checklist, in the order in which it is worked through."""
    return (
        _over(facts),
        _connection(facts.health),
        _runs(facts),
        _reconciled(facts),
        _nothing_waits(facts),
        _differences(facts),
        *(_tie_out(facts, key, title) for key, title in TIE_OUTS.items()),
    )


def month_of_tax(tie_out: TieOut, month: Month) -> TieOut | None:
    """The part of a stored tie-out of tax that is of one month; None: the run did not take that month."""
    rows = tuple(row for row in tie_out.rows if row.month == month.first)
    labels = {row.label for row in rows}
    items = tuple(item for item in tie_out.items if item.of in labels)
    left_off = tie_out.items_in_all - len(tie_out.items)
    return replace(tie_out, rows=rows, items=items, items_in_all=len(items) + left_off) if rows else None


def covers(started_at: datetime, ends: datetime) -> bool:
    """Whether a run that started then has seen the whole month."""
    return started_at >= ends


def _over(facts: MonthFacts) -> Check:
    over = facts.today > facts.month.last
    found = (
        f"{facts.month.words} ended on {_day(facts.month.last)}."
        if over
        else f"Today is {_day(facts.today)}."
    )
    return Check(
        "over", "The month is over", over, found, "" if over else f"Close it after {_day(facts.month.last)}."
    )


def _connection(health: Health) -> Check:
    title, link = "Connection to QuickBooks is healthy", ("setup", "Open Set-up")
    if health.status == "connected" and not health.refused:
        ends = (
            ""
            if health.days_left is None
            else f" {health.days_left:,} days left; every use starts them again."
        )
        return Check("connection", title, True, f"Connected.{ends}")
    found = {None: "Never connected.", "disconnected": "Disconnected.", "needs_reconnect": "Lost."}
    seen = found.get(health.status, "QuickBooks refuses the connection.")
    return Check("connection", title, False, seen, "Reconnect it; what waits then posts.", *link)


def _runs(facts: MonthFacts) -> Check:
    title, link = "All runs of the month are good", ("activity", "Open Activity")
    runs, failed = sum(job.runs for job in facts.jobs), sum(job.failed for job in facts.jobs)
    counted = f"{runs:,} runs in {facts.month.words}, {failed:,} of them failed"
    if not runs:
        counted = f"No run is on record for {facts.month.words}"
    lacking = [why for job in facts.jobs if (why := _why_not(job, facts))]
    if lacking:
        found = f"{counted}. {' '.join(lacking)}"
        return Check("runs", title, False, found, "See why, or run it once more.", *link)
    after = "; each job has had a good run since the month ended" + (
        ", which did what they left" if failed else ""
    )
    return Check("runs", title, True, f"{counted}{after}.")


def _why_not(job: JobState, facts: MonthFacts) -> str:
    name = JOBS[job.job]
    if job.started_at is None:
        return f"{name} never ran."
    if job.success is None:
        state = "is running now" if facts.running else "was interrupted and has no end"
        return f"{name}: the newest run {state}."
    if not job.success:
        return f"{name}: the newest run failed."
    return "" if covers(job.started_at, facts.ends) else f"{name} has not run since the month ended."


def _reconciled(facts: MonthFacts) -> Check:
    title = "A reconciliation covers the last day"
    run = _usable(facts)
    if isinstance(run, str):
        return Check("reconciled", title, False, run, "Run Reconcile.", "activity", "Open Activity")
    what = (
        f"{run.documents:,} documents were compared" if run.documents else "No document was there to compare"
    )
    return Check(
        "reconciled", title, True, f"{what} on {_day(run.started_at.astimezone(facts.ends.tzinfo).date())}."
    )


def _usable(facts: MonthFacts) -> Covering | str:
    """The reconciliation whose figures count; or why none does."""
    run = facts.covering
    if run is None:
        return "The figures of no reconciliation are kept."
    if not run.compared:
        return "The newest reconciliation did not come to its end."
    if not run.of_company:
        return "The newest reconciliation is of another QuickBooks company."
    return (
        run if covers(run.started_at, facts.ends) else "No reconciliation has started since the month ended."
    )


def _nothing_waits(facts: MonthFacts) -> Check:
    title = "Nothing waits"
    if facts.unread is None:
        found = "Not checked. What changed in Caspen lately was not read."
        return Check("waiting", title, False, found, "Run Post.", "activity", "Open Activity")
    changed = {(one.document_kind, one.document_number) for one in facts.unread}
    stored = [one for one in facts.open_documents if (one.document_kind, one.document_number) not in changed]
    documents = [*stored, *facts.unread]
    if not documents:
        held = "is in QuickBooks as Caspen has it, or left out by a person"
        found = f"Every document of {facts.month.words} {held}."
        return Check("waiting", title, True, found)
    named = ", ".join(
        f"{_name(one)} ({one.amount:,.2f}, {_STATES[one.state]})" for one in documents[:NAMED_MAX]
    )
    number = (stored[0].in_all if stored else 0) + len(facts.unread)
    more = f", and {number - NAMED_MAX:,} more" if number > NAMED_MAX else ""
    found = f"{number:,} document{'s' * (number != 1)} of the month: {named}{more}."
    states = {one.state for one in documents}
    if "listed" in states:
        return Check(
            "waiting", title, False, found, "Clear what is listed.", "unsynced", "Open Unsynced invoices"
        )
    if states == {"reverted"}:
        how = "Finalise, void or delete them in Caspen."
        return Check("waiting", title, False, found, how, "activity", "Open Activity")
    how = (
        "Run Post, then Reconcile."
        if states & {"unconfirmed", "waiting", UNREAD}
        else "Run Reconcile once more."
    )
    return Check("waiting", title, False, found, how, "activity", "Open Activity")


_STATES = {
    "listed": "listed",
    "unconfirmed": "sent, and the answer is not known yet",
    "waiting": "waits for the next run",
    "reverted": "a draft again in Caspen, still in QuickBooks",
    "since": "sent since the last reconciliation",
    UNREAD: "no run has read it in Caspen yet",
}


def _name(document: OpenDocument) -> str:
    return f"{document.document_kind.replace('_', ' ')} {document.document_number}"


def _differences(facts: MonthFacts) -> Check:
    title = "Every difference is explained or accepted"
    run = _usable(facts)
    if isinstance(run, str):
        return _unchecked("differences", title, run)
    if not run.differences:
        return Check("differences", title, True, "No difference was found.")
    found = f"{run.differences:,} fields differ, {run.unexplained:,} of them unexplained."
    if not run.unexplained:
        return Check("differences", title, True, found)
    how = "Correct the documents, accept them, or send them again; then run Reconcile."
    return Check(
        "differences", title, False, found, how, f"reconciliation/{run.run_id}", "Open the reconciliation"
    )


def _unchecked(key: str, title: str, why: str) -> Check:
    return Check(key, title, False, f"Not checked. {why}", "Run Reconcile.", "activity", "Open Activity")


def _tie_out(facts: MonthFacts, key: str, title: str) -> Check:
    run = _usable(facts)
    if isinstance(run, str):
        return _unchecked(key, title, run)
    found = next((one for one in run.tie_outs if one.key == key), None)
    if found is None:
        if key == "tax":
            return Check(key, title, True, f"No sales are dated in {facts.month.words} on either side.")
        return _unchecked(key, title, "The newest reconciliation has no such sum.")
    met, seen = settle(found)
    how = "" if met else "Decide about the documents that differ; then run Reconcile."
    link = () if met else (f"reconciliation/{run.run_id}", "Open the reconciliation")
    return Check(key, title, met, seen, how, *link)


def settle(tie_out: TieOut) -> tuple[bool, str]:
    """Whether a tie-out stands: its sums are equal, or persons accepted all that makes them differ."""
    differing = [row for row in tie_out.rows if row.delta]
    if not differing:
        shown = [row for row in tie_out.rows if row.total] or tie_out.rows
        return True, "; ".join(f"{row.label}: {row.caspen:,.2f} on both sides" for row in shown) + "."
    sums = "; ".join(
        f"{row.label}: {row.delta:+,.2f}" for row in differing if not row.total or len(differing) == 1
    )
    whole = len(tie_out.items) == tie_out.items_in_all and all(row.unexplained == ZERO for row in differing)
    still = [item for item in tie_out.items if item.reason != ACCEPTED]
    if whole and not still:
        number = len({(item.kind, item.number) for item in tie_out.items})
        return (
            True,
            f"QuickBooks minus Caspen: {sums}; accepted by a person, document by document ({number:,}).",
        )
    named = ", ".join(f"{item.number} {item.delta:+,.2f} ({item.reason})" for item in still[:NAMED_MAX])
    return False, f"QuickBooks minus Caspen: {sums}. {named}".rstrip() + ("." if named else "")


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
