"""docker-compose.yaml: what it names exists, what it needs is documented, and it runs as `make up` does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ops.compose.alive import ALIVE
from ops.demo.practice import POOL, POOL_SLOTS
from ops.local.environment import common_settings
from ops.local.services import AIRFLOW_COMPONENTS
from ops.paths import PLUGINS, ROOT, SANDBOX_CODE
from tests.platform.compose import (
    AIRFLOW_SERVICES,
    COMPONENTS,
    COMPOSE,
    ONE_SHOT,
    SERVICES,
    VARIABLE,
    example_variables,
    words,
)


def test_every_service_of_the_system_is_there():
    assert {
        "postgres",
        "redis",
        "airflow-init",
        "api-server",
        "scheduler",
        "dag-processor",
        "triggerer",
        "worker",
        "housekeeping",
    } <= set(SERVICES)
    with_profile = {name for name, service in SERVICES.items() if service.get("profiles") == ["sandbox"]}
    assert with_profile == {"sandbox", "sample-practice"}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONE_SHOT))
def test_a_service_that_stays_has_a_health_check_and_comes_back(name: str):
    check = SERVICES[name]["healthcheck"]
    assert check["test"] and check["interval"] and check["retries"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_services_that_end_are_known_by_name():
    assert ONE_SHOT == {"airflow-init", "sample-practice"}


@pytest.mark.parametrize("name", sorted(AIRFLOW_SERVICES - ONE_SHOT))
def test_airflow_waits_for_the_migrations(name: str):
    assert SERVICES[name]["depends_on"]["airflow-init"]["condition"] == "service_completed_successfully"


@pytest.mark.airflow
@pytest.mark.parametrize("name", sorted(COMPONENTS))
def test_airflow_knows_the_command(name: str):
    from airflow.cli.cli_parser import get_parser

    command = words(SERVICES[name]["command"])
    assert command
    get_parser().parse_args(command)  # exits with code 2 when it does not


@pytest.mark.airflow
def test_the_health_check_reads_airflows_own_table_of_jobs():
    from airflow.jobs.job import Job

    columns = Job.__table__.columns.keys()
    assert Job.__tablename__ == "job"
    assert {"job_type", "hostname", "state", "latest_heartbeat"} <= set(columns)
    checks = [words(service.get("healthcheck", {}).get("test")) for service in SERVICES.values()]
    asked = {check[-1] for check in checks if any("alive.py" in word for word in check)}
    assert asked == {"DagProcessorJob", "TriggererJob"}
    assert all(column in ALIVE for column in ("job_type", "hostname", "state", "latest_heartbeat"))


def test_make_up_starts_the_same_airflow_components():
    commands = {tuple(words(SERVICES[name]["command"])) for name in COMPONENTS}
    local = {tuple(arguments) for arguments in AIRFLOW_COMPONENTS.values()}
    assert commands - local == {("celery", "worker", "--skip-serve-logs")}, (
        "only the worker is the server's own"
    )
    assert local <= commands


@pytest.mark.parametrize("module, folder", [("qbo_emulator", SANDBOX_CODE), ("caspen_seed", SANDBOX_CODE)])
def test_the_sandbox_profile_runs_modules_that_exist(module: str, folder: Path):
    commands = [words(service.get("entrypoint")) for service in SERVICES.values()]
    assert ["python", "-m", module] in commands
    assert (folder / module / "__main__.py").is_file()


@pytest.mark.parametrize("name", ["sandbox", "sample-practice"])
def test_the_sandbox_profiles_arguments_are_understood(name: str):
    module = words(SERVICES[name]["entrypoint"])[-1]
    arguments = words(SERVICES[name]["command"])
    subcommand = [arguments[0]] if not arguments[0].startswith("-") else []
    usage = subprocess.run(
        [sys.executable, "-m", module, *subcommand, "--help"],
        cwd=SANDBOX_CODE,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert usage.returncode == 0, usage.stderr
    for option in [argument for argument in arguments if argument.startswith("--")]:
        assert option in usage.stdout, f"{module} has no option {option}"


def mounts() -> list[tuple[str, str]]:
    found = [
        (name, str(volume)) for name, service in SERVICES.items() for volume in service.get("volumes", [])
    ]
    return [(name, volume.split(":")[0]) for name, volume in found if volume.startswith(("./", "/"))]


def test_every_mounted_path_exists():
    assert mounts(), "nothing is mounted, so nothing is tested"
    for name, path in mounts():
        assert (ROOT / path).exists(), f"{name} mounts {path}"


def test_every_env_file_and_build_file_exists():
    files = {file for service in SERVICES.values() for file in service.get("env_file", [])}
    assert files == {"ops/airflow.env"}
    assert all((ROOT / file).is_file() for file in files)
    targets = {service["build"]["target"] for service in SERVICES.values() if "build" in service}
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert targets == set(re.findall(r"^FROM \S+ AS (\w+)$", dockerfile, re.MULTILINE))


def test_what_the_image_copies_exists():
    sources = re.findall(r"^COPY (?:--\S+ )*(\S+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert {"dags", "plugins", "include", "requirements.txt"} <= set(sources)
    for source in sources:
        assert (ROOT / source).exists(), source


def test_the_image_is_the_pinned_airflow():
    pinned = re.search(
        r"^apache-airflow==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE
    ).group(1)
    assert f"apache/airflow:{pinned}-python3.11" in (ROOT / "Dockerfile").read_text()


def test_every_variable_is_in_the_example():
    used = set(VARIABLE.findall(COMPOSE.read_text()))
    assert used, "no variable found"
    assert used == set(example_variables())


def test_init_calls_the_same_migrations_as_make_up():
    script = (ROOT / "ops" / "compose" / "init.sh").read_text()
    for line in (
        "airflow db migrate",
        "python -m caspen_qbo migrate",
        f"airflow pools set {POOL} {POOL_SLOTS} ",
    ):
        assert line in script
    assert (PLUGINS / "caspen_qbo" / "__main__.py").is_file()


def test_common_settings_are_not_overridden_on_the_server():
    common = common_settings()
    assert common["AIRFLOW__CORE__LOAD_EXAMPLES"] == "False"
    for name in sorted(AIRFLOW_SERVICES):
        assert not set(common) & set(SERVICES[name]["environment"]), name


def test_every_image_can_be_held_to_a_digest():
    for name in ("postgres", "redis"):
        assert re.fullmatch(r"\$\{[A-Z]+_IMAGE:-[\w./:-]+\}", SERVICES[name]["image"])
    bases = {service["build"]["args"]["AIRFLOW_IMAGE"] for service in SERVICES.values() if "build" in service}
    assert bases == {"${AIRFLOW_IMAGE:-" + example_variables()["AIRFLOW_IMAGE"] + "}"}
    assert f"ARG AIRFLOW_IMAGE={example_variables()['AIRFLOW_IMAGE']}" in (ROOT / "Dockerfile").read_text()


def test_docker_compose_accepts_the_file(tmp_path: Path):
    command = next((c for c in (["docker", "compose"], ["docker-compose"]) if _works(c)), None)
    if command is None:
        pytest.skip("neither `docker compose` nor `docker-compose` is installed")
    filled = {name: value or "x" * 44 for name, value in example_variables().items()}
    env_file = tmp_path / ".env"
    env_file.write_text("\n".join(f"{name}={value}" for name, value in filled.items()))
    done = subprocess.run(
        [
            *command,
            "-f",
            str(COMPOSE),
            "--env-file",
            str(env_file),
            "--profile",
            "sandbox",
            "config",
            "--quiet",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    env_file.write_text("")
    refused = subprocess.run(
        [*command, "-f", str(COMPOSE), "--env-file", str(env_file), "config", "--quiet"],
        capture_output=True,
        text=True,
    )
    assert refused.returncode != 0 and "in .env" in refused.stderr, "an empty .env must be refused by name"


def test_the_trial_says_loudly_where_no_engine_can_be_had(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "ops.compose_test"],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path), "COMPOSE_TEST_FOLDER": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "SKIPPED" in done.stdout and "there is no `docker` command" in done.stdout
    assert "SKIPPED" in (tmp_path / "log.txt").read_text()


def _works(command: list[str]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run([*command, "version"], capture_output=True).returncode == 0
