"""The sandbox's pages: look at a company, and do what a person would do there."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..templates import render
from ..world import World


async def home(request: Request) -> Response:
    """All companies."""
    world: World = request.app.state.world
    return render(
        "home.html",
        {
            "companies": world.companies.values(),
            "authority": world.authority,
            "now": world.clock.now().isoformat(timespec="seconds"),
        },
    )


ROUTES = [Route("/", home), Route("/_sandbox/", home), Route("/_sandbox", home)]
