"""The pages behind Flask-AppBuilder's auth manager, which is what docker-compose.yaml runs them behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.integration.ui.conftest import Door, Pages
from tests.integration.ui.routes import ANY, NEEDS, address, closed
from tests.support.airflow_server import ROLES, AirflowServer, running_airflow, simple_auth
from tests.support.flow import Flow

AUTH_MANAGER = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"

SET_UP = """
from airflow.cli.cli_parser import get_parser
migrate = get_parser().parse_args(["db", "migrate"])
migrate.func(migrate)
from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
with get_application_builder() as builder:
    for name in {roles}:
        role = builder.sm.find_role(name.capitalize())
        assert builder.sm.add_user(name, name, "Test", name + "@example.com", role, password=name)
"""

QUESTION = "/api/v2/dags/backfill_invoices/dagRuns/any/taskInstances/approve_backfill/-1/hitlDetails"


@pytest.fixture
def fab(flow: Flow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AirflowServer]:
    """An API server of its own over this test's practice, with one FAB user for each of Airflow's roles."""
    # Forms are signed in this process, so the secret must be the server's.
    monkeypatch.setenv("AIRFLOW__API__SECRET_KEY", simple_auth(tmp_path)["AIRFLOW__API__SECRET_KEY"])
    environ = {
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__AUTH_MANAGER": AUTH_MANAGER,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path}/airflow.db",
    }
    command = [sys.executable, "-c", SET_UP.format(roles=ROLES)]
    done = subprocess.run(command, env={**os.environ, **environ}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    with running_airflow(tmp_path, environ) as server:
        server.await_health()
        yield server


def test_each_role_of_fab_may_what_the_table_says(pages: Pages, fab: AirflowServer) -> None:
    with httpx.Client(base_url=fab.url, timeout=60) as client:
        for route in closed(pages):
            method, path = address(route, ANY)
            answer = Door(client, "stranger", "")._send(method, path)
            assert answer.status_code == (302 if method == "GET" else 401), f"{route}: {answer.status_code}"
        for role in ROLES:
            door = Door(client, role, fab.token(role))
            for route in closed(pages):
                method, path = address(route, ANY)
                answer = door.get(path) if method == "GET" else door.post(path)
                if ROLES.index(role) < ROLES.index(NEEDS[route]):
                    assert answer.status_code == 403, f"{role} {route}: {answer.status_code}"
                else:
                    assert answer.status_code in (200, 303, 404), f"{role} {route}: {answer.status_code}"
            # Airflow lets everyone answer who may run a DAG; past us, there is no such question here.
            bearer = {"Authorization": f"Bearer {door.token}"}
            answer = client.patch(QUESTION, json={"chosen_options": ["Approve"]}, headers=bearer)
            expected = 404 if role in ("op", "admin") else 403
            assert answer.status_code == expected, f"{role}: {answer.status_code} {answer.text}"
            assert ("the right to configure" in answer.text) == (expected == 403), role
