"""node-quickbooks (npm) works against the sandbox unmodified, pointed only by its base URL."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import warnings
from pathlib import Path

import pytest

from qbo_emulator.testing import AU, Sandbox

VERSION = "2.0.50"
FOLDER = Path(__file__).parents[3] / "var" / "node-quickbooks"
SCRIPT = Path(__file__).with_name("node_smoke.cjs")


@pytest.fixture(scope="session")
def modules() -> Path:
    """node_modules with the library, installed into var/ once."""
    installed = FOLDER / "node_modules" / "node-quickbooks" / "package.json"
    if (
        installed.exists()
        and json.loads(installed.read_text())["version"] == VERSION
        and shutil.which("node")
    ):
        return FOLDER / "node_modules"
    problem = "node or npm is missing"
    if shutil.which("npm") and shutil.which("node"):
        FOLDER.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix", str(FOLDER)]
        done = subprocess.run(
            [*command, f"node-quickbooks@{VERSION}"], capture_output=True, text=True, timeout=240
        )
        if done.returncode == 0:
            return FOLDER / "node_modules"
        problem = f"npm could not install it: {done.stderr.strip()[-300:]}"
    warnings.warn(
        f"NOT RUN: the sandbox was not tried with node-quickbooks {VERSION}; {problem}", stacklevel=1
    )
    pytest.skip(f"node-quickbooks: {problem}")


def test_its_documented_operations(sandbox: Sandbox, modules: Path) -> None:
    sandbox.do(f"{AU}/switches", limits=False, auto_apply_credit=False)
    tokens = sandbox.do("token")
    base = str(sandbox.http.base_url).rstrip("/")
    status = sandbox.get("status")
    done = subprocess.run(
        [
            "node",
            str(SCRIPT),
            base,
            AU,
            tokens["access_token"],
            tokens["refresh_token"],
            status["client_id"],
            status["client_secret"],
        ],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "NODE_PATH": str(modules)},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "company": "Harbour Street Allied Health",
        "found": True,
        "total": 110,
        "replayed": True,
        "note": "n",
        "stale": "5010",
        "balance": 0,
        "voided": 0,
        "deleted": "Deleted",
        "gone": "610",
        "batch": ["Customer,bId", "QueryResponse,bId"],
        "changed": ["Customer", "Invoice", "CreditMemo"],
        "count": 1,
        "accounts": 1,
        "all": 19,
        "pdf": "%PDF",
        "sent": "EmailSent",
        "preferences": "AUD",
        "refreshed": 3600,
    }
