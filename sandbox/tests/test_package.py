"""The sandbox is a project of its own: its wheel, installed without anything of the product, works."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PACKAGES = ("qbo_emulator", "caspen_seed")
DATA = {".sql", ".lark", ".html"}
FOR_TESTS = ("qbo_emulator/testing", "caspen_seed/strategies.py")
"""What only a test imports, and may therefore need the extra `test`."""


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, env={"PATH": os.defpath}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, and with this one's packages except those linked to a clone."""
    folder = tmp_path_factory.mktemp("sandbox-package")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", folder, PROJECT, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", symlinks=True)
    python = folder / "env" / "bin" / "python"
    run(*pip, "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=folder)
    # A folder named in a .pth file is searched, but its own .pth files (our editable installs) are not read.
    (packages,) = (folder / "env" / "lib").glob("python*/site-packages")
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "env"


@pytest.mark.slow
@pytest.mark.parametrize("module", PACKAGES)
def test_each_command_answers_from_the_installed_files(installed: Path, module: str) -> None:
    python = installed / "bin" / "python"
    assert "Usage" in run(python, "-m", module, "--help", cwd=installed)
    found = run(python, "-c", f"import {module}; print({module}.__file__)", cwd=installed)
    assert Path(found.strip()).is_relative_to(installed)


@pytest.mark.slow
def test_the_data_files_came_along(installed: Path) -> None:
    (packages,) = (installed / "lib").glob("python*/site-packages")
    files = {
        path.relative_to(PROJECT)
        for package in PACKAGES
        for path in (PROJECT / package).rglob("*")
        if path.suffix in DATA
    }
    assert {path.suffix for path in files} == DATA
    assert {path for path in files if not (packages / path).is_file()} == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["qbo-emulator", "caspen-seed"])
def test_the_commands_are_on_the_path(installed: Path, name: str) -> None:
    assert "Usage" in run(installed / "bin" / name, "--help", cwd=installed)


def imported(file: Path) -> set[str]:
    """The top-level names that a file imports, those of the standard library and of this project left out."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found - set(sys.stdlib_module_names) - set(PACKAGES)


def test_what_is_imported_is_declared() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]

    def names(listed: list[str]) -> set[str]:
        return {re.split(r"[\[\s=<>]", line)[0].lower() for line in listed}

    files = {path for package in PACKAGES for path in (PROJECT / package).rglob("*.py")}
    for_tests = {path for path in files for part in FOR_TESTS if path.is_relative_to(PROJECT / part)}
    assert for_tests and files - for_tests
    declared, extra = names(project["dependencies"]), names(project["optional-dependencies"]["test"])
    assert set().union(*map(imported, files - for_tests)) <= declared
    assert set().union(*map(imported, for_tests)) <= declared | extra


def test_no_folder_holds_more_than_twelve_modules() -> None:
    folders = {path.parent for package in PACKAGES for path in (PROJECT / package).rglob("*.py")}
    assert {folder: n for folder in folders if (n := len(list(folder.glob("*.py")))) > 12} == {}
