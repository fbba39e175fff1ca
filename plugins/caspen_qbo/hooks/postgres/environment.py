"""Connections out of ``AIRFLOW_CONN_*``, without the seconds that Airflow takes to load.

Only where Airflow itself would find the same there: not loaded yet, no secrets backend that it would ask
first, and a value in JSON. Everything else is left to Airflow.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from configparser import Error as ConfigParserError
from configparser import RawConfigParser
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_OWN_FIELDS = frozenset({"conn_type", "host", "login", "password", "port", "schema", "extra", "description"})
_BACKEND_VARIABLES = ("AIRFLOW__SECRETS__", "AIRFLOW__WORKERS__SECRETS_BACKEND")
_BACKEND_OPTIONS = {"secrets": "backend", "workers": "secrets_backend"}
"""Sections of Airflow's file, and how their options begin that name a backend or the order of them."""


@dataclass(frozen=True, slots=True)
class EnvironmentConnection:
    """What Airflow's own would hold."""

    conn_type: str
    host: str | None = None
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    port: int | None = None
    schema: str | None = None
    extra_dejson: Mapping[str, Any] = field(default_factory=dict, repr=False)


def read_from_environment(conn_id: str) -> EnvironmentConnection | None:
    """None: ask Airflow, whose answer may be another, or an error in its own words."""
    text = os.environ.get(f"AIRFLOW_CONN_{conn_id.upper()}", "").strip()
    if "airflow" in sys.modules or not text.startswith("{") or _asks_another_backend():
        return None
    try:
        return _decode(json.loads(text))
    except (TypeError, ValueError):
        return None


def _decode(value: dict[str, Any]) -> EnvironmentConnection | None:
    extra = value.get("extra") or {}
    if isinstance(extra, str):
        extra = json.loads(extra)
    texts = [value.get(name) for name in ("conn_type", "host", "login", "password", "schema")]
    if (
        not set(value) <= _OWN_FIELDS
        or not value.get("conn_type")
        or not isinstance(extra, dict)
        or not all(text is None or isinstance(text, str) for text in texts)
        or extra.get("iam")  # a login that the cloud's own library fetches, through Airflow
    ):
        return None
    conn_type = str(value["conn_type"])
    return EnvironmentConnection(
        "postgres" if conn_type == "postgresql" else conn_type.replace("-", "_"),
        value.get("host"),
        value.get("login"),
        value.get("password"),
        int(value["port"]) if value.get("port") else None,
        value.get("schema"),
        extra,
    )


def _asks_another_backend() -> bool:
    """Whether Airflow is configured, by variables or its file, to look somewhere else first."""
    if any(value and name.startswith(_BACKEND_VARIABLES) for name, value in os.environ.items()):
        return True
    home = Path(os.environ.get("AIRFLOW_HOME") or "~/airflow").expanduser()
    file = Path(os.environ.get("AIRFLOW_CONFIG") or home / "airflow.cfg").expanduser()
    written = RawConfigParser(strict=False, allow_no_value=True)
    try:
        written.read_string(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return False
    except (OSError, UnicodeDecodeError, ConfigParserError):
        return True
    return any(
        value and option.startswith(start)
        for section, start in _BACKEND_OPTIONS.items()
        if written.has_section(section)
        for option, value in written.items(section)
    )
