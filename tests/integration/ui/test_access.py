"""Every route, walked as a stranger and as each role: closed unless opened."""

from __future__ import annotations

import pytest
from fastapi.routing import APIRoute

from caspen_seed import create_workspace
from tests.integration.ui.conftest import Pages
from tests.integration.ui.routes import ANY, NEEDS, OPEN, address, closed, routes
from tests.support.flow import Flow

ROLES = ("viewer", "user", "op", "admin")


def test_every_route_has_its_role_in_the_table(pages: Pages) -> None:
    assert routes(pages) == set(NEEDS) | OPEN
    assert {type(route) for route in pages.app.routes} == {APIRoute}, "a mounted folder would have no login"


def test_a_stranger_gets_nothing(pages: Pages, flow: Flow) -> None:
    stranger = pages.as_(None)
    for route in closed(pages):
        method, path = address(route, ANY)
        if method == "GET":
            answer = stranger.get(path)
            assert answer.status_code == 302, f"{route}: {answer.status_code}"
            assert answer.headers["location"].startswith("/auth/login?next="), route
            assert stranger.get(path, headers={"accept": "application/json"}).status_code == 401, route
            assert stranger.get(path, headers={"sec-fetch-dest": "iframe"}).status_code == 401, route
        else:
            assert stranger.post(path).status_code == 401, route
        assert "Harbour" not in answer.text


def test_a_broken_login_gets_nothing(pages: Pages, flow: Flow) -> None:
    forged = pages.as_(None)
    forged.token = "eyJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJhZG1pbiIsInJvbGUiOiJhZG1pbiJ9.x"
    for route in closed(pages):
        method, path = address(route, ANY)
        answer = forged.get(path) if method == "GET" else forged.post(path)
        assert answer.status_code in (302, 401, 403), f"{route}: {answer.status_code}"
        assert answer.status_code != 302 or answer.headers["location"].startswith("/auth/login")


def test_each_role_may_what_the_table_says_and_is_led_nowhere_else(
    pages: Pages, places: dict[str, str], flow: Flow
) -> None:
    """From the least to the greatest: what a role may do is done, so the next one finds it done."""
    astray = {"next": "https://evil.example/", "back": "//evil.example", "url": "https://evil.example/"}
    for role in ROLES:
        door = pages.as_(role)
        for route in closed(pages):
            method, path = address(route, places)
            answer = door.get(path, params=astray) if method == "GET" else door.post(path, astray)
            if ROLES.index(role) < ROLES.index(NEEDS[route]):
                assert answer.status_code == 403, f"{role} {route}: {answer.status_code}"
                continue
            assert answer.status_code in (200, 303), f"{role} {route}: {answer.status_code}"
            leads = answer.headers.get("location", "/quickbooks/")
            assert leads.startswith(("/quickbooks/", f"{flow.sandbox.url}/")), f"{route} leads to {leads}"


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
    assert "There is no workspace 999 that you may see." in answer.text


def test_teams_divide_the_workspaces(pages: Pages, flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    """With multi-team on, a viewer sees the workspaces of their teams; anyone who may configure sees all."""
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    from caspen_qbo.ui.access import visible

    monkeypatch.setenv("AIRFLOW__CORE__MULTI_TEAM", "True")
    viewer = SimpleAuthManagerUser(username="v", role="viewer", teams=["workspace_2", "elsewhere"])
    assert visible(viewer, [1, 2, 3]) == [2]
    op = SimpleAuthManagerUser(username="o", role="op", teams=[])
    assert visible(op, [1, 2, 3]) == [1, 2, 3]
    monkeypatch.setenv("AIRFLOW__CORE__MULTI_TEAM", "False")
    assert visible(viewer, [1, 2, 3]) == [1, 2, 3]


def test_the_switcher_offers_the_workspaces_of_the_user(
    pages: Pages, flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everywhere else a workspace of another team answers like one that does not exist."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    create_workspace(flow.caspen, 2, "Hillside Physiotherapy")
    text = pages.as_("viewer").get("/w/1/unsynced").text
    assert 'aria-label="Workspaces"' in text and 'href="/quickbooks/w/2/unsynced"' in text
    monkeypatch.setenv("AIRFLOW__CORE__MULTI_TEAM", "True")
    member = SimpleAuthManagerUser(username="member", role="viewer", teams=["workspace_2"])
    door = pages.as_(None)
    door.role, door.token = "member", get_auth_manager().generate_jwt(member)
    assert door.get("/").headers["location"] == "/quickbooks/w/2/"
    for of_all in ("/mail", "/mail/preview.html"):
        assert door.get(of_all).status_code == 404, "a mail about all practices is for those who see all"
    text = door.get("/w/2/unsynced").text
    assert "Hillside Physiotherapy" in text and 'aria-label="Workspaces"' not in text
    for path in (
        "unsynced",
        "setup",
        "taxes",
        "reconciliation",
        "activity",
        "backfill",
        "mail",
        "unsynced.csv",
    ):
        answer = door.get(f"/w/1/{path}")
        assert answer.status_code == 404 and "Harbour" not in answer.text, path
