"""A real PgBouncer (Debian's package) in front of the test server."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.local.ports import HOST, free_port
from ops.local.postgres import Database
from ops.local.processes import die_with_parent
from ops.local.service_user import service_user

BINARY = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


@contextmanager
def pgbouncer(folder: Path, *databases: Database, **settings: str | int) -> Iterator[int]:
    """Its port. :param settings: Of its section ``[pgbouncer]``; pool_mode at least."""
    assert BINARY is not None
    port, user = free_port(), service_user()
    users = folder / "users.txt"
    known = {database.user: database.password for database in databases}
    users.write_text("".join(f'"{name}" "{password}"\n' for name, password in known.items()))
    lines = [
        "[databases]",
        *(f"{each.name} = host={each.host} port={each.port} dbname={each.name}" for each in databases),
        "[pgbouncer]",
        f"listen_addr = {HOST}",
        f"listen_port = {port}",
        "unix_socket_dir =",
        "auth_type = scram-sha-256",
        f"auth_file = {users}",
        *(f"{name} = {value}" for name, value in settings.items()),
    ]
    config = folder / "pgbouncer.ini"
    config.write_text("\n".join(lines) + "\n")
    for path in (folder, users, config):
        user.own(path)
    with (folder / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen(
            [BINARY, str(config)],
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(signal.SIGTERM),
            user=user.uid,
            group=user.gid,
            extra_groups=user.extra_groups,
        )
    try:
        _await(port, process, folder / "pgbouncer.log")
        yield port
    finally:
        process.kill()
        process.wait()


def _await(port: int, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection((HOST, port), 1).close()
        except OSError:
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
