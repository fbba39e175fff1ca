"""``python -m qbo_emulator``: the sandbox alone, in the foreground."""

from __future__ import annotations

import socket
from typing import Annotated

import typer
import uvicorn

from qbo_emulator.app import build_app
from qbo_emulator.routes.connections import RememberingProtocol
from qbo_emulator.settings import DEFAULT_CLIENT_ID, DEFAULT_CLIENT_SECRET, DEFAULT_VERIFIER, Settings


def main(
    port: Annotated[int, typer.Option(envvar="SANDBOX_PORT", help="0 picks a free one.")] = 8700,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    client_id: Annotated[str, typer.Option(help="The app's client id.")] = DEFAULT_CLIENT_ID,
    client_secret: Annotated[str, typer.Option(help="The app's client secret.")] = DEFAULT_CLIENT_SECRET,
    redirect_uri: Annotated[
        list[str] | None,
        typer.Option(help="Registered redirect address; may be repeated. None: any sensible one."),
    ] = None,
    snapshot: Annotated[str | None, typer.Option(help="File to keep the state in between runs.")] = None,
    webhook_url: Annotated[str | None, typer.Option(help="Where to send notifications.")] = None,
    webhook_verifier: Annotated[
        str, typer.Option(help="Verifier token they are signed with.")
    ] = DEFAULT_VERIFIER,
    limits: Annotated[bool, typer.Option(help="Throttle like QuickBooks.")] = True,
) -> None:
    """Start a stand-in for QuickBooks Online, for testing. Ctrl-C ends it."""
    listener = _listen(host, port)
    settings = Settings(
        host=host,
        port=listener.getsockname()[1],
        client_id=client_id,
        client_secret=client_secret,
        redirect_uris=tuple(redirect_uri or ()),
        snapshot=snapshot,
        webhook_url=webhook_url,
        webhook_verifier=webhook_verifier,
        limits=limits,
    )
    try:
        app = build_app(settings)
    except (ValueError, OSError) as error:
        typer.echo(f"The sandbox cannot start: {error}", err=True)
        raise typer.Exit(2) from error
    typer.echo(f"QuickBooks sandbox  {settings.base_url}")
    typer.echo(f"Pages               {settings.base_url}/_sandbox/")
    typer.echo(f"Client id           {client_id}")
    typer.echo(f"Client secret       {client_secret}")
    for company in app.state.world.companies.values():
        typer.echo(f"Realm {company.country}            {company.realm}  {company.info['CompanyName']}")
    config = uvicorn.Config(
        app,
        http=RememberingProtocol,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=75,
        lifespan="on",
    )
    uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        typer.echo(
            f"The sandbox cannot listen on {host}:{port}: {error.strerror}. Free it, or choose another with "
            "--port or SANDBOX_PORT.",
            err=True,
        )
        raise typer.Exit(2) from error
    listener.listen(128)
    return listener


def run() -> None:
    """Entry point."""
    typer.run(main)
