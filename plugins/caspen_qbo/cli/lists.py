"""Commands that show where things stand and release what waits: status, unsynced, retry."""

from __future__ import annotations

from dataclasses import asdict

import typer

from caspen_qbo.cli.setup import WORKSPACE, who
from caspen_qbo.cli.show import console, print_json, print_table

JSON = typer.Option(False, "--json", help="Machine-readable.")
MORE = typer.Argument(None, metavar="[N]...", help="Further numbers after --number.", show_default=False)
NUMBER = typer.Option([], "--number", metavar="N", help="Document or invoice number; may be repeated.")


def register(app: typer.Typer) -> None:
    app.command("status")(status)
    app.command("unsynced")(unsynced)
    app.command("retry")(retry)


def status(workspace: int = WORKSPACE, as_json: bool = JSON) -> None:
    """
    Invoices by standing: finalised = synced + waiting + listed + excluded; and the same by kind of document.
    """
    from caspen_qbo import wiring
    from caspen_qbo.usecases.shared.ledger import read_ledger

    with wiring.open_session(workspace, wiring.new_run_id("status")) as session:
        ledger = read_ledger(session)
    names = ("finalised", "synced", "waiting", "listed", "excluded", "stale")
    by_kind = {**ledger.by_kind, "invoice": ledger.invoices}
    if as_json:
        totals = {name: getattr(ledger.invoices, name) for name in names}
        kinds = {
            kind: {name: value for name, value in asdict(row).items() if name != "kind"}
            for kind, row in by_kind.items()
        }
        print_json({"workspace_id": workspace, **totals, "by_kind": kinds})
        return
    print_table(
        ("documents", *names),
        [(kind, *(getattr(row, name) for name in names)) for kind, row in by_kind.items()],
        title=f"Workspace {workspace}",
    )


def unsynced(workspace: int = WORKSPACE, as_json: bool = JSON) -> None:
    """The open rows a person has to look at."""
    from caspen_qbo import wiring

    with wiring.open_store() as store:
        rows = store.for_workspace(workspace).unsynced.fetch_open()
    if as_json:
        print_json([asdict(row) for row in rows])
        return
    if not rows:
        console().print(f"workspace {workspace}: nothing is listed")
        return
    print_table(
        ("kind", "number", "title", "detail", "what to do", "since", "tries"),
        [
            (
                r.document_kind,
                r.document_number,
                r.title,
                r.detail,
                r.fix,
                f"{r.first_seen_at:%Y-%m-%d}",
                r.attempts,
            )
            for r in rows
        ],
    )


def retry(
    workspace: int = WORKSPACE,
    more: list[str] = MORE,
    number: list[str] = NUMBER,
    key: str | None = typer.Option(None, "--key", help="Everything listed under one error key."),
    all_: bool = typer.Option(False, "--all", help="Everything listed."),
) -> None:
    """Release listed documents for the next run."""
    from caspen_qbo import wiring
    from caspen_qbo.catalogue import CATALOGUE
    from caspen_qbo.usecases.decisions.retry import release

    if more and not number:
        raise typer.BadParameter(f"{' '.join(more)!r} came without --number")
    number = [*number, *(more or [])]
    if sum((bool(number), key is not None, all_)) != 1:
        raise typer.BadParameter("give exactly one of --number, --key and --all")
    if key is not None and key not in CATALOGUE:
        raise typer.BadParameter(f"unknown key {key!r}; one of {', '.join(CATALOGUE)}")
    with wiring.open_store() as store:
        released = release(store.for_workspace(workspace), numbers=number, error_key=key, who=who())
    console().print(f"workspace {workspace}: {released} document(s) released for the next run")
