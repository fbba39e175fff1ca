"""Where things are in this clone. Everything made at run time lies under `var/`."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DAGS = ROOT / "dags"
PLUGINS = ROOT / "plugins"
INCLUDE = ROOT / "include"
SANDBOX_CODE = ROOT / "sandbox"
HOUSEKEEPING = ROOT / "ops" / "compose" / "housekeeping.py"

VAR = ROOT / "var"
AIRFLOW_HOME = VAR / "airflow"
LOGS = VAR / "log"
RUN = VAR / "run"
POSTGRES_DATA = VAR / "postgres"
SANDBOX_SNAPSHOT = VAR / "sandbox" / "state.json"
CREDENTIALS = VAR / "credentials.json"
LOGINS = VAR / "logins.json"
REPORTS = VAR / "reports"
