"""The command `history`: what happened to one document, in order."""

from __future__ import annotations

import typer

from caspen_qbo.cli.setup import WORKSPACE
from caspen_qbo.cli.show import console, print_json, print_table


def register(app: typer.Typer) -> None:
    app.command("history")(history)


def history(
    workspace: int = WORKSPACE,
    number: str = typer.Option(..., "--number", help="Of an invoice, a credit note or a payment."),
    as_json: bool = typer.Option(False, "--json", help="Machine-readable."),
) -> None:
    """Everything sent, answered, seen and chosen about a document, with request ids for Intuit's support."""
    from caspen_qbo import wiring

    with wiring.open_store() as store:
        rows = store.for_workspace(workspace).activity.fetch_history(number)
    if as_json:
        print_json(rows)
        return
    if not rows:
        console().print(f"workspace {workspace}: nothing is recorded about {number}")
        raise typer.Exit(1)
    print_table(
        ("at (UTC)", "document", "what", "detail", "who", "request id", "intuit_tid"),
        [
            (r["at"].strftime("%Y-%m-%d %H:%M:%S"), f"{r['document_kind']} {r['document_number']}", r["what"],
             r["detail"], r["who"], " ".join(filter(None, (r["request_id"], r["bid"]))), r["intuit_tid"])
            for r in rows
        ],
        title=f"Workspace {workspace}: {number}",
    )  # fmt: skip
