"""The pages as Airflow serves them: its application, its logins, our plugin mounted by its own loader."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from caspen_qbo import wiring
from caspen_qbo.hooks.store.monitoring.runs import TaskKey
from caspen_qbo.reports.kept import DATA_DOCS
from caspen_qbo.usecases.reconciling.run import reconcile
from tests.support.airflow_server import simple_auth
from tests.support.flow import Flow

DAG_IDS = ("post_to_quickbooks", "import_from_quickbooks", "reconcile_quickbooks", "backfill_invoices")
WEBHOOK_TOKEN = "verifier-4417"
BROWSER = {"accept": "text/html", "sec-fetch-site": "same-origin", "sec-fetch-dest": "document"}


@pytest.fixture(scope="session")
def airflow_app(airflow_metadata: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Airflow's API server in this process."""
    os.environ.update(simple_auth(tmp_path_factory.mktemp("auth")))
    from airflow.api_fastapi.app import create_app

    with TestClient(create_app(apps="core"), base_url="http://testserver", follow_redirects=False) as client:
        yield client


@dataclass
class Door:
    """The pages as one user sees them; a stranger when ``token`` is empty."""

    client: TestClient | httpx.Client
    role: str
    token: str
    headers: dict[str, str] = field(default_factory=lambda: dict(BROWSER))

    def get(self, path: str, **how: Any) -> httpx.Response:
        return self._send("GET", path, **how)

    def post(self, path: str, data: Mapping[str, object] | None = None, **how: Any) -> httpx.Response:
        """A form of ours, with its token unless the data bring one."""
        form = {"form_token": self.form_token(), **(data or {})} if self.token else dict(data or {})
        return self._send("POST", path, data=form, **how)

    def form_token(self) -> str:
        """As a page of ours carries it."""
        from caspen_qbo.ui.signing import form_token

        return form_token(self.role, hashlib.sha256(self.token.encode()).hexdigest())

    def _send(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, **how
    ) -> httpx.Response:
        self.client.cookies.clear()
        if self.token:
            self.client.cookies.set("_token", self.token)
        answer = self.client.request(
            method, f"/quickbooks{path}", headers={**self.headers, **(headers or {})}, **how
        )
        return cast("httpx.Response", answer)  # or its successor's, which has the same face

    def message(self, answer: httpx.Response) -> str:
        """What the page after a form says: the answer's cookie, shown by the page it leads to."""
        assert answer.status_code == 303, f"{answer.status_code}: {answer.text[-500:]}"
        cookie = answer.cookies.get("caspen_qbo_message")
        self.client.cookies.clear()
        self.client.cookies.set("_token", self.token)
        if cookie:
            self.client.cookies.set("caspen_qbo_message", cookie)
        page = self.client.get(answer.headers["location"], headers=self.headers, follow_redirects=True)
        found = re.search(
            r'<div class="note (?:done|problem)" role="(?:status|alert)">(.*?)</div>', page.text, re.DOTALL
        )
        return found.group(1).replace("&#39;", "'") if found else ""


@dataclass
class Pages:
    """Doors by role."""

    client: TestClient
    app: FastAPI
    _tokens: dict[str, str] = field(default_factory=dict)

    def as_(self, role: str | None) -> Door:
        if role is None:
            return Door(self.client, "stranger", "")
        if role not in self._tokens:
            self.client.cookies.clear()
            answer = self.client.post("/auth/token", json={"username": role, "password": role})
            assert answer.status_code == 201, answer.text
            self._tokens[role] = answer.json()["access_token"]
        return Door(self.client, role, self._tokens[role])

    def airflow(self, role: str, method: str, path: str, **how: Any) -> httpx.Response:
        """Airflow's own API as this user."""
        self.client.cookies.clear()
        headers = {"Authorization": f"Bearer {self.as_(role).token}"}
        return cast("httpx.Response", self.client.request(method, path, headers=headers, **how))


@pytest.fixture
def connections(connections: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """As everywhere, and webhooks are listened to."""
    quickbooks = json.loads(connections["AIRFLOW_CONN_QUICKBOOKS"])
    quickbooks["extra"]["webhook_verifier_token"] = WEBHOOK_TOKEN
    changed = {**connections, "AIRFLOW_CONN_QUICKBOOKS": json.dumps(quickbooks)}
    monkeypatch.setenv("AIRFLOW_CONN_QUICKBOOKS", changed["AIRFLOW_CONN_QUICKBOOKS"])
    return changed


@pytest.fixture
def pages(airflow_app: TestClient, connections: Mapping[str, str]) -> Pages:
    """The pages over this test's databases and sandbox."""
    from caspen_qbo.ui.app import create_app

    return Pages(airflow_app, create_app())


@pytest.fixture
def dags(pages: Pages) -> Iterator[Pages]:
    """The DAGs are known to Airflow and switched on; runs of other tests are taken away."""
    for dag_id in DAG_IDS:
        answer = pages.airflow("admin", "PATCH", f"/api/v2/dags/{dag_id}", json={"is_paused": False})
        assert answer.status_code == 200, answer.text
    forget_runs(pages)
    yield pages
    forget_runs(pages)


def runs(pages: Pages, dag_id: str) -> list[dict]:
    return pages.airflow("admin", "GET", f"/api/v2/dags/{dag_id}/dagRuns").json()["dag_runs"]


def forget_runs(pages: Pages) -> None:
    for run in runs(pages, "~"):  # of all DAGs in one request
        pages.airflow("admin", "DELETE", f"/api/v2/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}")


@pytest.fixture
def places(dags: Pages, flow: Flow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Real values for the parts of an address: something is behind every route."""
    invoice_id = flow.invoice("100.00")
    flow.post()
    with wiring.open_session(flow.workspace_id, "reconcile__1") as session:
        reconcile(session)
    with wiring.open_store() as store:
        store.notes.write(
            TaskKey("reconcile_quickbooks", "reconcile__1", "practice.reconcile", 0), "All equal."
        )
    monkeypatch.setenv("CASPEN_QBO_REPORTS", str(tmp_path))
    data_docs = tmp_path / "1" / DATA_DOCS / "total.html"
    data_docs.parent.mkdir(parents=True)
    data_docs.write_text("<title>Data Docs</title>")
    conf = {"workspace_id": 1, "invoice_numbers": ["INV-0001"], "dry_run": True}
    body = {"dag_run_id": "manual__walked", "logical_date": None, "conf": conf}
    answer = dags.airflow("admin", "POST", "/api/v2/dags/backfill_invoices/dagRuns", json=body)
    assert answer.status_code == 200, answer.text
    return {
        "workspace_id": "1",
        "tax_rate_id": str(flow.rates["GST"]),
        "client_id": str(flow.client_id),
        "invoice_id": str(invoice_id),
        "run_id": "reconcile__1",
        "dag_id": "reconcile_quickbooks",
        "backfill_id": "manual__walked",
        "suite": "comparison",
        "kind": "invoice",
        "name": "total",
        "month": "2026-10",
    }
