"""Registers the pages, their menu entry and the writer of the runs' notes; every Airflow process imports
this, so the web application is imported when it is first requested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow.plugins_manager import AirflowPlugin

from caspen_qbo.airflow.run_notes import RunNotes

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/quickbooks"


class LazyPages:
    def __init__(self) -> None:
        self._app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from caspen_qbo.airflow.api import MOUNTED_IN

        if self._app is None:
            from caspen_qbo.ui.app import create_app

            self._app = create_app()
        await self._app({**scope, MOUNTED_IN: scope.get("app")}, receive, send)


class CaspenQuickBooksPlugin(AirflowPlugin):
    """The pages, the frame that shows them inside Airflow, and the notes on the runs."""

    name = "caspen_qbo"
    fastapi_apps = [{"app": LazyPages(), "url_prefix": PREFIX, "name": "Caspen to QuickBooks"}]
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
