"""Looking at our own tables loads no Airflow; whatever Airflow would answer otherwise is left to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from caspen_qbo.hooks.postgres import environment
from caspen_qbo.hooks.postgres.environment import EnvironmentConnection, read_from_environment
from ops.paths import ROOT
from tests.support.flow import Flow

HEAVY = ("airflow", "sqlalchemy", "requests", "quickbooks", "pandas", "great_expectations")

LOOK = f"""
import sys
from caspen_qbo.cli.app import main
sys.argv[0] = "caspen-qbo"
try:
    main()
finally:
    print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)
"""


def look(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LOOK, *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_look_at_our_tables_loads_nothing_heavy(flow: Flow) -> None:
    flow.invoice("100.00")
    flow.post()
    looked = look("status", "--workspace", "1", "--json")
    assert looked.returncode == 0, looked.stderr
    assert looked.stderr.splitlines()[-1] == "[]", looked.stderr
    assert json.loads(looked.stdout)["synced"] == 1


def test_where_airflow_looks_elsewhere_first_it_is_asked_and_json_stays_alone(
    flow: Flow, tmp_path: Path
) -> None:
    """A secrets backend of one file, which Airflow asks before the environment."""
    secrets = {
        name.removeprefix("AIRFLOW_CONN_").lower(): json.loads(value)
        for name, value in os.environ.items()
        if name.startswith("AIRFLOW_CONN_")
    }
    (tmp_path / "secrets.json").write_text(json.dumps(secrets))
    looked = look(
        "status",
        "--workspace",
        "1",
        "--json",
        AIRFLOW__SECRETS__BACKEND="airflow.secrets.local_filesystem.LocalFilesystemBackend",
        AIRFLOW__SECRETS__BACKEND_KWARGS=json.dumps(
            {"connections_file_path": str(tmp_path / "secrets.json")}
        ),
        AIRFLOW_CONN_SYNC_DB=json.dumps({"conn_type": "postgres", "host": "nowhere.invalid"}),
    )
    assert looked.returncode == 0, looked.stderr
    assert "airflow" in looked.stderr.splitlines()[-1]
    assert json.loads(looked.stdout)["workspace_id"] == 1


@pytest.fixture
def outside_airflow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """As in a process that has not loaded it; its home is empty."""
    from airflow.sdk import Connection  # noqa: F401 - before it is hidden

    monkeypatch.setattr(environment, "sys", type("sys", (), {"modules": {}}))
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    return monkeypatch


PLAIN: dict[str, Any] = {
    "conn_type": "postgres",
    "host": "db.example.com",
    "login": "sync",
    "password": "p@ss/word %41",
    "port": 5433,
    "schema": "books",
    "extra": {"sslmode": "verify-full"},
}

READ = {
    "all of it": PLAIN,
    "extra as a text": {**PLAIN, "extra": '{"connect_timeout": 3}'},
    "a port as a text": {**PLAIN, "port": "5433"},
    "another name of the type": {**PLAIN, "conn_type": "postgresql"},
    "nothing but the type": {"conn_type": "google-cloud"},
}


@pytest.mark.parametrize("case", READ)
def test_what_is_read_is_what_airflow_reads(outside_airflow: pytest.MonkeyPatch, case: str) -> None:
    from airflow.sdk import Connection

    text = json.dumps(READ[case])
    outside_airflow.setenv("AIRFLOW_CONN_OURS", text)
    found, theirs = read_from_environment("ours"), Connection.from_json(text, "ours")
    assert isinstance(found, EnvironmentConnection)
    for name in ("conn_type", "host", "login", "password", "port", "schema"):
        assert getattr(found, name) == getattr(theirs, name), name
    assert found.extra_dejson == theirs.extra_dejson


LEFT_TO_AIRFLOW = {
    "a URI": "postgres://sync:secret@db.example.com/books",
    "no JSON": "{",
    "no type": json.dumps({"host": "db"}),
    "a field it does not know": json.dumps({**PLAIN, "hostname": "db"}),
    "a port that is none": json.dumps({**PLAIN, "port": "none"}),
    "an extra that is none": json.dumps({**PLAIN, "extra": "none"}),
    "a login that Amazon gives": json.dumps({**PLAIN, "extra": {"iam": True}}),
    "nothing": "",
}


@pytest.mark.parametrize("case", LEFT_TO_AIRFLOW)
def test_what_is_not_plain_is_left_to_airflow(outside_airflow: pytest.MonkeyPatch, case: str) -> None:
    outside_airflow.setenv("AIRFLOW_CONN_OURS", LEFT_TO_AIRFLOW[case])
    assert read_from_environment("ours") is None


# What Airflow writes itself, empty and in other sections, names none.
OWN = """[secrets]
backend =

# The keyword arguments
backend_kwargs =
[workers]
secrets_backend =
[state_store]
backend = airflow.state.metastore.MetastoreBackend
"""


@pytest.mark.parametrize(
    "lines",
    [
        "[secrets]\nbackend = a.b.C",
        "[workers]\nsecrets_backend=a.b.C",
        "[secrets]\nbackends_order = custom",
        "?",
    ],
)
def test_a_backend_in_airflows_file_is_asked_first(
    outside_airflow: pytest.MonkeyPatch, tmp_path: Path, lines: str
) -> None:
    outside_airflow.setenv("AIRFLOW_CONN_OURS", json.dumps(PLAIN))
    (tmp_path / "airflow.cfg").write_text(f"[celery]\nresult_backend = x\n# backend = x\nbackend =\n{OWN}")
    assert read_from_environment("ours") is not None
    (tmp_path / "airflow.cfg").write_text(f"{lines}\n")
    assert read_from_environment("ours") is None
