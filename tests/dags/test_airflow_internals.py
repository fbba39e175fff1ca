"""Every name of Airflow that this project uses beyond its public interface, and that each is still what it
was.

The first place to look when Airflow is upgraded. What Airflow promises to keep is in PUBLIC.
"""

from __future__ import annotations

import importlib
import inspect
from typing import Any

import pytest

from ops.paths import PLUGINS
from tests.unit.test_shape import imported_names, within

pytestmark = pytest.mark.airflow

PACKAGE = PLUGINS / "caspen_qbo"

PUBLIC = (
    "airflow.sdk",
    "airflow.providers",
    "airflow.exceptions.AirflowNotFoundException",
    "airflow.listeners.hookimpl",
    "airflow.plugins_manager.AirflowPlugin",
    "airflow.triggers.base",
    "airflow.configuration",
)

INTERNALS: dict[str, dict[str, str | tuple[str, ...]]] = {
    "airflow": {
        # a run's note, written after the scheduler's commit; without them it is on the pages
        "airflow.models.dagrun.DagRun": ("id", "dag_id", "run_id", "state"),
        "airflow.models.dagrun.DagRunNote": ("dag_run_id", "content", "user_id"),
        "airflow.utils.session.create_session": "(scoped)",
        "airflow.utils.state.State": ("finished_dr_states",),
        # who may see which workspace, where Airflow divides DAGs among teams
        "airflow.models.dag.DagModel": ("get_team_name",),
        # the public API, called in-process as the signed-in user
        "airflow.api_fastapi.auth.managers.base_auth_manager.COOKIE_NAME_JWT_TOKEN": (),
        # who answers the question of a backfill
        "airflow.api_fastapi.auth.managers.models.base_user.BaseUser": ("get_name",),
        "airflow.api_fastapi.core_api.security.bearer_scheme": (),
        "airflow.api_fastapi.core_api.security.get_user": "(request, _oauth_token, bearer_credentials)",
    },
    "ui": {
        # a form belongs to one login
        "airflow.api_fastapi.auth.managers.base_auth_manager.COOKIE_NAME_JWT_TOKEN": (),
        # the login of the pages, and what a user may do
        "airflow.api_fastapi.app.get_auth_manager": (),
        "airflow.api_fastapi.core_api.security.GetUserDep": (),
        "airflow.api_fastapi.auth.managers.models.base_user.BaseUser": ("get_name",),
        "airflow.api_fastapi.auth.managers.models.resource_details.ConnectionDetails": (),
        "airflow.api_fastapi.auth.managers.models.resource_details.DagAccessEntity": ("RUN",),
        "airflow.api_fastapi.auth.managers.models.resource_details.DagDetails": (),
        "airflow.api_fastapi.auth.managers.models.resource_details.TeamDetails": (),
    },
}
"""By folder: the name, and its attributes or the keywords it is called with."""

AUTH_MANAGER = {
    "is_authorized_connection": ("method", "details", "user"),
    "is_authorized_dag": ("method", "access_entity", "details", "user"),
    "is_authorized_team": ("method", "details", "user"),
    "get_url_login": (),
}


def used(folder: str) -> set[str]:
    """``module.name`` of everything a folder imports from Airflow that is not public."""
    names = {name for path in (PACKAGE / folder).rglob("*.py") for name in imported_names(path)}
    modules = {name.rpartition(".")[0] for name in names}
    return {
        name
        for name in names - modules
        if within(name, "airflow") and not within(name, *PUBLIC) and name not in PUBLIC
    }


@pytest.mark.parametrize("folder", INTERNALS)
def test_every_internal_in_use_is_named_here(folder: str) -> None:
    assert used(folder) == set(INTERNALS[folder])


def test_no_other_folder_uses_any() -> None:
    others = {path.name for path in PACKAGE.iterdir() if path.is_dir()} - set(INTERNALS)
    assert {name for folder in others for name in used(folder)} == set()


@pytest.mark.parametrize(("name", "needs"), [pair for names in INTERNALS.values() for pair in names.items()])
def test_each_is_still_what_it_was(name: str, needs: str | tuple[str, ...]) -> None:
    module, _, attribute = name.rpartition(".")
    found: Any = getattr(importlib.import_module(module), attribute)
    if isinstance(needs, tuple):
        assert [each for each in needs if not hasattr(found, each)] == []
    else:
        keywords = set(needs.strip("()").split(", "))
        assert keywords - set(inspect.signature(found).parameters) == set()


def test_the_auth_manager_answers_what_the_pages_ask() -> None:
    from airflow.api_fastapi.auth.managers.base_auth_manager import BaseAuthManager

    for method, keywords in AUTH_MANAGER.items():
        parameters = inspect.signature(getattr(BaseAuthManager, method)).parameters
        assert set(keywords) <= set(parameters), method


def test_the_scheduler_calls_listeners_inside_its_transaction() -> None:
    """The note depends on it: the run is in the scheduler's session while the listener is called."""
    from airflow.models.dagrun import DagRun

    assert "msg" in inspect.signature(DagRun.notify_dagrun_state_changed).parameters
