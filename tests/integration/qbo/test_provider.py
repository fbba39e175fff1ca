"""Airflow finds the connection type with plugins/ on the path and nothing installed; imports stay cheap."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from caspen_qbo.hooks.qbo import QuickBooksHook
from caspen_qbo.hooks.qbo_config import ENVIRONMENTS, QuickBooksConfig
from caspen_qbo.provider import get_provider_info
from ops.paths import PLUGINS

DIST_INFO = PLUGINS / "airflow_provider_caspen_qbo-1.0.0.dist-info"


def run_python(code: str, tmp_path: Path) -> str:
    env = {**os.environ, "PYTHONPATH": str(PLUGINS), "AIRFLOW_HOME": str(tmp_path)}
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


def test_the_folder_beside_the_package_names_this_description():
    assert f"Version: {get_provider_info()['versions'][0]}" in (DIST_INFO / "METADATA").read_text()
    assert f"Name: {get_provider_info()['package-name']}" in (DIST_INFO / "METADATA").read_text()
    assert (
        "provider_info = caspen_qbo.provider:get_provider_info"
        in (DIST_INFO / "entry_points.txt").read_text()
    )


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
        "caspen_qbo.hooks.qbo.QuickBooksHook",
        "QuickBooks Online (Caspen)",
        "quickbooks_conn_id",
    ]


@pytest.mark.parametrize(
    ("modules", "strangers"),
    [
        (
            "caspen_qbo.core.faults, caspen_qbo.core.query_text, caspen_qbo.provider, "
            "caspen_qbo.hooks.qbo_config",
            ("airflow", "requests", "quickbooks", "psycopg"),
        ),
        (
            "caspen_qbo.hooks.qbo",
            ("quickbooks", "intuitlib.client", "pyrate_limiter", "psycopg_pool", "pandas"),
        ),
    ],
)
def test_importing_brings_nothing_heavy_along(modules: str, strangers: tuple[str, ...], tmp_path: Path):
    said = run_python(f"import sys, {modules}\nprint([n for n in {strangers} if n in sys.modules])", tmp_path)

    assert said.splitlines()[-1] == "[]"
