"""A real nginx with the project's own configuration in front of a server of the tests."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.local.ports import HOST, free_port
from ops.local.processes import die_with_parent
from ops.paths import ROOT, VAR

CONFIGURATION = ROOT / "ops" / "nginx.conf"
NAME = "quickbooks.clinic.example"


def find_nginx() -> str | None:
    """Installed, or unpacked by ops/fetch-nginx."""
    unpacked = VAR / "nginx" / "usr" / "sbin" / "nginx"
    return shutil.which("nginx", path="/usr/sbin:/usr/bin") or (str(unpacked) if unpacked.exists() else None)


@dataclass(frozen=True)
class Proxy:
    https: int
    http: int


@contextmanager
def nginx(folder: Path, upstream: int, certificate: Path) -> Iterator[Proxy]:
    """Run it. :param upstream: The port of what it stands in front of; ``certificate``: with its key."""
    binary = find_nginx()
    assert binary is not None
    proxy = Proxy(free_port(), free_port())
    site = CONFIGURATION.read_text()
    for given, ours in (
        ("listen 443 ", f"listen {HOST}:{proxy.https} "),
        ("listen 80;", f"listen {HOST}:{proxy.http};"),
        ("server 127.0.0.1:8080;", f"server {HOST}:{upstream};"),
        (f"/etc/ssl/certs/{NAME}.pem", str(certificate)),
        (f"/etc/ssl/private/{NAME}.key", str(certificate)),
    ):
        assert site.count(given) == 1, given
        site = site.replace(given, ours)
    (folder / "site.conf").write_text(site)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "nginx.conf"
    main.write_text(
        f"daemon off; user root; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
        f" http {{ access_log off; {temporary} include {folder}/site.conf; }}"
    )
    process = subprocess.Popen(
        [binary, "-c", str(main), "-p", str(folder)], preexec_fn=die_with_parent(signal.SIGTERM)
    )
    try:
        _await_port(process, proxy.https, folder / "error.log")
        yield proxy
    finally:
        process.terminate()
        process.wait(10)


def _await_port(process: subprocess.Popen, port: int, log: Path) -> None:
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        try:
            return socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"nginx did not start: {log.read_text() if log.exists() else process.poll()}")
