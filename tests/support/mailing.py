"""The morning mail as people ask for it on the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from caspen_seed import create_workspace
from tests.support.command_line import run_command
from tests.support.flow import Flow

PAGES = "http://pages.example/quickbooks/"
AT_ANY_HOUR = ("--at", "00:00", "--quiet", "none", "--weekends")
DAY = timedelta(days=1)


def noon_zone() -> str:
    """A zone where it is about noon: no day ends while a test runs."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def mail(*arguments: str, code: int = 0) -> str:
    done = run_command("mail", *arguments)
    assert done.returncode == code, f"{done.stdout}\n{done.stderr}"
    return done.stdout or done.stderr


def want(*addresses: str, workspace: int | None = 1, more: tuple[str, ...] = AT_ANY_HOUR) -> None:
    whose = ("--workspace", str(workspace)) if workspace else ("--ops", "--time-zone", noon_zone())
    mail(*whose, *(part for address in addresses for part in ("--add", address)), *more)


def send() -> dict[str, int]:
    return json.loads(mail("--send", "--json"))


def states(workspace: int = 1) -> dict[str, str]:
    shown = json.loads(mail(*(("--workspace", str(workspace)) if workspace else ("--ops",)), "--json"))
    return {each["address"]: each["state"] for each in shown["mails"]}


def add_practice(flow: Flow, number: int, name: str, *, listed: bool = True) -> int:
    create_workspace(flow.caspen, number, name, time_zone=noon_zone())
    flow.sync_rows(
        "INSERT INTO qbo_sync.connection (workspace_id, realm_id, status, connected_at, refresh_expires_at)"
        " VALUES (%s, %s, 'connected', now(), now() + interval '90 days') RETURNING 1",
        number,
        f"realm-{number}",
    )
    flow.sync_rows("INSERT INTO qbo_sync.settings VALUES (%s, '35', '1', '2') RETURNING 1", number)
    if listed:
        flow.sync_rows(
            "INSERT INTO qbo_sync.unsynced_invoice (workspace_id, document_kind, document_id,"
            " document_number, invoice_id, error_key, title, detail, fix)"
            " VALUES (%s, 'invoice', 1, 'A-1', 1, 'totals_mismatch', '', 'Ann O''Neil', '') RETURNING 1",
            number,
        )
    return number
