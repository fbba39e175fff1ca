"""Starting and stopping: one line, clear errors, state kept in a file."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from qbo_emulator.settings import Settings
from qbo_emulator.state.world import World
from qbo_emulator.store.snapshot import read_snapshot, write_snapshot
from qbo_emulator.testing import AU, GB, Sandbox

CODE = Path(__file__).parents[2]


def start(*options: str, **environ: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "qbo_emulator", *options],
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def greeting(process: subprocess.Popen[str]) -> str:
    """Its lines at the start: address, pages, client id and secret, five companies."""
    assert process.stdout is not None
    return "".join(process.stdout.readline() for _ in range(9))


def test_what_a_bookkeeper_set_up_is_in_the_snapshot(sandbox: Sandbox, tmp_path: Path) -> None:
    books = sandbox.books(class_tracking="per_line", using_sales_tax=False, merged_name="gone")
    sandbox.person("enable-multi-currency", currencies=["USD"])
    sandbox.person("set-exchange-rate", currency="USD", rate="1.5", date="2026-07-01")
    sandbox.person("define-custom-field", id="1", name="Referrer")
    books.create("Class", {"Name": "North"})
    customer = books.customer(CurrencyRef={"value": "USD"})
    sandbox.do(f"{AU}/feed", cap=7, false_deletions=[{"entity": "Customer", "id": customer["Id"]}])
    books.ask("POST", "upload", files={"file_content_01": ("a.txt", b"\x00a", "text/plain")})
    sandbox.do(f"{AU}/unreadable", entity="Customer", id=customer["Id"], how="610")
    state = write_snapshot(sandbox.world, tmp_path / "state.json")
    before = sandbox.world.companies[AU]
    world = World(Settings())
    read_snapshot(world, state)
    after = world.companies[AU]
    assert after.switches == before.switches and after.feed == before.feed
    assert after.exchange_rates == before.exchange_rates and after.unreadable == before.unreadable
    assert after.preferences == before.preferences
    assert after.files == before.files == {"1": b"\x00a"}
    assert {name: table.rows for name, table in after.tables.items()} == {
        name: table.rows for name, table in before.tables.items()
    }


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_one_line_starts_it_and_a_signal_ends_it_at_once(tmp_path: Path, stop: signal.Signals) -> None:
    snapshot = tmp_path / "state.json"
    process = start("--snapshot", str(snapshot), "--client-id", "my-app", SANDBOX_PORT="0")
    shown = greeting(process)
    address = shown.splitlines()[0].split()[-1]
    deadline = time.monotonic() + 10
    while True:
        try:
            status = httpx.get(f"{address}/_sandbox/status").json()
            break
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert status["client_id"] == "my-app" and status["companies"][0]["realm"] == AU
    with httpx.Client() as lingering:
        lingering.get(f"{address}/_sandbox/clock")
        started = time.monotonic()
        process.send_signal(stop)
        output, errors = process.communicate(timeout=10)
    assert time.monotonic() - started < 3 and output == errors == ""
    assert AU in shown and GB in shown and "my-app" in shown
    assert snapshot.exists()


def test_a_taken_port_is_one_clear_line_and_exit_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start("--port", str(taken.getsockname()[1]))
        output, errors = process.communicate(timeout=20)
    assert process.returncode == 2 and output == ""
    assert len(errors.strip().splitlines()) == 1 and "SANDBOX_PORT" in errors


def test_state_survives_in_a_snapshot(sandbox: Sandbox, tmp_path: Path) -> None:
    books = sandbox.books(auto_apply_credit=False)
    customer = books.customer(DisplayName="Kept")
    invoice = books.invoice(customer, 100)
    gone = books.invoice(customer, 5)
    books.delete("Invoice", gone)
    sandbox.person("close-books", through="2020-12-31")
    path = write_snapshot(sandbox.world, tmp_path / "state.json")
    other = World(Settings())
    assert read_snapshot(other, path)
    company = other.companies[AU]
    assert company.get("Invoice", invoice["Id"]) == books.again("Invoice", invoice)
    assert company.table("Customer").equal_to("DisplayName", "kept")[0]["Balance"] == 100
    assert company.was_deleted("Invoice", gone["Id"]) and company.books_closed_through == "2020-12-31"
    assert company.switches.auto_apply_credit is False
    assert int(company.next_id("transactions")) == int(gone["Id"]) + 1
    grant = next(iter(other.authority.refresh.values()))
    assert grant.refresh_token in sandbox.world.authority.refresh


def test_a_file_that_is_no_snapshot_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text('{"version": 0}')
    with pytest.raises(ValueError, match="expected 1"):
        read_snapshot(World(Settings()), path)
    assert read_snapshot(World(Settings()), tmp_path / "none.json") is False


def test_the_sandbox_knows_nothing_of_the_sync() -> None:
    """If both sides shared code they would share mistakes."""
    files = sorted((CODE / "qbo_emulator").rglob("*.py"))
    assert files
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert "caspen" not in text.lower() and "import airflow" not in text, file
