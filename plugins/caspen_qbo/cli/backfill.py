"""The command `backfill`: chosen invoices by number, planned first."""

from __future__ import annotations

import typer

from caspen_qbo.cli.setup import WORKSPACE
from caspen_qbo.cli.show import console, print_table

NUMBERS = typer.Option([], "--number", help="Invoice number as printed; may be repeated.")


def register(app: typer.Typer) -> None:
    app.command("backfill")(backfill)


def backfill(
    workspace: int = WORKSPACE,
    number: list[str] = NUMBERS,
    dry_run: bool = typer.Option(True, "--dry-run/--send", help="Show what would happen, or do it."),
) -> None:
    """Post or link chosen invoices; says first what would happen. Safe to repeat."""
    from caspen_qbo import wiring
    from caspen_qbo.usecases.backfill.run import backfill as run
    from caspen_qbo.usecases.backfill.run import plan_backfill

    if not number:
        raise typer.BadParameter("give at least one --number")
    with wiring.open_session(workspace, wiring.new_run_id("backfill")) as session:
        report = plan_backfill(session, number) if dry_run else run(session, number)
    print_table(
        ("number", "would be" if dry_run else "is now", "total", "why"),
        [(choice.number, choice.verdict.value, choice.total, choice.reason) for choice in report.choices],
        title=f"Workspace {workspace}: backfill" + (" (dry run, nothing was sent)" if dry_run else ""),
    )
    if report.message:
        console().print(report.message)
