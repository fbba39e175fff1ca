"""Command line: `python -m caspen_seed`."""

from __future__ import annotations

import datetime as dt
import json
import sys
from typing import Annotated

import typer

from caspen_seed import scale as bulk
from caspen_seed.database import load_schema, workspace_exists
from caspen_seed.errors import CaspenRefused
from caspen_seed.facts import describe as describe_workspace

app = typer.Typer(
    pretty_exceptions_enable=False,  # it may print local variables, and one of them holds a password
    help="A small, believable Caspen billing database.",
    no_args_is_help=True,
    add_completion=False,
)

# From the environment too, because a command line, and with it a password, can be read by every process.
Dsn = Annotated[str, typer.Option(envvar="CASPEN_DSN", help="libpq URL of Caspen's database.")]
Workspace = Annotated[int, typer.Option(help="Caspen's workspace id.")]


def moment(text: str) -> dt.datetime:
    """An ISO 8601 moment with a time zone, such as 2026-11-20T09:00:00+11:00."""
    try:
        value = dt.datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not an ISO 8601 moment") from None
    if value.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no time zone; expected such as 2026-11-20T09:00:00+11:00")
    return value


Moment = Annotated[str | None, typer.Option(help=moment.__doc__)]


@app.command()
def schema(dsn: Dsn) -> None:
    """Create Caspen's schema, its triggers and its sequences. Safe to repeat."""
    load_schema(dsn)


@app.command()
def load(
    dsn: Dsn,
    workspace: Workspace = 1,
    weeks: Annotated[int, typer.Option(min=1, help="Weeks since the connection.")] = 8,
    seed: Annotated[int, typer.Option(help="The same seed gives the same practice.")] = 1,
    scale: Annotated[float, typer.Option(min=0.01, help="1 is some 400 invoices.")] = 1.0,
    now: Moment = None,
    connected_at: Moment = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave a workspace that exists as it is, and succeed.")
    ] = False,
) -> None:
    """Create the schema where needed, and write the sample practice into a workspace of its own."""
    from caspen_seed.practice import load_practice

    load_schema(dsn)
    if keep and workspace_exists(dsn, workspace):
        print(f"workspace {workspace} exists; it was left as it is")
        return
    try:
        loaded = load_practice(
            dsn,
            workspace,
            weeks=weeks,
            seed=seed,
            scale=scale,
            now=None if now is None else moment(now),
            connected_at=None if connected_at is None else moment(connected_at),
        )
    except (CaspenRefused, ValueError) as error:
        print(f"Nothing was loaded. {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    print(
        f"workspace {loaded.workspace_id}: {loaded.invoices} invoices of {loaded.clients} clients; "
        f"historical before {loaded.connected_at.isoformat()}"
    )


@app.command()
def describe(
    dsn: Dsn, connected_at: Annotated[str, typer.Option(help=moment.__doc__)], workspace: Workspace = 1
) -> None:
    """Print what should become of the workspace's invoices, as JSON. Changes nothing."""
    try:
        facts = describe_workspace(dsn, workspace, moment(connected_at))
    except LookupError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None
    print(json.dumps(facts.summary(), indent=2, ensure_ascii=False))


@app.command()
def add(
    dsn: Dsn,
    workspace: Workspace = 1,
    old: Annotated[int, typer.Option(min=0, help="Paid invoices of years ago.")] = 0,
    new: Annotated[int, typer.Option(min=0, help="Invoices finalised just now.")] = 0,
) -> None:
    """Add invoices in bulk to an existing workspace, for benchmarks. Not safe to repeat: it adds more."""
    if old:
        bulk.add_old_invoices(dsn, workspace, old)
    if new:
        bulk.add_new_invoices(dsn, workspace, new)


if __name__ == "__main__":
    app()
