"""Reconciliation as texts: runs, the trend, one run with its checks and differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from caspen_qbo.core.reconciling.sign_off import default_through
from caspen_qbo.hooks.database import Row
from caspen_qbo.ui import texts
from caspen_qbo.ui.access import Right
from caspen_qbo.ui.views.next_step import NextStep, next_step
from caspen_qbo.ui.views.signed import SignedView
from caspen_qbo.ui.views.words import KINDS
from caspen_qbo.ui.visit import Visit

PAGE_SIZE = 30
DIFFERENCES_SHOWN = 200
CHART_WIDTH, CHART_HEIGHT = 600, 100
BAR_WIDTH_MAX = 40


@dataclass(frozen=True, slots=True)
class RunRow:
    url: str
    started: str
    started_iso: str
    state: str
    state_text: str
    checked: str
    differences: str
    scope: str
    signed: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One run in the chart, in its coordinates."""

    x: str
    y: str
    width: str
    height: str
    kind: str
    """same or off."""
    label: str


@dataclass(frozen=True, slots=True)
class RunsView:
    next_step: NextStep | None
    """What to do where nothing was compared yet."""
    signed: SignedView | None
    """None where nothing is signed."""
    runs: tuple[RunRow, ...]
    bars: tuple[Bar, ...]
    trend: str
    newer_url: str
    older_url: str


def runs_view(
    visit: Visit,
    rows: Sequence[Row],
    *,
    signed: SignedView | None,
    ledger: Row | None,
    number: int,
    more: bool,
) -> RunsView:
    finished = [row for row in reversed(rows) if compared(row)]
    return RunsView(
        next_step=None if finished or number > 1 else next_step(visit, ledger),
        signed=signed if number == 1 else None,
        runs=tuple(_run(visit, row) for row in rows),
        bars=_bars(visit, finished) if len(finished) > 1 else (),
        trend=_trend(finished),
        newer_url=visit.url(f"reconciliation?page={number - 1}") if number > 1 else "",
        older_url=visit.url(f"reconciliation?page={number + 1}") if more else "",
    )


def _run(visit: Visit, row: Row) -> RunRow:
    state, state_text = _state(row)
    return RunRow(
        url=run_url(visit, row["run_id"]),
        started=texts.moment(row["started_at"], visit.zone),
        started_iso=row["started_at"].isoformat(),
        state=state,
        state_text=state_text,
        checked=texts.count(row["documents_checked"]),
        differences=texts.count(row["differences"]),
        scope="everything" if row["full_compare"] else "what changed",
        signed=_signed(visit, row),
    )


def _state(row: Row) -> tuple[str, str]:
    if row["finished_at"] is None:
        return "running", "Running or interrupted"
    if row["differences"] is None:
        return "failed", "Could not be carried out"
    if not compared(row):
        return "", "Nothing to compare"
    if row["differences"] == 0:
        return "success", "Both sides equal"
    return ("partly", "Differences, all listed") if row["success"] else ("failed", "Differences")


def compared(row: Row) -> bool:
    """Whether the run says anything about figures: it ended, and looked at a document or missed one."""
    return row["differences"] is not None and bool(row["documents_checked"] or row["differences"])


def _signed(visit: Visit, row: Row) -> str:
    if row["signed_at"] is None:
        return ""
    who = (row["signed_by"] or "").removeprefix("airflow:")
    told = f"{who}, {texts.moment(row['signed_at'], visit.zone)}"
    return f"{told}, up to {texts.day(row['signed_through'])}" if row["signed_through"] else told


def run_day(visit: Visit, row: Row) -> date:
    """The day a run was started, in the practice's time zone."""
    return row["started_at"].astimezone(visit.zone).date()


def run_url(visit: Visit, run_id: str) -> str:
    return visit.url(f"reconciliation/{quote(run_id, safe='')}")


def _trend(finished: Sequence[Row]) -> str:
    if not finished:
        return ""
    clean = 0
    for row in reversed(finished):
        if row["differences"]:
            break
        clean += 1
    if clean == len(finished):
        return "No difference." if clean == 1 else f"No difference in the last {clean} runs."
    newest = finished[-1]["differences"]
    return (
        f"{texts.counted(newest, 'difference')} in the newest run."
        if newest
        else (
            "No difference in the newest run." if clean == 1 else f"No difference in the newest {clean} runs."
        )
    )


def _bars(visit: Visit, finished: Sequence[Row]) -> tuple[Bar, ...]:
    most = max(max(row["differences"] for row in finished), 1)
    step = min(CHART_WIDTH / len(finished), BAR_WIDTH_MAX)
    bars = []
    for position, row in enumerate(finished):
        height = max(3.0, row["differences"] / most * (CHART_HEIGHT - 4)) if row["differences"] else 3.0
        differences = texts.counted(row["differences"], "difference")
        label = f"{texts.moment(row['started_at'], visit.zone)}: {differences}"
        bars.append(
            Bar(
                f"{position * step + 1:.1f}",
                f"{CHART_HEIGHT - height:.1f}",
                f"{max(step - 2, 1):.1f}",
                f"{height:.1f}",
                "off" if row["differences"] else "same",
                label,
            )
        )
    return tuple(bars)


@dataclass(frozen=True, slots=True)
class CheckRow:
    name: str
    state: str
    state_text: str
    detail: str


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    document: str
    again: bool
    """The row above is of the same document."""
    url: str
    field: str
    caspen: str
    quickbooks: str
    difference: str
    explained: str


@dataclass(frozen=True, slots=True)
class Signing:
    """Which run can be signed: the one whose figures are still kept; and up to which day is signed."""

    run_id: str | None
    signed_through: date | None


@dataclass(frozen=True, slots=True)
class RunView:
    run_id: str
    started: str
    state: str
    state_text: str
    ledger: tuple[tuple[str, str], ...]
    checked: str
    checks: tuple[CheckRow, ...]
    checks_failing: int
    checks_summary: str
    differences: tuple[DifferenceRow, ...]
    any_explained: bool
    differences_found: str
    cut: str
    signed: str
    may_sign: bool
    too_old_to_sign: bool
    sign_through: str
    """The day the form offers; sign_from and sign_until are the first and the last that may be chosen."""
    sign_from: str
    sign_until: str
    downloads: tuple[tuple[str, str], ...]
    report_url: str
    url: str
    compared: bool
    next_step: NextStep | None


def run_view(
    visit: Visit,
    run: Row,
    differences: Sequence[Row],
    *,
    report: bool,
    ledger: Row | None,
    signing: Signing,
) -> RunView:
    """:param report: whether this run has a report to show and to download."""
    day = run_day(visit, run)
    open_to_sign = visit.may(Right.CONFIGURE) and run["signed_at"] is None and compared(run)
    state, state_text = _state(run)
    url = run_url(visit, run["run_id"])
    found = run["differences"] or 0
    checks = tuple(sorted(map(_check, run["checks"] or ()), key=lambda check: check.state != "open"))
    failing = sum(check.state == "open" for check in checks)
    downloads = [("Differences (CSV)", f"{url}/differences.csv")]
    if report:
        downloads = [
            ("Report (HTML)", f"{url}/report.html?download=1"),
            ("Report (XLSX)", f"{url}/report.xlsx"),
            *downloads,
        ]
    return RunView(
        run_id=run["run_id"],
        started=texts.moment(run["started_at"], visit.zone),
        state=state,
        state_text=state_text,
        ledger=tuple(
            (name.capitalize(), texts.count(run[name]))
            for name in ("finalised", "synced", "waiting", "listed", "excluded")
        ),
        checked=texts.counted(run["documents_checked"] or 0, "document"),
        checks=checks,
        checks_failing=failing,
        checks_summary=f"{len(checks) - failing} of {texts.counted(len(checks), 'check')} hold",
        differences=_differences(visit, differences[:DIFFERENCES_SHOWN]),
        any_explained=any(row["explained"] for row in differences),
        differences_found=texts.counted(found, "difference"),
        cut=f"The first {DIFFERENCES_SHOWN} of {found:,} are shown; the CSV has all."
        if found > DIFFERENCES_SHOWN
        else "",
        signed=_signed(visit, run),
        may_sign=open_to_sign and run["run_id"] == signing.run_id,
        too_old_to_sign=open_to_sign and run["run_id"] != signing.run_id,
        sign_through=default_through(day, signing.signed_through).isoformat(),
        sign_from=signing.signed_through.isoformat() if signing.signed_through else "",
        sign_until=day.isoformat(),
        downloads=tuple(downloads),
        report_url=f"{url}/report.html" if report else "",
        url=url,
        compared=compared(run),
        next_step=None if compared(run) else next_step(visit, ledger),
    )


def _check(check: dict[str, Any]) -> CheckRow:
    failing = int(check["failing"])
    return CheckRow(
        check["description"],
        "open" if failing else "done",
        f"{texts.counted(failing, 'document')} failing" if failing else "Holds",
        texts.count(int(check["checked"])),
    )


def _differences(visit: Visit, rows: Sequence[Row]) -> tuple[DifferenceRow, ...]:
    keys = [(row["document_kind"], row["document_number"]) for row in rows]
    above = [None, *keys]
    return tuple(
        _difference(visit, row, again=key == last) for row, key, last in zip(rows, keys, above, strict=False)
    )


def _difference(visit: Visit, row: Row, *, again: bool) -> DifferenceRow:
    delta: Decimal | None = row["delta"]
    return DifferenceRow(
        document=f"{KINDS.get(row['document_kind'], row['document_kind'])} {row['document_number']}",
        again=again,
        url=visit.url(f"invoices/{row['invoice_id']}") if row["invoice_id"] else "",
        field=row["field"].replace("_", " "),
        caspen=row["caspen_value"] or texts.NONE,
        quickbooks=row["quickbooks_value"] or texts.NONE,
        difference=texts.signed(delta, visit.currency) if delta is not None else "",
        explained="listed" if row["explained"] else "",
    )
