"""Ports, credentials, environment and processes of a local system."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ops.errors import OpsError
from ops.local.credentials import ROLES, load_credentials
from ops.local.environment import common_settings, environment, sandbox_environment
from ops.local.ports import Ports, free_port, ports_from, require_free
from ops.local.processes import end_leftovers, note_process, noted_process, spawn, stop_all
from ops.paths import ROOT

PORTS = Ports(airflow=18080, postgres=15432, sandbox=18700)


@pytest.fixture
def credentials(tmp_path: Path):
    return load_credentials(tmp_path / "credentials.json")


def test_ports_come_from_the_environment_with_defaults():
    assert ports_from({"AIRFLOW_PORT": "9090"}) == Ports(airflow=9090, postgres=54329, sandbox=8700)


@pytest.mark.parametrize("value", ["http", "0", "70000", "-1"])
def test_a_port_that_is_none_is_named(value: str):
    with pytest.raises(OpsError, match=f"SANDBOX_PORT is '{value}'"):
        ports_from({"SANDBOX_PORT": value})


def test_two_services_on_one_port_are_refused():
    with pytest.raises(OpsError, match="AIRFLOW_PORT and SANDBOX_PORT are both 8700"):
        ports_from({"AIRFLOW_PORT": "8700"})


def test_a_taken_port_is_a_sentence_with_port_holder_and_variable():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OpsError) as error:
            require_free(port, "AIRFLOW_PORT", "Airflow")
    assert f"port {port} for Airflow" in str(error.value)
    assert f"process {os.getpid()}" in str(error.value)
    assert "AIRFLOW_PORT=<port>" in str(error.value)


def test_a_taken_port_ends_the_command_with_code_2_and_no_traceback():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        env = {**os.environ, "SANDBOX_PORT": str(taken.getsockname()[1])}
        done = subprocess.run(
            [sys.executable, "-m", "ops.sandbox"], cwd=ROOT, env=env, capture_output=True, text=True
        )
    assert done.returncode == 2
    assert "is not available" in done.stderr and "SANDBOX_PORT" in done.stderr
    assert "Traceback" not in done.stderr


def test_credentials_are_made_once_and_only_the_owner_reads_them(tmp_path: Path):
    path = tmp_path / "var" / "credentials.json"
    first = load_credentials(path)
    assert load_credentials(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert set(first.logins) == set(ROLES) == {"viewer", "user", "op", "admin"}
    secrets = json.loads(path.read_text()).values()
    assert len(set(secrets)) == len(secrets), "two secrets are the same"
    assert first.sync_db_password not in repr(first)


def test_damaged_credentials_are_not_replaced(tmp_path: Path):
    path = tmp_path / "credentials.json"
    path.write_text("{")
    with pytest.raises(OpsError, match="make clean"):
        load_credentials(path)
    assert path.read_text() == "{"


def test_what_the_caller_has_set_wins(credentials):
    base = {"AIRFLOW_CONN_CASPEN_DB": "postgresql://elsewhere/caspen", "AIRFLOW__CORE__PARALLELISM": "2"}
    env = environment(PORTS, credentials, base)
    assert env["AIRFLOW_CONN_CASPEN_DB"] == "postgresql://elsewhere/caspen"
    assert env["AIRFLOW__CORE__PARALLELISM"] == "2"
    assert json.loads(env["AIRFLOW_CONN_SYNC_DB"])["port"] == 15432


def test_folders_of_this_clone_are_always_ours(credentials):
    env = environment(PORTS, credentials, {"AIRFLOW_HOME": "/elsewhere", "PYTHONPATH": "/elsewhere"})
    assert env["AIRFLOW_HOME"] == str(ROOT / "var" / "airflow")
    assert "PYTHONPATH" not in env


def test_the_three_connections_are_understood_by_airflow(credentials):
    env = environment(PORTS, credentials, {})
    extra = json.loads(env["AIRFLOW_CONN_QUICKBOOKS"])["extra"]
    assert extra["environment"] == "local"
    assert extra["api_url"] == "http://127.0.0.1:18700"
    assert extra["discovery_url"] == "http://127.0.0.1:18700/.well-known/openid_configuration"
    assert extra["redirect_uri"] == "http://127.0.0.1:18080/quickbooks/connect/callback"


def test_common_settings_reach_every_process(credentials):
    env = environment(PORTS, credentials, {})
    common = common_settings()
    assert common, "ops/airflow.env is empty"
    assert {name: env[name] for name in common} == common


def test_the_sandbox_gets_none_of_our_secrets(credentials):
    env = sandbox_environment(environment(PORTS, credentials, {}))
    text = json.dumps(env)
    for secret in (credentials.fernet_key, credentials.sync_db_password, credentials.caspen_db_password):
        assert secret not in text


SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def test_children_are_stopped_with_their_descendants(tmp_path: Path):
    code = f"import subprocess, time; subprocess.Popen({SLEEP!r}); time.sleep(600)"
    log, run = tmp_path / "a.log", tmp_path / "run"
    child = spawn("a", [sys.executable, "-c", code], env=os.environ, cwd=tmp_path, log=log, run=run)
    family: list[psutil.Process] = []
    deadline = time.monotonic() + 10
    while not family and time.monotonic() < deadline:
        family = psutil.Process(child.process.pid).children()
    assert family, "the child started no process of its own"
    stop_all([child])
    assert child.process.poll() is not None
    assert not any(process.is_running() for process in family)
    assert list(run.glob("*.json")) == []


def test_a_leftover_is_ended_at_the_next_start(tmp_path: Path):
    with subprocess.Popen(SLEEP) as leftover:
        note_process(tmp_path / "scheduler.json", leftover.pid)
        assert end_leftovers(tmp_path) == ["scheduler"]
        assert not psutil.pid_exists(leftover.pid)


def test_a_process_that_only_has_the_same_id_is_left_alone(tmp_path: Path):
    with subprocess.Popen(SLEEP) as stranger:
        note = tmp_path / "scheduler.json"
        note_process(note, stranger.pid)
        facts = json.loads(note.read_text())
        note.write_text(json.dumps({**facts, "started": facts["started"] - 60}))
        assert noted_process(note) is None
        assert end_leftovers(tmp_path) == []
        assert stranger.poll() is None
        stranger.kill()


def test_free_ports_are_free():
    require_free(free_port(), "AIRFLOW_PORT", "Airflow")
