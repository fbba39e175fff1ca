"""The web application."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from qbo_emulator.routes import api, control, oauth, pages
from qbo_emulator.routes.connections import ConnectionDropped
from qbo_emulator.settings import Settings
from qbo_emulator.state.world import World
from qbo_emulator.store.snapshot import read_snapshot, write_snapshot


def build_app(settings: Settings | None = None) -> Starlette:
    """A sandbox with its own world (``app.state.world``).

    :raises ValueError: the snapshot file is not one of this version.
    """
    settings = settings or Settings()
    world = World(settings)
    if settings.snapshot:
        read_snapshot(world, settings.snapshot)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        deliveries = asyncio.create_task(world.webhooks.run())
        yield
        deliveries.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await deliveries
        if settings.snapshot:
            write_snapshot(world, settings.snapshot)

    app = Starlette(
        routes=[*api.ROUTES, *oauth.ROUTES, *control.ROUTES, *pages.ROUTES],
        lifespan=lifespan,
        exception_handlers={ConnectionDropped: _nothing},
    )
    app.state.world = world
    return app


async def _nothing(request: Request, error: Exception) -> Response:
    # The connection is gone already; nobody reads this.
    return Response(status_code=500)
