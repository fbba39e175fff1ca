"""Registers the pages, their menu entry, the approvals and the writer of the runs' notes; every Airflow
process imports this, so the web application is imported when it is first requested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.plugins_manager import AirflowPlugin

from caspen_qbo.airflow.approvals import BackfillApprovals
from caspen_qbo.airflow.run_notes import RunNotes
from caspen_qbo.settings import PAGES_PREFIX

if TYPE_CHECKING:
    from anyio import Lock
    from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = PAGES_PREFIX


class LazyPages:
    def __init__(self) -> None:
        self._app: ASGIApp | None = None
        self._loading: Lock | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from caspen_qbo.airflow.api import MOUNTED_IN

        app = self._app or await self._load()
        await app({**scope, MOUNTED_IN: scope.get("app")}, receive, send)

    async def _load(self) -> ASGIApp:
        """In a thread: Airflow's own requests go on during the second that it takes."""
        import anyio

        self._loading = self._loading or anyio.Lock()
        async with self._loading:
            if self._app is None:
                self._app = await anyio.to_thread.run_sync(_make_app)
            return self._app


def _make_app() -> ASGIApp:
    from caspen_qbo.ui.app import create_app

    return create_app()


class CaspenQuickBooksPlugin(AirflowPlugin):
    """The pages, the frame that shows them inside Airflow, who may approve, and the notes on the runs."""

    name = "caspen_qbo"
    fastapi_apps = [{"app": LazyPages(), "url_prefix": PREFIX, "name": "Caspen to QuickBooks"}]
    fastapi_root_middlewares = [{"middleware": BackfillApprovals, "name": "Approvals of backfills"}]
    listeners = [RunNotes()]
    # A component of our own rather than an external view: Airflow's frame for those forbids new tabs, and
    # Intuit's consent page and QuickBooks itself refuse to be framed.
    react_apps = [
        {
            "name": "QuickBooks",
            "bundle_url": f"{PREFIX}/frame.js",
            "destination": "nav",
            "url_route": "quickbooks",
            "nav_top_level": True,
            "icon": f"{PREFIX}/icon.svg",
        }
    ]
