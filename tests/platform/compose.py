"""docker-compose.yaml and the example of its variables, as read."""

from __future__ import annotations

import re

import yaml

from ops.paths import ROOT

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
