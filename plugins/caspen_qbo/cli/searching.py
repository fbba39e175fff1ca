"""The command that finds a document in any practice."""

from dataclasses import asdict

import typer

from caspen_qbo.cli.shared import JSON, console, print_json, print_table, who

TEXT = typer.Argument(..., metavar="TEXT", help="A number or its beginning, a QuickBooks id, or an amount.")


def search(text: str = TEXT, as_json: bool = JSON) -> None:
    """Find documents of all practices by number, QuickBooks id or amount; exit code 1 where there is none."""
    from caspen_qbo import wiring
    from caspen_qbo.usecases.monitoring.search import search as run
    from caspen_qbo.wording import FIT_WORDS, NONE, document_name, money, standing

    with wiring.open_store() as store, wiring.open_billing() as billing:
        result = run(store, billing, text, None, who=who())
    names = {id_: workspace.name for id_, workspace in result.workspaces.items()}
    currencies = {id_: workspace.currency for id_, workspace in result.workspaces.items()}
    if as_json:
        print_json(
            {
                "found": result.found,
                "at_least": result.at_least,
                "documents": [
                    {
                        **{name: value for name, value in asdict(each).items() if name != "found"},
                        "practice": names.get(each.workspace_id),
                        "currency": each.currency or currencies.get(each.workspace_id),
                        "state": standing(each)[1],
                    }
                    for each in result.documents
                ],
            }
        )
    elif result.documents:
        over = "more than " if result.at_least else ""
        print_table(
            (
                "id",
                "practice",
                "document",
                "state",
                "found by",
                "Caspen",
                "Caspen id",
                "QuickBooks",
                "QuickBooks id",
            ),
            [
                (
                    each.workspace_id,
                    names.get(each.workspace_id, "no longer in Caspen"),
                    document_name(each.kind, each.number),
                    standing(each)[1],
                    FIT_WORDS[each.fits],
                    money(each.total, each.currency or currencies.get(each.workspace_id, "")),
                    each.id,
                    money(each.quickbooks_total),
                    f"{each.quickbooks_type} {each.quickbooks_id}" if each.quickbooks_id else NONE,
                )
                for each in result.documents
            ],
            title=f"{over}{result.found:,} found",
        )
        if result.at_least or result.more:
            console().print(f"{over}{result.more:,} more: type more of the number")
    else:
        console().print("no document that runs have read fits this")
    if not result.documents:
        raise typer.Exit(1)
