"""The command `heartbeat`: for a monitor outside Airflow, which notices when all of Airflow stands still."""

from __future__ import annotations

import typer

from caspen_qbo.cli.show import console


def register(app: typer.Typer) -> None:
    app.command("heartbeat")(heartbeat)


def heartbeat() -> None:
    """Whether every connected practice was posted, imported and reconciled lately; exit 1 if not."""
    from caspen_qbo import wiring
    from caspen_qbo.usecases.monitoring.heartbeat import find_silences

    with wiring.open_store() as store:
        silences = find_silences(store)
    for silence in silences:
        console().print(str(silence))
    if silences:
        raise typer.Exit(1)
    console().print("every connected practice was posted, imported and reconciled lately")
