"""Choosing ports, and saying clearly when one is taken."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

import psutil

from ops.errors import OpsError

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """The three ports of a local system, all on 127.0.0.1."""

    airflow: int
    postgres: int
    sandbox: int


PORT_MAX = 65535
DEFAULTS = {"AIRFLOW_PORT": 8080, "POSTGRES_PORT": 54329, "SANDBOX_PORT": 8700}


def ports_from(environ: dict[str, str] | os._Environ[str]) -> Ports:
    """Read the three port variables.

    :raises OpsError: a value is not a port number, or two services share one.
    """
    values = {name: _port(name, environ.get(name) or default) for name, default in DEFAULTS.items()}
    for name, port in values.items():
        for other, same in values.items():
            if name < other and port == same:
                raise OpsError(f"{name} and {other} are both {port}; give each service a port of its own.")
    return Ports(values["AIRFLOW_PORT"], values["POSTGRES_PORT"], values["SANDBOX_PORT"])


def _port(name: str, value: str | int) -> int:
    try:
        port = int(value)
    except ValueError:
        port = 0
    if not 0 < port <= PORT_MAX:
        raise OpsError(f"{name} is {value!r}; expected a port number between 1 and 65535.")
    return port


def free_port() -> int:
    """A port nobody listens on now. Another process may take it before it is used."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def require_free(port: int, variable: str, service: str) -> None:
    """Check that a service can listen on a port.

    :raises OpsError: something else holds it; the sentence names the port, the holder and the variable.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise OpsError(
                f"port {port} for {service} is not available ({error.strerror}): {_holder(port)}. "
                f"Stop it, or choose another port: {variable}=<port> make ..."
            ) from None


def _holder(port: int) -> str:
    try:
        held = [c for c in psutil.net_connections("tcp") if c.laddr and c.laddr.port == port and c.pid]
        process = next((psutil.Process(c.pid) for c in held if c.status == psutil.CONN_LISTEN), None)
        if process is not None:
            return f"held by process {process.pid} ({' '.join(process.cmdline())[:100] or process.name()})"
    except (psutil.Error, OSError):
        return "this user may not see which process holds it"
    return "the process that holds it belongs to another user or container"
