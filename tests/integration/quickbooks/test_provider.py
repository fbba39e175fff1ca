"""Airflow finds the connection type through the installed package; imports stay cheap."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from caspen_qbo.airflow.provider import get_provider_info
from caspen_qbo.hooks.quickbooks.config import ENVIRONMENTS, QuickBooksConfig
from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook


def run_python(code: str, tmp_path: Path) -> str:
    env = {**os.environ, "AIRFLOW_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_the_description_is_one_airflow_takes():
    import airflow

    schema = json.loads((Path(airflow.__file__).parent / "provider_info.schema.json").read_text())
    jsonschema.validate(get_provider_info(), schema)


def test_the_description_fits_the_hook_and_its_config():
    (kind,) = get_provider_info()["connection-types"]

    assert kind["connection-type"] == QuickBooksHook.conn_type
    assert kind["hook-name"] == QuickBooksHook.hook_name
    assert kind["hook-class-name"] == f"{QuickBooksHook.__module__}.{QuickBooksHook.__qualname__}"
    assert tuple(kind["conn-fields"]["environment"]["schema"]["enum"]) == ENVIRONMENTS
    known = {*QuickBooksConfig.__dataclass_fields__, "discovery_url"}
    assert set(kind["conn-fields"]) <= known


def test_the_installed_package_names_this_description():
    installed = importlib.metadata.distribution("caspen-qbo")
    assert get_provider_info()["package-name"] == installed.name
    assert get_provider_info()["versions"] == [installed.version]
    points = {(point.group, point.value) for point in installed.entry_points}
    assert points == {
        ("apache_airflow_provider", "caspen_qbo.airflow.provider:get_provider_info"),
        ("airflow.plugins", "caspen_qbo.airflow.plugin:CaspenQuickBooksPlugin"),
        ("console_scripts", "caspen_qbo.cli.app:main"),
    }


@pytest.mark.airflow
def test_airflow_lists_the_connection_type(tmp_path: Path):
    said = run_python(
        "import json\n"
        "from airflow.providers_manager import ProvidersManager\n"
        "hook = ProvidersManager().hooks['quickbooks']\n"
        "print(json.dumps([hook.hook_class_name, hook.hook_name, hook.connection_id_attribute_name]))",
        tmp_path,
    )
    assert json.loads(said.splitlines()[-1]) == [
        "caspen_qbo.hooks.quickbooks.hook.QuickBooksHook",
        "QuickBooks Online (Caspen)",
        "quickbooks_conn_id",
    ]


@pytest.mark.parametrize(
    ("modules", "strangers"),
    [
        (
            (
                "caspen_qbo.core.faults, caspen_qbo.core.query_text, caspen_qbo.airflow.provider, "
                "caspen_qbo.hooks.quickbooks.config"
            ),
            ("airflow", "requests", "quickbooks", "psycopg"),
        ),
        (
            "caspen_qbo.hooks.quickbooks.hook",
            ("quickbooks", "intuitlib.client", "pyrate_limiter", "psycopg_pool", "pandas"),
        ),
    ],
)
def test_importing_brings_nothing_heavy_along(modules: str, strangers: tuple[str, ...], tmp_path: Path):
    said = run_python(f"import sys, {modules}\nprint([n for n in {strangers} if n in sys.modules])", tmp_path)

    assert said.splitlines()[-1] == "[]"
