"""The command that closes a month: its checklist, the signature, the pack."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from caspen_qbo.cli.shared import JSON, console, print_json, print_table, who

if TYPE_CHECKING:
    from caspen_qbo.core.closing.month import Month
    from caspen_qbo.core.records import Workspace
    from caspen_qbo.hooks.store import WorkspaceStore
    from caspen_qbo.usecases.closing.close import MonthState
    from caspen_qbo.usecases.shared.session import Session

ONE = typer.Option(None, "--workspace", help="Caspen's workspace id; a line for each if left out.")
MONTH = typer.Option(None, "--month", metavar="2026-10", help="The month; the last whole one if left out.")
SIGN = typer.Option(False, "--sign", help="Close it: sign its figures, where nothing is missing.")
NOTE = typer.Option("", "--note", help="What to keep with the signature.")
PACK = typer.Option(
    None, "--pack", metavar="FOLDER", help="Write the pack here, as a page and a spreadsheet."
)
KEEP = typer.Option(
    False, "--keep", help="Write the pack of a closed month where the server keeps reports, as closing does."
)
REOPEN = typer.Option(None, "--reopen", metavar="REASON", help="Open a closed month again, and why.")


def month_end(
    workspace: int | None = ONE,
    month: str | None = MONTH,
    sign: bool = SIGN,
    note: str = NOTE,
    reopen: str | None = REOPEN,
    pack: Path | None = PACK,
    keep: bool = KEEP,
    as_json: bool = JSON,
) -> None:
    """Whether a month can be closed, line by line; closes it with --sign. Exit code 0: it is closed and
    unchanged, or nothing is missing.
    """
    from caspen_qbo.usecases.closing.close import close_month, read_month, reopen_month

    if sign and reopen is not None:
        raise typer.BadParameter("give --sign or --reopen, not both")
    now = datetime.now(UTC)
    if workspace is None:
        if sign or reopen is not None or pack or keep:
            raise typer.BadParameter("a month is closed and packed one practice at a time: give --workspace")
        _print_all(month, now, as_json=as_json)
        return
    with _opened(workspace) as (store, practice, session):
        period = _month(month, practice, now)
        if reopen is not None:
            reopen_month(store, period, who=who(), reason=reopen)
        if sign and session is not None:
            close_month(session, period, now, who=who(), note=note)
        state = read_month(store, practice, session, period, now)
        kept = _keep(store, session, period, now) if state.closed and (sign or keep) else ""
        files = _write_pack(store, session, period, now, pack) if pack else []
    _print(workspace, state, as_json=as_json)
    if not as_json:
        for line in [*map(str, files), *filter(None, [kept])]:
            console().print(line)
    if (keep and kept) or not state.good or (sign and state.closed is None):
        raise typer.Exit(1)


def _print_all(month: str | None, now: datetime, *, as_json: bool) -> None:
    """Who is closed, who is not, and why."""
    from caspen_qbo import wiring
    from caspen_qbo.hooks.store.monitoring.overview import OverviewQuery
    from caspen_qbo.settings import QUIET_AT_MOST
    from caspen_qbo.usecases.monitoring.overview import refresh_all
    from caspen_qbo.wording import MONTH_WORDS, month_reason

    query = OverviewQuery(month=str(_parsed(month)) if month else "", sort="name", order="up")
    with wiring.open_store() as store, wiring.open_billing() as billing:
        refresh_all(store, billing)
        rows = list(store.overview.iterate(query, None))
    why = {row.workspace_id: month_reason(row, QUIET_AT_MOST, now) for row in rows}
    if as_json:
        print_json(
            [
                {
                    "workspace_id": row.workspace_id,
                    "name": row.name,
                    "month": str(query.period),
                    "state": row.month_state,
                    "why": why[row.workspace_id],
                    "closed_at": row.closed_at,
                    "closed_by": row.closed_by,
                    "changed": row.closed_changed,
                }
                for row in rows
            ]
        )
        return
    print_table(
        ("id", "practice", "month end", "why"),
        [(row.workspace_id, row.name, MONTH_WORDS[row.month_state], why[row.workspace_id]) for row in rows],
        title=query.period.words,
    )


@contextmanager
def _opened(workspace: int) -> Iterator[tuple[WorkspaceStore, Workspace, Session | None]]:
    """Without a session where the practice is not connected: then the checklist says so."""
    from caspen_qbo import wiring
    from caspen_qbo.errors import ConfigurationError

    with wiring.open_store() as opened, wiring.open_billing() as billing:
        store = opened.for_workspace(workspace)
        practice = billing.fetch_workspaces([workspace]).get(workspace)
        if practice is None:
            raise ConfigurationError(f"workspace {workspace}: Caspen has no such workspace.")
        with wiring.open_offline(workspace, store, billing) as session:
            yield store, practice, session


def _keep(store: WorkspaceStore, session: Session | None, month: Month, now: datetime) -> str:
    """A sentence where it could not be written."""
    from caspen_qbo.hooks.storage import report_storage
    from caspen_qbo.reports.kept import say_pack
    from caspen_qbo.usecases.closing.close import read_pack

    return say_pack(store, report_storage(), read_pack(store, session, month, now))


def _write_pack(
    store: WorkspaceStore, session: Session | None, month: Month, now: datetime, folder: Path
) -> list[Path]:
    from caspen_qbo.hooks.files import write_report
    from caspen_qbo.reports.month_end.page import render_pack_html
    from caspen_qbo.reports.month_end.workbook import render_pack_xlsx
    from caspen_qbo.usecases.closing.close import read_pack
    from caspen_qbo.usecases.monitoring.readers import record_read

    made = read_pack(store, session, month, now)
    record_read(store, who(), f"month end {month}", downloaded=True)
    name = f"month-end-{store.workspace_id}-{month}"
    contents = {".html": render_pack_html(made).encode(), ".xlsx": render_pack_xlsx(made)}
    for ending, content in contents.items():
        write_report(folder / f"{name}{ending}", content)
    return [folder / f"{name}{ending}" for ending in contents]


def _month(text: str | None, practice: Workspace, now: datetime) -> Month:
    from caspen_qbo.core.closing.month import Month
    from caspen_qbo.wording import zone_of

    if text is None:
        return Month.of(now.astimezone(zone_of(practice.time_zone)).date()).before
    return _parsed(text)


def _parsed(text: str) -> Month:
    from caspen_qbo.core.closing.month import Month

    found = Month.parse(text)
    if found is None:
        raise typer.BadParameter("a month is written like 2026-10", param_hint="--month")
    return found


def _print(workspace: int, state: MonthState, *, as_json: bool) -> None:
    closed = state.closed
    if as_json:
        print_json(
            {
                "workspace_id": workspace,
                "month": str(state.month),
                "closed": closed,
                "missing": len(state.missing),
                "checks": state.checks,
                "history": state.history,
            }
        )
        return
    if closed:
        by = closed.closed_by.removeprefix("airflow:")
        at = f"{closed.closed_at:%Y-%m-%d %H:%M} UTC"
        console().print(
            f"workspace {workspace}: {state.month.words} was closed by {by} at {at}, on run {closed.run_id}"
        )
        _print_changes(state)
        return
    print_table(
        ("check", "met", "seen", "what to do"),
        [(check.title, "yes" if check.met else "NO", check.found, check.missing) for check in state.checks],
        title=f"Workspace {workspace}, {state.month.words}",
    )
    number = len(state.missing)
    console().print("nothing is missing: --sign closes it" if not number else f"not yet: {number} missing")


def _print_changes(state: MonthState) -> None:
    from caspen_qbo.wording import document_name, money

    if state.closed is None or not state.closed.changed:
        console().print("nothing in it has changed since, as far as reconciliations have read")
        return
    print_table(
        ("document", "Caspen closed", "Caspen now", "QuickBooks closed", "QuickBooks now"),
        [
            (
                document_name(one.kind, one.number),
                *(
                    money(side.total)
                    for side in (
                        one.caspen_closed,
                        one.caspen_now,
                        one.quickbooks_closed,
                        one.quickbooks_now,
                    )
                ),
            )
            for one in state.closed.changes.changes
        ],
        title=f"Changed since it was closed: {state.closed.changed:,}",
    )
