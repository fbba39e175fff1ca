"""The environment of every process of a local system, in one place."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ops.local.credentials import Credentials, write_private
from ops.local.ports import HOST, Ports
from ops.local.postgres import Database
from ops.paths import AIRFLOW_HOME, DAGS, LOGINS, LOGS, REPORTS, ROOT

COMMON_SETTINGS = ROOT / "ops" / "airflow.env"
LOCAL_SETTINGS = ROOT / "ops" / "airflow_local_settings.py"
CALLBACK_PATH = "/quickbooks/connect/callback"


@dataclass(frozen=True)
class OAuthApp:
    """An Intuit app as the sandbox knows it. Not a secret: the sandbox serves this machine only."""

    client_id: str
    client_secret: str


QUICKBOOKS_APP = OAuthApp("sandbox-client-id", "sandbox-client-secret")


def common_settings(path: Path = COMMON_SETTINGS) -> dict[str, str]:
    """The settings shared with docker-compose, read from `ops/airflow.env`."""
    lines = [line.strip() for line in path.read_text().splitlines()]
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def databases(ports: Ports, credentials: Credentials) -> dict[str, Database]:
    """The three databases by name; each role owns and reaches its own only."""
    passwords = {
        "airflow": credentials.airflow_db_password,
        "caspen": credentials.caspen_db_password,
        "caspen_qbo": credentials.sync_db_password,
    }
    return {name: Database(HOST, ports.postgres, name, name, word) for name, word in passwords.items()}


def sandbox_url(ports: Ports) -> str:
    return f"http://{HOST}:{ports.sandbox}"


def airflow_url(ports: Ports) -> str:
    return f"http://{HOST}:{ports.airflow}"


def connection_json(conn_type: str, database: Database) -> str:
    """An `AIRFLOW_CONN_*` value in Airflow's JSON form."""
    return json.dumps(
        {
            "conn_type": conn_type,
            "host": database.host,
            "port": database.port,
            "schema": database.name,
            "login": database.user,
            "password": database.password,
        }
    )


def quickbooks_connection(app: OAuthApp, extra: Mapping[str, str | int | float]) -> dict[str, object]:
    return {
        "conn_type": "quickbooks",
        "login": app.client_id,
        "password": app.client_secret,
        "extra": dict(extra),
    }


def environment(
    ports: Ports, credentials: Credentials, base: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The whole environment of a service process or a command.

    :param base: What the caller has set (`os.environ`). Its `AIRFLOW_CONN_*`, `AIRFLOW__*` and other
        variables win over ours, so that the system can be pointed at another database or QuickBooks.
        Folders and addresses of this clone (`AIRFLOW_HOME`) are always ours.
    """
    base = dict(os.environ if base is None else base)
    base.pop("PYTHONPATH", None)  # the packages are installed in .venv; another clone's must not win
    base.pop("PYTHONDONTWRITEBYTECODE", None)  # compiling Airflow afresh costs each process seconds
    ours = {
        **common_settings(),
        **_airflow_settings(ports, credentials),
        **_connections(ports, credentials),
        # Plain, unbuffered logs in UTC: they are files, and times in them are compared.
        "PYTHONUNBUFFERED": "1",
        "TZ": "UTC",
        "NO_COLOR": "1",
    }
    fixed = {
        "AIRFLOW_HOME": str(AIRFLOW_HOME),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), base.get("PATH", os.defpath)]),
        "AIRFLOW_PORT": str(ports.airflow),
        "POSTGRES_PORT": str(ports.postgres),
        "SANDBOX_PORT": str(ports.sandbox),
    }
    return {**ours, **base, **fixed}


def sandbox_environment(env: Mapping[str, str]) -> dict[str, str]:
    """The sandbox sees its own code and nothing of ours, secrets included."""
    return {name: value for name, value in env.items() if not name.startswith(("AIRFLOW_CONN_", "AIRFLOW__"))}


def _airflow_settings(ports: Ports, credentials: Credentials) -> dict[str, str]:
    metadata = databases(ports, credentials)["airflow"]
    return {
        "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(AIRFLOW_HOME / "plugins"),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "8",
        "AIRFLOW__CORE__FERNET_KEY": credentials.fernet_key,
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{airflow_url(ports)}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{r}:{r}" for r in credentials.logins),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(LOGINS),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata.uri.replace("postgresql:", "postgresql+psycopg2:"),
        "AIRFLOW__API__BASE_URL": f"{airflow_url(ports)}/",
        "AIRFLOW__API__SECRET_KEY": credentials.api_secret_key,
        "AIRFLOW__API_AUTH__JWT_SECRET": credentials.jwt_secret,
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(LOGS / "airflow"),
        "CASPEN_QBO_REPORTS": str(REPORTS),
    }


def _connections(ports: Ports, credentials: Credentials) -> dict[str, str]:
    known = databases(ports, credentials)
    sandbox = sandbox_url(ports)
    extra = {
        "environment": "local",
        "api_url": sandbox,
        "discovery_url": f"{sandbox}/.well-known/openid_configuration",
        "redirect_uri": f"{airflow_url(ports)}{CALLBACK_PATH}",
        "webhook_verifier_token": credentials.webhook_verifier_token,
    }
    return {
        "AIRFLOW_CONN_CASPEN_DB": connection_json("postgres", known["caspen"]),
        "AIRFLOW_CONN_SYNC_DB": connection_json("postgres", known["caspen_qbo"]),
        "AIRFLOW_CONN_QUICKBOOKS": json.dumps(quickbooks_connection(QUICKBOOKS_APP, extra)),
    }


def write_airflow_home(credentials: Credentials) -> None:
    """Lay out `AIRFLOW_HOME`: the logins, and the scheduler's preloading. Safe to repeat."""
    config = AIRFLOW_HOME / "config"
    config.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(LOCAL_SETTINGS, config / LOCAL_SETTINGS.name)
    write_private(LOGINS, credentials.logins)
