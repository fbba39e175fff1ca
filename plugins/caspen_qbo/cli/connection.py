"""Commands that set a workspace up: migrate, connect, settings, link-tax, doctor; and the keys' rotation."""

import os
import sys

import typer

from caspen_qbo.cli.shared import WORKSPACE, console, open_session, who
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.plain_text import plain

TOKEN_VARIABLE = "CASPEN_QBO_REFRESH_TOKEN"
"""Where `connect` finds its token when it is not on the command line."""


def migrate() -> None:
    """Create or upgrade schema qbo_sync in sync_db; safe to repeat."""
    from caspen_qbo.migrations import migrate as run

    before, after = run()
    console().print(f"qbo_sync is at {after}" + ("" if before == after else f" (was {before or 'empty'})"))


def connect(
    workspace: int = WORKSPACE,
    realm: str = typer.Option(..., help="QuickBooks company (realm) id."),
    refresh_token: str = typer.Option(
        ...,
        envvar=TOKEN_VARIABLE,
        help="A refresh token obtained elsewhere, exchanged at once; - reads it from standard input.",
    ),
) -> None:
    """Store a connection obtained elsewhere."""
    from caspen_qbo import wiring

    if refresh_token not in ("-", os.environ.get(TOKEN_VARIABLE)):
        print(
            "warning: a token among the arguments can be read in the process list and the shell's history. "
            f"Pass it on standard input (--refresh-token -) or in {TOKEN_VARIABLE}.",
            file=sys.stderr,
        )
    token = sys.stdin.readline().strip() if refresh_token == "-" else refresh_token
    with wiring.open_connector() as connector:
        connected = connector.adopt(workspace, realm, token, who=who())
    name = f" ({connected.company_name})" if connected.company_name else ""
    console().print(f"workspace {workspace} is connected to company {realm}{name}")


def disconnect(workspace: int = WORKSPACE) -> None:
    """End the connection at Intuit and delete the tokens; settings and links stay."""
    from caspen_qbo import wiring

    with wiring.open_connector() as connector:
        was = connector.disconnect(workspace, who=who())
    console().print(f"workspace {workspace} {'is disconnected' if was else 'was not connected'}")


def settings(
    workspace: int = WORKSPACE,
    payment_account: str = typer.Option(..., help="Id of a Bank or Other Current Asset account."),
    service_item: str = typer.Option(..., help="Id of an item of type Service."),
    product_item: str = typer.Option(..., help="Id of an item of type NonInventory or Inventory."),
) -> None:
    """Choose the payment account and the default items; their types are checked."""
    from caspen_qbo.core.reference import Choices
    from caspen_qbo.usecases.connection.setup import save_settings

    with open_session(workspace, "settings") as session:
        save_settings(session, Choices(payment_account, service_item, product_item), who=who())
    console().print(f"workspace {workspace}: settings saved")


def link_tax(
    workspace: int = WORKSPACE,
    tax_rate: int = typer.Option(..., help="Caspen's tax rate id."),
    tax_code: str = typer.Option(..., help="QuickBooks' tax code id."),
) -> None:
    """Link one Caspen tax rate to a QuickBooks tax code of the same rate."""
    from caspen_qbo.usecases.connection.setup import link_tax as link
    from caspen_qbo.usecases.connection.setup import warn_of_tax

    with open_session(workspace, "link_tax") as session:
        code = link(session, tax_rate, tax_code, who=who())
        warning = warn_of_tax(session)
    console().print(f"workspace {workspace}: tax rate {tax_rate} is linked to {code.name}")
    if warning:
        console().print(warning)


def doctor(workspace: int = WORKSPACE) -> None:
    """Every set-up check, one line each; exit 0 only if all hold."""
    from caspen_qbo.hooks.storage import report_storage
    from caspen_qbo.usecases.connection.doctor import examine

    with open_session(workspace, "doctor") as session:
        findings = examine(session, report_storage())
    for finding in findings:
        fix = f"  ->  {finding.fix}" if finding.fix else ""
        print(plain(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.name}: {finding.detail}{fix}"))
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def rotate_fernet_key() -> None:
    """Rewrite the stored tokens with the first key of AIRFLOW__CORE__FERNET_KEY (new,old); safe to repeat."""
    from caspen_qbo.hooks.store.connection.rotation import rewrite_tokens

    rewritten = rewrite_tokens()
    console().print(f"tokens of {len(rewritten.done)} workspace(s) are encrypted with the first key")
    if rewritten.unreadable:
        names = ", ".join(str(workspace_id) for workspace_id in rewritten.unreadable)
        raise ConfigurationError(
            f"The tokens of workspace(s) {names} were encrypted with a key that is not in "
            "AIRFLOW__CORE__FERNET_KEY; they were left as they are. Add that key behind the others and run "
            "this again, or reconnect them."
        )
