"""The page of all practices: its columns, its rows in words, and the same as a CSV file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from caspen_qbo.core.closing.month import Month
from caspen_qbo.core.monitoring.overview import Need, PracticeRow
from caspen_qbo.settings import CONNECTION_WARNING_DAYS, QUIET_AT_MOST
from caspen_qbo.ui.views.lists.columns import Column
from caspen_qbo.wording import (
    NEED_WORDS,
    NONE,
    ago,
    counted,
    moment,
    money,
    month_reason,
    need_reason,
    zone_of,
)

PAGE_SIZE = 25
MONTHS_SHOWN = 15

CSV_COLUMNS = (
    "workspace_id",
    "name",
    "need",
    "why",
    "connection",
    "company",
    "connection_ends",
    "last_good_post",
    "last_good_import",
    "last_good_reconciliation",
    "waiting",
    "listed_practice",
    "listed_finance",
    "listed_admin",
    "unexplained_differences",
    "unexplained_amount",
    "currency",
    "reads_this_month",
    "as_of",
    "month",
    "month_state",
    "month_why",
    "month_closed_at",
    "month_closed_by",
)


COLUMNS = (
    Column("Practice", "name"),
    Column("Status", "need", first="down"),
    Column("Connection", "ends"),
    Column("Last good run"),
    Column("Reconciled", "reconciled"),
    Column("Waiting", "waiting", numeric=True, first="down"),
    Column("Listed", "listed", numeric=True, first="down"),
    Column("Unexplained", "unexplained", numeric=True, first="down"),
    Column("Reads", "reads", numeric=True, first="down"),
    Column("Month end"),
)


NEVER = "never"


class Run(NamedTuple):
    label: str
    at: str
    """In the practice's time zone."""
    ago: str

    @property
    def words(self) -> str:
        """``Posted 3 hours ago``, ``Never posted``."""
        return f"Never {self.label}" if self.ago == NEVER else f"{self.label.capitalize()} {self.ago}"


@dataclass(frozen=True, slots=True)
class Line:
    """A practice's row in words."""

    row: PracticeRow
    need: str
    badge: str
    why: str
    connection: str
    runs: tuple[Run, Run]
    reconciled: Run
    amount: str
    month_badge: str
    month_why: str
    """Beyond ``why``, which the row says already."""

    @classmethod
    def of(cls, row: PracticeRow, now: datetime) -> "Line":
        def run(label: str, at: datetime | None) -> Run:
            if at is None:
                return Run(label, "", NEVER)
            return Run(label, moment(at, zone_of(row.time_zone)), ago(at, now))

        why = need_reason(row, QUIET_AT_MOST, now)
        return cls(
            row,
            NEED_WORDS[row.needs],
            _BADGES[row.needs],
            why,
            _connection(row, now),
            (run("posted", row.posted_at), run("imported", row.imported_at)),
            run("reconciled", row.reconciled_at),
            money(row.unexplained_amount, row.currency) if row.unexplained else NONE,
            _MONTH_BADGES.get(row.month_state, ""),
            month_reason(row, QUIET_AT_MOST, now).removeprefix(why).lstrip(),
        )


_BADGES = {
    Need.STOPPED: "bad",
    Need.MONEY: "bad",
    Need.LISTED: "warn",
    Need.SOON: "warn",
    Need.FINE: "ok",
    Need.OFF: "",
}


_MONTH_BADGES = {"closed": "ok", "changed": "bad", "open": "warn"}


def month_choices(now: datetime) -> list[Month]:
    """The last whole month and those before it."""
    months = [Month.of(now.date()).before]
    while len(months) < MONTHS_SHOWN:
        months.append(months[-1].before)
    return months


def _connection(row: PracticeRow, now: datetime) -> str:
    match row.status:
        case None:
            return "Never connected"
        case "disconnected":
            return "Disconnected"
        case "needs_reconnect":
            return "Lost"
    left = row.days_left(now)
    if left is not None and left <= CONNECTION_WARNING_DAYS[0]:
        return f"Ends in {counted(left, 'day')}"
    return "Connected"


def csv_rows(rows: Iterable[PracticeRow], month: Month, now: datetime) -> Iterator[tuple[str, ...]]:
    return (_csv_row(row, month, now) for row in rows)


def _csv_row(row: PracticeRow, month: Month, now: datetime) -> tuple[str, ...]:
    def at(value: datetime | None) -> str:
        return "" if value is None else value.astimezone(zone_of(row.time_zone)).isoformat(timespec="seconds")

    return (
        str(row.workspace_id),
        row.name,
        row.needs.name.lower(),
        need_reason(row, QUIET_AT_MOST, now),
        row.status or "never connected",
        row.company_name or "",
        at(row.ends_at),
        at(row.posted_at),
        at(row.imported_at),
        at(row.reconciled_at),
        str(row.waiting),
        str(row.listed_practice),
        str(row.listed_finance),
        str(row.listed_admin),
        str(row.unexplained),
        f"{row.unexplained_amount:.2f}",
        row.currency,
        str(row.reads),
        at(row.refreshed_at),
        str(month),
        row.month_state,
        month_reason(row, QUIET_AT_MOST, now),
        at(row.closed_at),
        row.closed_by or "",
    )
