"""A real browser on a real API server of Airflow, over a practice of its own."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import psycopg
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from caspen_seed import Staff, create_workspace
from ops.local.ports import HOST, free_port
from ops.paths import ROOT
from tests.support.airflow_server import AirflowServer, running_airflow
from tests.support.browser import chromium, running_chromium
from tests.support.flow import WORKSPACE, Flow
from tests.support.services import DatabaseFactory, airflow_connections, running_sandbox

SHOTS = ROOT / "docs" / "images" / "pages"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = [item for item in items if Path(item.path).parent == Path(__file__).parent]
    for item in here:
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.slow)
    if here and chromium() is None:
        reason = (
            f"NO CHROMIUM HERE: {len(here)} BROWSER TESTS ARE SKIPPED (as root: apt-get install chromium)"
        )
        warnings.warn(reason, stacklevel=1)
        for item in here:
            item.add_marker(pytest.mark.skip(reason=reason))


@dataclass
class Practice:
    """Caspen's staff and QuickBooks' door on one side, Airflow's pages on the other."""

    flow: Flow
    server: AirflowServer
    environ: Mapping[str, str]
    """The connections that point at the three of them."""


@pytest.fixture(scope="session")
def _practice(
    caspen_databases: DatabaseFactory,
    sync_databases: DatabaseFactory,
    airflow_metadata: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Practice]:
    """A practice that has never been connected, with two tax rates, and the pages for it."""
    folder = tmp_path_factory.mktemp("e2e")
    with ExitStack() as stack:
        caspen = stack.enter_context(caspen_databases.fresh())
        sync = stack.enter_context(sync_databases.fresh())
        sandbox = stack.enter_context(running_sandbox(folder))
        port = free_port()
        environ = dict(airflow_connections(caspen, sync, sandbox))
        quickbooks = json.loads(environ["AIRFLOW_CONN_QUICKBOOKS"])
        quickbooks["extra"]["redirect_uri"] = f"http://{HOST}:{port}/quickbooks/connect/callback"
        environ["AIRFLOW_CONN_QUICKBOOKS"] = json.dumps(quickbooks)
        server = stack.enter_context(running_airflow(folder, environ, port=port))
        connection = stack.enter_context(psycopg.connect(caspen.uri, autocommit=True))
        create_workspace(connection, WORKSPACE, "Harbour Allied Health")
        flow = Flow(Staff(connection, WORKSPACE), sandbox, connection, sync)
        flow.switch(limits=False, auto_apply_credit=False)
        flow.client_id = flow.staff.create_client("Ann", "O'Neil", email="ann.oneil@example.com")
        flow.rates = {
            name: flow.staff.create_tax_rate(name, rate) for name, rate in (("GST", "10"), ("Free", "0"))
        }
        server.await_health()  # it has been starting in the meantime
        yield Practice(flow, server, environ)


@pytest.fixture(scope="module")
def practice(_practice: Practice) -> Iterator[Practice]:
    """The practice, one for all files here; its connections are in the environment while one of them runs."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _practice.environ.items():
            patch.setenv(name, value)
        yield _practice


@dataclass
class Window:
    """One browser tab of one user. Any script error or refused resource on our pages fails the test."""

    page: Page
    server: AirflowServer
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(f"{self.server.url}{path}", wait_until="load")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


OpenWindow = Callable[..., Window]


@pytest.fixture
def window(browser: Browser, practice: Practice) -> Iterator[OpenWindow]:
    """Open a tab: ``window("op", scheme="dark", scripts=False)``; signed in unless the role is None."""
    with ExitStack() as stack:

        def open_(
            role: str | None,
            *,
            scheme: Literal["light", "dark"] = "light",
            scripts: bool = True,
            width: int = 1280,
        ) -> Window:
            context = browser.new_context(
                color_scheme=scheme, java_script_enabled=scripts, viewport={"width": width, "height": 900}
            )
            stack.callback(context.close)
            if role is not None:
                server = practice.server
                context.add_cookies([{"name": "_token", "value": server.token(role), "url": server.url}])
            context.set_default_timeout(30_000)
            tab = Window(context.new_page(), practice.server)
            tab.page.on("pageerror", lambda error: tab.complaints.append(str(error)))
            tab.page.on("console", lambda said: tab.complaints.append(said.text) if _ours(said) else None)
            return tab

        yield open_


def _ours(said: ConsoleMessage) -> bool:
    return said.type == "error" and bool(said.location) and "/quickbooks/" in said.location["url"]


@pytest.fixture(scope="session")
def shots() -> Path | None:
    """``docs/images/pages`` if CASPEN_QBO_SCREENSHOTS is set (``phone``: narrow ones too), else nowhere."""
    if not os.environ.get("CASPEN_QBO_SCREENSHOTS"):
        return None
    SHOTS.mkdir(parents=True, exist_ok=True)
    return SHOTS
