"""What a person finds in a fresh clone: the targets of make, and files that must stay as they are."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ops.paths import ROOT, SANDBOX_CODE

TARGETS = {
    "demo",
    "up",
    "sandbox",
    "bench",
    "test",
    "unit",
    "lint",
    "help",
    "lock",
    "env",
    "clean",
}


def test_make_help_lists_every_target_on_one_line():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = re.findall(r"^  make ([\w-]+) +\S", done.stdout, re.MULTILINE)
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE).group(1).split()
    assert TARGETS <= set(listed)
    assert sorted(listed) == sorted(set(phony) - {"venv"})
    for variable in ("AIRFLOW_PORT", "POSTGRES_PORT", "SANDBOX_PORT"):
        assert variable in done.stdout


def test_ci_runs_what_people_run():
    script = (ROOT / ".ci" / "run").read_text()
    assert script.strip().splitlines()[-1] == "exec make test"
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_every_locked_package_is_pinned():
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-sandbox.txt"):
        entries = [entry for entry in re.split(r"\n(?! )", (ROOT / name).read_text()) if entry[:1] != "#"]
        entries = [entry for entry in entries if entry.strip()]
        assert entries, name
        pinned = re.compile(r"[\w.-]+(\[[\w, -]+\])?==\S+( \\\n    --hash=sha256:[0-9a-f]{64})+")
        assert [entry for entry in entries if not pinned.fullmatch(entry.strip())] == [], name


def test_what_installs_them_compares_the_hashes():
    """Pip does for every file that has hashes; uv where it is asked to."""
    script = (ROOT / "ops" / "setup-venv").read_text()
    installs = [line for line in script.splitlines() if " install " in line and "-r " in line]
    assert len(installs) == 3
    assert all("--require-hashes" in line for line in installs)
    docker = (ROOT / "Dockerfile").read_text()
    installs = [line for line in docker.splitlines() if "pip install" in line and "-r " in line]
    assert installs and all("--require-hashes" in line for line in installs)


def test_both_locks_agree():
    def pins(name: str) -> dict[str, str]:
        lines = (ROOT / name).read_text().splitlines()
        found = (re.match(r"([\w.-]+)(?:\[[\w, -]+\])?==(\S+)", line) for line in lines)
        return {one[1]: one[2] for one in found if one}

    development = pins("requirements-dev.txt")
    for lock in ("requirements.txt", "requirements-sandbox.txt"):
        production = pins(lock)
        assert production
        differing = {n: (v, development.get(n)) for n, v in production.items() if development.get(n) != v}
        assert differing == {}, lock


def test_what_is_generated_is_ignored_by_git():
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"/var/", "/.venv/", "/.env"} <= set(ignored)


def test_the_style_is_one():
    for command in (("check",), ("format", "--check")):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.slow
@pytest.mark.parametrize("project", [ROOT, SANDBOX_CODE], ids=["product", "sandbox"])
def test_the_types_hold(project: Path):
    done = subprocess.run([sys.executable, "-m", "mypy"], cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]


def test_no_folder_of_ours_holds_more_than_twelve_modules():
    folders = {path.parent for top in ("ops", "benchmarks") for path in (ROOT / top).rglob("*.py")}
    assert {folder: n for folder in folders if (n := len(list(folder.glob("*.py")))) > 12} == {}
