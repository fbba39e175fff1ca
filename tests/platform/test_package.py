"""The product is a package: its wheel, installed without the clone, holds all files; Airflow finds it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from ops.paths import INCLUDE, PLUGINS, ROOT

pytestmark = [pytest.mark.slow, pytest.mark.airflow]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


def run(*command: str | Path, cwd: Path) -> str:
    """Run it with nothing of this process's environment but an Airflow home of its own; its output."""
    env = {"PATH": os.defpath, "AIRFLOW_HOME": str(cwd), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", "-w", folder, ROOT, cwd=folder)
    (built,) = folder.glob("caspen_qbo-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, and with this one's packages except those linked to the clone."""
    env = tmp_path_factory.mktemp("package") / "env"
    venv.create(env, symlinks=True)
    run(*PIP, "--python", env / "bin" / "python", "install", "--no-deps", "--no-index", wheel, cwd=env)
    # A folder named in a .pth file is searched, but its own .pth files (our editable installs) are not read.
    (packages,) = (env / "lib").glob("python*/site-packages")
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"))
    return env


def test_the_source_archive_makes_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path, cwd=ROOT)
    (archive,) = tmp_path.glob("*.tar.gz")
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", "-w", tmp_path, archive, cwd=tmp_path)
    assert zipfile.ZipFile(tmp_path / wheel.name).namelist() == zipfile.ZipFile(wheel).namelist()


def python(env: Path, code: str) -> str:
    return run(env / "bin" / "python", "-c", code, cwd=env).strip()


def test_every_file_that_is_no_code_is_in_the_wheel(wheel: Path) -> None:
    names = {name: info for info in zipfile.ZipFile(wheel).infolist() if (name := info.filename)}
    statements = {f"caspen_qbo/sql/{path.relative_to(INCLUDE / 'sql')}" for path in INCLUDE.rglob("*.sql")}
    others = {
        str(path.relative_to(PLUGINS))
        for folder in ("ui/templates", "ui/assets", "reports/templates")
        for path in (PLUGINS / "caspen_qbo" / folder).iterdir()
        if path.suffix != ".py" and path.is_file()
    }
    assert statements and others
    assert (statements | others) - set(names) == set()
    assert all(names[name].file_size for name in statements), "a link instead of the statement"


def test_nothing_is_read_from_the_clone(installed: Path) -> None:
    code = "import caspen_qbo, sys; print(caspen_qbo.__file__, *sys.path, sep='\\n')"
    found, *path = python(installed, code).splitlines()
    assert Path(found).is_relative_to(installed)
    assert not {str(PLUGINS), str(ROOT)} & set(path)


def test_statements_and_migrations_are_found_next_to_the_code(installed: Path) -> None:
    code = """
from alembic.script import ScriptDirectory
from caspen_qbo import migrations, queries
names = [path.relative_to(queries.SQL_FOLDER).with_suffix("") for path in queries.SQL_FOLDER.rglob("*.sql")]
print(migrations.__path__[0], sum(bool(queries.load(str(name))) for name in names), sep="\\n")
print(ScriptDirectory(migrations.__path__[0]).get_current_head())
"""
    folder, loaded, head = python(installed, code).splitlines()
    assert Path(folder).is_relative_to(installed)
    assert int(loaded) == len(list(INCLUDE.rglob("*.sql")))
    assert head == ScriptDirectory(str(PLUGINS / "caspen_qbo" / "migrations")).get_current_head()


def test_the_command_answers(installed: Path) -> None:
    assert "Usage" in run(installed / "bin" / "caspen-qbo", "--help", cwd=installed)


def test_airflow_finds_the_provider_and_the_plugin(installed: Path) -> None:
    airflow: list[str | Path] = [installed / "bin" / "python", "-m", "airflow"]
    providers = json.loads(run(*airflow, "providers", "list", "--output", "json", cwd=installed))
    assert "caspen-qbo" in {row["package_name"] for row in providers}
    plugins = json.loads(run(*airflow, "plugins", "--output", "json", cwd=installed))
    assert "caspen_qbo" in {row["name"] for row in plugins}
