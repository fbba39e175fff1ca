"""Commands about what is kept of people: forget, prune, readers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from caspen_qbo.cli.shared import JSON, WORKSPACE, console, open_store, print_json, print_table, who

if TYPE_CHECKING:
    from caspen_qbo.hooks.store import Store
    from caspen_qbo.usecases.connection.forget import Forgotten

NAMES = typer.Option(
    [], "--name", metavar="N", help="Another name or address of the client; may be repeated."
)


def forget(
    workspace: int = WORKSPACE,
    client: int | None = typer.Option(None, "--client", help="Only this client; Caspen's id."),
    name: list[str] = NAMES,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
) -> None:
    """Take a practice's or a client's data out of qbo_sync and the reports; says what goes and what the law
    keeps, and asks. A connected practice is disconnected first.
    """
    from caspen_qbo import wiring
    from caspen_qbo.hooks.storage import report_storage
    from caspen_qbo.usecases.connection import forget as case

    if name and client is None:
        raise typer.BadParameter("--name belongs to --client")

    reports = report_storage().delete_all
    with wiring.open_store() as store:
        if client is None:
            lines = case.describe_workspace(store, workspace)
        else:
            with wiring.open_billing() as billing:
                known = billing.fetch_clients(workspace, [client]).get(client)
            names = {*name, *case.names_of(known, client)}
            lines = case.describe_client(store, workspace, client, names)
        for line in lines:
            console().print(line)
        if not yes:
            typer.confirm("Take it out? It cannot be brought back", abort=True)
        if client is None:
            done = _forget_workspace(store, workspace, reports)
        else:
            done = case.forget_client(store, workspace, client, names, who=who(), delete_reports=reports)
    whom = f"workspace {workspace}" + (f", client {client}" if client is not None else "")
    counts = ", ".join(f"{table} {rows}" for table, rows in sorted(done.counts.items()))
    console().print(f"{whom}: taken out ({counts or 'nothing was left'}); recorded as done by {who()}")


def prune() -> None:
    """Delete what is older than it is kept, of every practice, and old reports. Airflow does it nightly."""
    from caspen_qbo import wiring
    from caspen_qbo.hooks.storage import report_storage
    from caspen_qbo.usecases.monitoring.prune import prune as run

    with wiring.open_store() as store:
        deleted = run(store, report_storage())
    counts = ", ".join(f"{table} {rows}" for table, rows in sorted(deleted.items()))
    console().print(f"deleted: {counts or 'nothing'}")


def readers(
    workspace: int = WORKSPACE,
    user: str | None = typer.Option(None, "--user", help="Only of this person: airflow:NAME or cli:NAME."),
    downloads: bool = typer.Option(False, "--downloads", help="Only files that left the pages."),
    limit: int = typer.Option(200, "--limit", min=1, help="The newest so many."),
    as_json: bool = JSON,
) -> None:
    """Who read or downloaded finance data of a practice, newest first."""
    with open_store(workspace) as store:
        found = store.readers.fetch(who=user, downloads=downloads, limit=limit)
    if as_json:
        print_json(found)
        return
    print_table(
        ("at (UTC)", "who", "what", "downloaded"),
        [(f"{r.at:%Y-%m-%d %H:%M:%S}", r.who, r.what, "yes" if r.downloaded else "") for r in found],
        title=f"Workspace {workspace}: reads",
    )


def _forget_workspace(store: Store, workspace: int, reports: Callable[[int], int]) -> Forgotten:
    from caspen_qbo import wiring
    from caspen_qbo.usecases.connection.forget import forget_workspace

    with wiring.open_connector() as connector:
        return forget_workspace(
            store, workspace, who=who(), disconnect=connector.disconnect, delete_reports=reports
        )
