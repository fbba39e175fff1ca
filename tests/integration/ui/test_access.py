"""Every route, walked as a stranger and as each role: closed unless opened."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute

from caspen_qbo import wiring
from caspen_qbo.usecases.reconcile import reconcile
from tests.integration.ui.conftest import Pages
from tests.support.flow import Flow

ROLES = ("viewer", "user", "op", "admin")

NEEDS = {
    "GET /": "viewer",
    "GET /icon.svg": "viewer",
    "GET /frame.js": "viewer",
    "GET /w/{workspace_id}/": "viewer",
    "GET /w/{workspace_id}/setup": "viewer",
    "GET /w/{workspace_id}/setup/doctor": "viewer",
    "POST /w/{workspace_id}/settings": "op",
    "POST /w/{workspace_id}/connect": "op",
    "GET /connect/callback": "op",
    "GET /w/{workspace_id}/disconnect": "op",
    "POST /w/{workspace_id}/disconnect": "op",
    "GET /w/{workspace_id}/taxes": "viewer",
    "GET /w/{workspace_id}/taxes/{tax_rate_id}": "op",
    "POST /w/{workspace_id}/taxes/{tax_rate_id}": "op",
    "GET /w/{workspace_id}/unsynced": "viewer",
    "GET /w/{workspace_id}/unsynced.csv": "viewer",
    "POST /w/{workspace_id}/unsynced/retry": "user",
    "GET /w/{workspace_id}/invoices": "viewer",
    "GET /w/{workspace_id}/invoices/{invoice_id}": "viewer",
    "POST /w/{workspace_id}/invoices/{invoice_id}/retry": "user",
    "POST /w/{workspace_id}/invoices/{invoice_id}/choose": "user",
    "GET /w/{workspace_id}/reconciliation": "viewer",
    "GET /w/{workspace_id}/reconciliation/{run_id}": "viewer",
    "GET /w/{workspace_id}/reconciliation/{run_id}/differences.csv": "viewer",
    "GET /w/{workspace_id}/reconciliation/{run_id}/report.html": "viewer",
    "GET /w/{workspace_id}/reconciliation/{run_id}/report.xlsx": "viewer",
    "POST /w/{workspace_id}/reconciliation/{run_id}/sign": "op",
    "GET /w/{workspace_id}/activity": "viewer",
    "POST /w/{workspace_id}/activity/run": "user",
}
"""The least role each route needs. A route that is not here fails the first test."""

OPEN = {"POST /webhook"}
"""Without a login: its signature decides."""


def routes(pages: Pages) -> set[str]:
    return {
        f"{method} {route.path}"
        for route in pages.app.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }


def test_every_route_has_its_role_in_the_table(pages: Pages) -> None:
    assert routes(pages) == set(NEEDS) | OPEN
    assert {type(route) for route in pages.app.routes} == {APIRoute}, "a mounted folder would have no login"


@pytest.fixture
def addresses(flow: Flow) -> dict[str, str]:
    """Real values for the parts of an address."""
    invoice_id = flow.invoice("100.00")
    flow.post()
    with wiring.open_session(flow.workspace_id, "reconcile__1") as session:
        reconcile(session)
    return {
        "{workspace_id}": "1",
        "{tax_rate_id}": str(flow.rates["GST"]),
        "{invoice_id}": str(invoice_id),
        "{run_id}": "reconcile__1",
    }


def address(route: str, addresses: dict[str, str]) -> tuple[str, str]:
    method, path = route.split(" ")
    for name, value in addresses.items():
        path = path.replace(name, value)
    return method, path


def test_a_stranger_gets_nothing(pages: Pages, addresses: dict[str, str]) -> None:
    stranger = pages.as_(None)
    for route in NEEDS:
        method, path = address(route, addresses)
        if method == "GET":
            answer = stranger.get(path)
            assert answer.status_code == 302, f"{route}: {answer.status_code}"
            assert answer.headers["location"].startswith("/auth/login?next="), route
            assert stranger.get(path, headers={"accept": "application/json"}).status_code == 401, route
            assert stranger.get(path, headers={"sec-fetch-dest": "iframe"}).status_code == 401, route
        else:
            assert stranger.post(path).status_code == 401, route
        assert "Harbour" not in answer.text


def test_a_broken_login_gets_nothing(pages: Pages, addresses: dict[str, str]) -> None:
    forged = pages.as_(None)
    forged.token = "eyJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJhZG1pbiIsInJvbGUiOiJhZG1pbiJ9.x"
    for route in NEEDS:
        method, path = address(route, addresses)
        answer = forged.get(path) if method == "GET" else forged.post(path)
        assert answer.status_code in (302, 401, 403), f"{route}: {answer.status_code}"
        assert answer.status_code != 302 or answer.headers["location"].startswith("/auth/login")


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_what_the_table_says(pages: Pages, addresses: dict[str, str], role: str) -> None:
    door = pages.as_(role)
    for route, least in NEEDS.items():
        method, path = address(route, addresses)
        allowed = ROLES.index(role) >= ROLES.index(least)
        answer = door.get(path) if method == "GET" else door.post(path)
        if allowed:
            assert answer.status_code in (200, 303), (
                f"{role} {route}: {answer.status_code} {answer.text[-300:]}"
            )
        else:
            assert answer.status_code == 403, f"{role} {route}: {answer.status_code}"


def test_buttons_are_shown_to_those_who_may_press_them(pages: Pages, flow: Flow) -> None:
    flow.staff.finalise(flow.staff.draft_invoice(flow.client_id, []))
    flow.post()
    seen = {role: pages.as_(role).get("/w/1/unsynced").text for role in ROLES}
    assert "Required param missing" in seen["viewer"]
    assert {role for role in ROLES if "Retry all" in seen[role]} == {"user", "op", "admin"}
    setup = {role: pages.as_(role).get("/w/1/setup").text for role in ROLES}
    assert {role for role in ROLES if "Save settings" in setup[role]} == {"op", "admin"}
    assert {role for role in ROLES if 'action="/quickbooks/w/1/connect"' in setup[role]} == {"op", "admin"}


def test_a_workspace_that_is_not_there_is_not_found(pages: Pages, flow: Flow) -> None:
    answer = pages.as_("admin").get("/w/999/unsynced")
    assert answer.status_code == 404
    assert "There is no workspace 999 for you." in answer.text


def test_teams_divide_the_workspaces(pages: Pages, flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    """With multi-team on, a viewer sees the workspaces of their teams; whoever may configure sees all."""
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    from caspen_qbo.ui.access import visible

    monkeypatch.setenv("AIRFLOW__CORE__MULTI_TEAM", "True")
    viewer = SimpleAuthManagerUser(username="v", role="viewer", teams=["workspace_2", "elsewhere"])
    assert visible(viewer, [1, 2, 3]) == [2]
    op = SimpleAuthManagerUser(username="o", role="op", teams=[])
    assert visible(op, [1, 2, 3]) == [1, 2, 3]
    monkeypatch.setenv("AIRFLOW__CORE__MULTI_TEAM", "False")
    assert visible(viewer, [1, 2, 3]) == [1, 2, 3]
