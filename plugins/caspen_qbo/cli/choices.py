"""Commands by which a person decides about documents edited or removed in QuickBooks: accept, resend."""

from __future__ import annotations

import typer

from caspen_qbo.cli.setup import WORKSPACE, who
from caspen_qbo.cli.show import console

NUMBER = typer.Option(..., "--number", help="Document number as listed; may be repeated.")


def register(app: typer.Typer) -> None:
    app.command("accept")(accept)
    app.command("resend")(resend)


def accept(workspace: int = WORKSPACE, number: list[str] = NUMBER) -> None:
    """
    Take QuickBooks' version of a listed document as right; it is not raised again until it changes again.
    """
    from caspen_qbo import wiring
    from caspen_qbo.usecases.decisions.accept_or_resend import accept as choose

    with wiring.open_session(workspace, wiring.new_run_id("accept")) as session:
        chosen = choose(session, number, who=who())
    console().print(f"workspace {workspace}: {chosen} document(s) accepted as QuickBooks shows them")


def resend(workspace: int = WORKSPACE, number: list[str] = NUMBER) -> None:
    """Let the next post send Caspen's version again, over what was edited or removed in QuickBooks."""
    from caspen_qbo import wiring
    from caspen_qbo.usecases.decisions.accept_or_resend import resend as choose

    with wiring.open_session(workspace, wiring.new_run_id("resend")) as session:
        chosen = choose(session, number, who=who())
    console().print(f"workspace {workspace}: {chosen} document(s) released for the next post")
