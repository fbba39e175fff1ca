"""What is installed is what was locked: hashes, a list of parts, an audit that says what it did not do."""

from __future__ import annotations

import os
import re
import subprocess
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ops.lock import without_extras_too
from ops.paths import ROOT
from ops.sbom import LOCK, make_sbom, read_lock

HASHED = "six==1.17.0 \\\n    --hash=sha256:{}\n"


def test_the_list_of_parts_has_every_locked_package_with_its_hashes() -> None:
    text = LOCK.read_text()
    made = make_sbom(text, "caspen-qbo", "1.2.3")
    pinned = list(dict.fromkeys(re.findall(r"^([\w.-]+)(?:\[.+\])?==", text, re.MULTILINE)))
    components = made["components"]
    assert isinstance(components, list)
    assert [one["name"] for one in components] == pinned
    assert all(one["hashes"] and one["purl"].startswith("pkg:pypi/") for one in components)
    assert made == make_sbom(text, "caspen-qbo", "1.2.3")
    assert len({one.name for one in read_lock(text)}) == len(pinned) > 150


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-sandbox.txt"])
def test_pip_finds_every_extra_that_a_locked_package_asks_for_in_the_lock(name: str) -> None:
    """Comparing hashes, older pips take `celery` for another package than `celery[redis]`, and refuse it."""
    text = (ROOT / name).read_text()
    assert without_extras_too(text) == text, "make lock"
    locked: dict[str, set[str]] = {}
    for package, extras in re.findall(r"^([\w.-]+)(?:\[([\w, -]+)\])?==", text, re.MULTILINE):
        locked.setdefault(canonicalize_name(package), set()).update(extras.replace(" ", "").split(","))
    for package, extras in locked.items():
        for line in requires(package) or ():
            asked = Requirement(line)
            holds = asked.marker is None or any(asked.marker.evaluate({"extra": e}) for e in ("", *extras))
            if holds and asked.extras:
                assert asked.extras <= locked[canonicalize_name(asked.name)], f"{package} asks for {line}"


def test_a_package_of_another_hash_is_refused(tmp_path: Path) -> None:
    """Without asking the registry: a wheel of the wrong content lies where it is looked for."""
    (tmp_path / "six-1.17.0-py2.py3-none-any.whl").write_bytes(b"not what was locked")
    lock = tmp_path / "lock.txt"
    lock.write_text(HASHED.format("0" * 64))
    command = [str(ROOT / ".venv/bin/python"), "-m", "pip", "download", "--no-index", "--no-deps", "--quiet"]
    done = subprocess.run(
        [*command, "--find-links", str(tmp_path), "--dest", str(tmp_path / "got"), "-r", str(lock)],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr + done.stdout


def test_an_audit_that_could_not_be_done_says_so() -> None:
    """Nothing can be reached: it ends well, and loudly."""
    blocked = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "UV_OFFLINE": "1"}
    done = subprocess.run(
        ["bash", str(ROOT / "ops" / "audit")], env={**os.environ, **blocked, "AUDIT_SECONDS": "20"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "NOT AUDITED" in done.stdout
