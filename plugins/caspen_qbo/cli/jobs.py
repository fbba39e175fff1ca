"""Commands that run a job once without Airflow: post, import, reconcile, backfill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from caspen_qbo.cli.shared import (
    TRY_AGAIN_LATER,
    WORKSPACE,
    console,
    open_session,
    print_table,
    say_error,
    who,
)
from caspen_qbo.errors import RetryError, SyncError
from caspen_qbo.wording import counts_words

if TYPE_CHECKING:
    from caspen_qbo.usecases.posting.dry_run import PostPlan
    from caspen_qbo.usecases.shared.jobs import RunResult
    from caspen_qbo.usecases.shared.session import Session

ONE_OR_ALL = typer.Option(None, "--workspace", help="Only this workspace; all connected ones otherwise.")
DRY_RUN = typer.Option(False, "--dry-run", help="Plan and report; send nothing.")
NUMBERS = typer.Option([], "--number", help="Invoice number as printed; may be repeated.")


def post(workspace: int | None = ONE_OR_ALL, dry_run: bool = DRY_RUN) -> None:
    """Post to QuickBooks what is due: one run."""
    from caspen_qbo.usecases.posting.dry_run import plan_post
    from caspen_qbo.usecases.posting.run import post as run

    _for_each(workspace, "post", plan_post if dry_run else run)


def import_(workspace: int | None = ONE_OR_ALL, dry_run: bool = DRY_RUN) -> None:
    """Bring payments recorded in QuickBooks to Caspen: one run."""
    from caspen_qbo.usecases.importing.run import import_payments, plan_import

    _for_each(workspace, "import", plan_import if dry_run else import_payments)


def reconcile(
    workspace: int | None = ONE_OR_ALL,
    full: bool = typer.Option(False, "--full", help="Read every linked document, not only what changed."),
    data_docs: bool = typer.Option(False, "--data-docs", help="Write Great Expectations' pages too."),
) -> None:
    """Compare both sides and list what differs: one run."""
    from caspen_qbo.hooks.storage import report_storage
    from caspen_qbo.usecases.reconciling.run import reconcile as run

    storage = report_storage()

    def with_data_docs(session: Session) -> RunResult:
        from caspen_qbo.quality.data_docs import collecting, render_data_docs
        from caspen_qbo.reports.kept import say_data_docs

        with collecting() as found:
            result = run(session, full=full)
        where = f"{storage.where}/{session.workspace_id}/data-docs/index.html"
        said = say_data_docs(session.store, storage, render_data_docs(found, session.run_id), where)
        return replace(result, message=f"{result.message} {said}".lstrip())

    _for_each(
        workspace, "reconcile", with_data_docs if data_docs else lambda session: run(session, full=full)
    )


def backfill(
    workspace: int = WORKSPACE,
    number: list[str] = NUMBERS,
    dry_run: bool = typer.Option(True, "--dry-run/--send", help="Show what would happen, or do it."),
) -> None:
    """Post or link chosen invoices; says first what would happen. --send approves and carries out; who did
    is recorded. Safe to repeat.
    """
    from caspen_qbo.usecases.backfill.run import approve_and_backfill, plan_backfill

    if not number:
        raise typer.BadParameter("give at least one --number")
    with open_session(workspace, "backfill") as session:
        report = (
            plan_backfill(session, number) if dry_run else approve_and_backfill(session, number, who=who())
        )
    print_table(
        ("number", "would be" if dry_run else "is now", "total", "why"),
        [(item.number, item.verdict.value, item.total, item.reason) for item in report.items],
        title=f"Workspace {workspace}: backfill" + (" (dry run, nothing was sent)" if dry_run else ""),
    )
    if report.message:
        console().print(report.message)


def _for_each(workspace: int | None, job: str, run: Callable[[Session], RunResult | PostPlan]) -> None:
    """A failure in one workspace does not stop the others; the worst one decides the exit code."""
    from caspen_qbo import wiring

    with wiring.open_store() as store:
        ids = [workspace] if workspace is not None else store.practices.fetch_connected()
    if not ids:
        console().print("no workspace is connected to QuickBooks")
    worst: SyncError | None = None
    for workspace_id in ids:
        try:
            with open_session(workspace_id, job) as session:
                result = run(session)
        except SyncError as error:
            said, of = error.message, f"workspace {workspace_id}"
            say_error(said if said.startswith((f"{of}:", f"{of},")) else f"{of}: {said}")
            if worst is None or isinstance(worst, RetryError):
                worst = error
            continue
        console().print(f"workspace {workspace_id}: {counts_words(result.counts)}")
        if result.message:
            console().print(f"  {result.message}")
    if worst is not None:
        raise typer.Exit(TRY_AGAIN_LATER if isinstance(worst, RetryError) else 1)
