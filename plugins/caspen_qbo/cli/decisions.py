"""Commands by which a person decides about listed documents: retry, accept, resend."""

import typer

from caspen_qbo.cli.shared import WORKSPACE, console, open_session, open_store, who

LISTED = typer.Option(..., "--number", help="Document number as listed; may be repeated.")
NUMBER = typer.Option([], "--number", metavar="N", help="Document or invoice number; may be repeated.")
SHARE = typer.Option(
    [],
    "--share-with-client",
    metavar="N",
    help="The client whose customer it is, where the two are to share it; may be repeated.",
)
MORE = typer.Argument(None, metavar="[N]...", help="Further numbers after --number.", show_default=False)


def relink(
    workspace: int = WORKSPACE,
    client: int = typer.Option(..., "--client", help="Caspen's client id."),
    customer: str = typer.Option(..., "--customer", help="The QuickBooks customer's id."),
    share_with_client: list[int] = SHARE,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
) -> None:
    """Link a client to another QuickBooks customer; says what follows and asks."""
    from caspen_qbo.usecases.decisions.relink import plan_relink
    from caspen_qbo.usecases.decisions.relink import relink as run

    with open_session(workspace, "relink") as session:
        plan = plan_relink(session, client, customer, share_with_client)
        for line in plan.lines:
            console().print(line)
        if plan.changes and not yes:
            typer.confirm("Link it?", abort=True)
        run(session, client, customer, share_with_client, who=who())
    done = "is linked to" if plan.changes else "stays linked to"
    console().print(f"workspace {workspace}: client {client} {done} QuickBooks customer {plan.customer}")


def retry(
    workspace: int = WORKSPACE,
    more: list[str] | None = MORE,
    number: list[str] = NUMBER,
    key: str | None = typer.Option(None, "--key", help="Everything listed under one error key."),
    all_: bool = typer.Option(False, "--all", help="Everything listed."),
) -> None:
    """Release listed documents for the next run."""
    from caspen_qbo.catalogue import CATALOGUE
    from caspen_qbo.usecases.decisions.retry import release

    if more and not number:
        raise typer.BadParameter(f"{' '.join(more)!r} came without --number")
    if sum((bool(number), key is not None, all_)) != 1:
        raise typer.BadParameter("give exactly one of --number, --key and --all")
    if key is not None and key not in CATALOGUE:
        raise typer.BadParameter(f"unknown key {key!r}; one of {', '.join(CATALOGUE)}")
    with open_store(workspace) as store:
        released = release(store, numbers=[*number, *(more or [])], error_key=key, who=who())
    console().print(f"workspace {workspace}: {released} document(s) released for the next run")


def accept(workspace: int = WORKSPACE, number: list[str] = LISTED) -> None:
    """Take QuickBooks' version of a listed document as right, or leave out what is not in QuickBooks; it is
    not raised again until it changes again.
    """
    from caspen_qbo.usecases.decisions.accept_or_resend import accept as run

    with open_session(workspace, "accept") as session:
        accepted = run(session, number, who=who())
    console().print(f"workspace {workspace}: {accepted} document(s) accepted as QuickBooks shows them")


def resend(workspace: int = WORKSPACE, number: list[str] = LISTED) -> None:
    """Let the next post send Caspen's version again, over what was edited or removed in QuickBooks."""
    from caspen_qbo.usecases.decisions.accept_or_resend import resend as run

    with open_session(workspace, "resend") as session:
        released = run(session, number, who=who())
    console().print(f"workspace {workspace}: {released} document(s) released for the next post")
