"""The summary that the demo prints at its end."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from rich.table import Table

from ops.demo.books import Books
from ops.demo.practice import Practice
from ops.demo.verify import CaspenSide, Verdict
from ops.local.postgres import Database
from ops.paths import REPORTS, ROOT
from ops.progress import Progress

LISTED = """
    SELECT title, count(*), min(document_number) FROM qbo_sync.unsynced_invoice
    WHERE workspace_id = %s AND resolved_at IS NULL GROUP BY title ORDER BY count(*) DESC, title
"""
LATEST = """
    SELECT run_id, documents_checked, differences, finalised, synced, waiting, listed, excluded, success
    FROM qbo_sync.reconciliation_run WHERE workspace_id = %s ORDER BY started_at DESC LIMIT 1
"""


@dataclass(frozen=True)
class Counts:
    """Documents on both sides at one moment."""

    invoices: int
    credit_notes: int
    payments: int
    imported: int

    def less(self, before: Counts) -> Counts:
        return Counts(*(getattr(self, f.name) - getattr(before, f.name) for f in fields(self)))


def count(books: Books, caspen: CaspenSide) -> Counts:
    """`payments` are payments of money that QuickBooks holds; `imported`, those Caspen took over from it."""
    money = {paid.payment_id for paid in books.invoice_payments()}
    return Counts(len(books.invoices), len(books.credit_memos), len(money), caspen.imported)


def print_summary(
    progress: Progress, sync: Database, practice: Practice, new: Counts, now: Counts, verdict: Verdict
) -> bool:
    """Print what happened, what is listed and why, and where the report is.

    :return: Whether everything that must be equal is equal.
    """
    with sync.connect() as connection:
        listed = connection.execute(LISTED, [practice.workspace_id]).fetchall()
        latest = connection.execute(LATEST, [practice.workspace_id]).fetchone()
    console = progress.console
    console.print()
    documents = Table("", "in this run", "in all", title="The day", title_justify="left")
    for label, name in (
        ("Invoices in QuickBooks", "invoices"),
        ("Credit notes in QuickBooks", "credit_notes"),
        ("Payments in QuickBooks", "payments"),
        ("Payments imported into Caspen", "imported"),
    ):
        documents.add_row(label, f"{getattr(new, name):+d}", str(getattr(now, name)))
    console.print(documents)
    reasons = Table("reason", "documents", "for example", title="Listed for a person", title_justify="left")
    for title, documents_listed, example in listed:
        reasons.add_row(title, str(documents_listed), example)
    console.print(reasons)
    reconciled = _print_reconciliation(progress, latest)
    console.print(
        f"Equal to the cent on both sides, by an independent check: {verdict.invoices} invoices, "
        f"{verdict.payments} payments, {verdict.credit_notes} credit notes."
        if not verdict.problems
        else f"[red]{len(verdict.problems)} deviations between Caspen and QuickBooks:[/red]"
    )
    for problem in verdict.problems[:30]:
        console.print(f"  [red]{problem}[/red]")
    report = latest_report(practice.workspace_id)
    console.print(f"Report: {report.relative_to(ROOT)}" if report else "[red]No report was written.[/red]")
    progress.line("done" if reconciled and not verdict.problems else "[red]not equal[/red]")
    return reconciled and not verdict.problems and report is not None


def _print_reconciliation(progress: Progress, latest: tuple | None) -> bool:
    """One sentence on the project's own reconciliation. Whether it ran and its ledger adds up."""
    if latest is None:
        progress.console.print("[red]No reconciliation was stored.[/red]")
        return False
    run_id, checked, differences, finalised, synced, waiting, listed, excluded, success = latest
    causes = "each has its cause on the list" if success else "not all of them have a cause on the list"
    found = f"{differences} differing fields; {causes}" if differences else "no differences"
    progress.console.print(f"Reconciliation {run_id}: {checked} documents checked, {found}.")
    progress.console.print(
        f"Ledger: {finalised} finalised = {synced} synced + {waiting} waiting + {listed} listed "
        f"+ {excluded} excluded."
    )
    return finalised == synced + waiting + listed + excluded


def latest_report(workspace_id: int) -> Path | None:
    """The newest HTML report of a workspace, or None."""
    found = (REPORTS / str(workspace_id)).glob("*.html")
    return max(found, key=lambda path: path.stat().st_mtime, default=None)
