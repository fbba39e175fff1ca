"""Commands that run a job once without Airflow: post, import, reconcile."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

import typer

from caspen_qbo.cli.show import console
from caspen_qbo.errors import RetryError, SyncError

log = logging.getLogger(__name__)

WORKSPACE = typer.Option(None, "--workspace", help="Only this workspace; all connected ones otherwise.")
DRY_RUN = typer.Option(False, "--dry-run", help="Plan and report; send nothing.")


def register(app: typer.Typer) -> None:
    app.command("post")(post)
    app.command("import")(import_)
    app.command("reconcile")(reconcile)


def post(workspace: int | None = WORKSPACE, dry_run: bool = DRY_RUN) -> None:
    """Post to QuickBooks what is due: one run."""
    from caspen_qbo.usecases.posting.dry_run import plan_post
    from caspen_qbo.usecases.posting.run import post as run

    _for_each(workspace, "post", plan_post if dry_run else run)


def import_(workspace: int | None = WORKSPACE, dry_run: bool = DRY_RUN) -> None:
    """Bring payments recorded in QuickBooks to Caspen: one run."""
    from caspen_qbo.usecases.importing.run import import_payments, plan_import

    _for_each(workspace, "import", plan_import if dry_run else import_payments)


def reconcile(
    workspace: int | None = WORKSPACE,
    full: bool = typer.Option(False, "--full", help="Read every linked document, not only what changed."),
) -> None:
    """Compare both sides and list what differs: one run."""
    from caspen_qbo.usecases.reconciling.run import reconcile as run

    _for_each(workspace, "reconcile", lambda session: run(session, full=full))


def _for_each(workspace: int | None, job: str, run: Callable[[Any], Any]) -> None:
    """
    One workspace's trouble does not keep the others from their turn; the worst one decides the exit code.
    """
    from caspen_qbo import wiring

    with wiring.open_store() as store:
        ids = [workspace] if workspace is not None else store.practices.fetch_connected()
    if not ids:
        console().print("no workspace is connected to QuickBooks")
    worst: SyncError | None = None
    for workspace_id in ids:
        try:
            with wiring.open_session(workspace_id, wiring.new_run_id(job)) as session:
                result = run(session)
        except SyncError as error:
            print(f"workspace {workspace_id}: {error.message}", file=sys.stderr)
            if worst is None or isinstance(worst, RetryError):
                worst = error
            continue
        counts = ", ".join(
            f"{name.replace('_', ' ')} {number}" for name, number in sorted(result.counts.items()) if number
        )
        console().print(f"workspace {workspace_id}: {counts or 'nothing to do'}")
        if result.message:
            console().print(f"  {result.message}")
    if worst is not None:
        raise typer.Exit(75 if isinstance(worst, RetryError) else 1)
