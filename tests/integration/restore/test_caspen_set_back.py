"""Caspen goes back to yesterday, QuickBooks and our database do not: what it forgot is named, and nothing of
another document is written over it before a person says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from ops.local.postgres import Database
from tests.integration.restore.test_lost_day import run_day
from tests.support.backups import dump, restore
from tests.support.command_line import run_command
from tests.support.flow import Flow
from tests.support.importing import receive
from tests.support.lives.world import is_voided
from tests.support.lost_day import change, credit

KEY = "caspen_set_back"


@dataclass
class Day:
    """What stood in Caspen and QuickBooks when the lost day was over, by its Caspen id."""

    paid: int = 0
    credited: int = 0
    changed: int = 0
    received: int = 0
    """Of yesterday; paid, credited, changed and paid in QuickBooks on the lost day."""
    again: int = 0
    """Of the lost day; entered again just as it was."""
    other: int = 0
    """Of the lost day; its id is given to another one."""
    lost: int = 0
    """Of the lost day; never seen again."""
    client: int = 0
    """Of the lost day, with an invoice; its id is given to another client."""


def books(flow: Flow) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    return {
        (entity, row["Id"]): (row["TotalAmt"], row.get("Balance", Decimal(0)))
        for entity in ("Invoice", "CreditMemo", "Payment")
        for row in flow.books(entity)
        if not is_voided(row)
    }


def command(flow: Flow, *arguments: str) -> str:
    done = run_command(*arguments, "--workspace", "1")
    assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
    return done.stdout


def held(flow: Flow) -> dict[str, set[str]]:
    """Document number -> the kinds listed."""
    found: dict[str, set[str]] = {}
    for number, key in flow.sync_rows(
        "SELECT document_kind || ' ' || document_id, error_key FROM qbo_sync.unsynced_invoice"
        " WHERE resolved_at IS NULL"
    ):
        found.setdefault(number, set()).add(key)
    return found


def yesterday(flow: Flow) -> Day:
    day = Day(*(flow.invoice("100.00", "20.00") for _ in range(4)))
    run_day("post", "reconcile")
    return day


def lost_day(flow: Flow, day: Day) -> None:
    day.client = flow.staff.create_client("Lost", "Person", email="lost@example.com")
    day.again = flow.invoice("50.00")
    day.other = flow.invoice("60.00", client=day.client)
    day.lost = flow.invoice("70.00")
    flow.pay(day.paid, "40.00")
    credit(flow, day.credited)
    change("90.00")(flow, day.changed)
    run_day("post")
    flow.pay(day.lost, "7.00")
    receive(flow, {day.received: "132.00"})
    run_day("post", "import", "reconcile")
    assert held(flow) == {} and flow.staff.balance(day.received) == 0


def today(flow: Flow, day: Day) -> dict[str, int]:
    """Caspen counts on from yesterday: ids and numbers of the lost day are given again."""
    stranger = flow.staff.create_client("Other", "Person", email="other@example.com")
    assert stranger == day.client
    assert flow.invoice("50.00") == day.again
    assert flow.invoice("81.00") == day.other
    [(allocation,)] = flow.sync_rows(
        "SELECT document_id FROM qbo_sync.document WHERE document_kind = 'payment' AND invoice_id = %s",
        day.paid,
    )
    flow.pay(day.credited, "11.00")
    [(again,)] = flow.caspen_rows(
        "SELECT id FROM caspen.payment_allocation WHERE invoice_id = %s", day.credited
    )
    assert again == allocation
    credit(flow, day.paid)
    return {"payment": allocation}


@pytest.fixture
def forgotten(flow: Flow, caspen_db: Database, tmp_path: Path) -> Day:
    day = yesterday(flow)
    backup = dump(caspen_db, tmp_path / "yesterday.dump", "caspen", "caspen_app")
    lost_day(flow, day)
    restore(caspen_db, backup)
    return day


def test_what_caspen_forgot_is_named_and_nothing_is_written_over_it(flow: Flow, forgotten: Day) -> None:
    day, before = forgotten, books(flow)
    ids = today(flow, day)
    [(note,)] = flow.caspen_rows("SELECT id FROM caspen.credit_note WHERE invoice_id = %s", day.paid)
    run_day("post", "import", "reconcile", "import", "reconcile")

    expected = {
        f"invoice {day.other}",  # another client's, another total
        f"invoice {day.lost}",  # in QuickBooks only
        f"payment {ids['payment'] + 1}",  # on the lost one
        f"invoice {day.changed}",  # Caspen shows the version before
        f"payment {ids['payment']}",  # on another invoice
        f"credit_note {note}",  # of another invoice
    }
    assert {name for name, keys in held(flow).items() if KEY in keys} == expected, flow.listed()
    assert {key: books(flow).get(key) for key in before} == before
    assert flow.staff.balance(day.received) == 0, "imported once more"
    [(synced,)] = flow.caspen_rows("SELECT quickbooks_status FROM caspen.invoice WHERE id = %s", day.again)
    assert synced == "Synced", "entered again just as it was"
    command(flow, "retry", "--all")
    run_day("post", "reconcile")
    assert {key: books(flow).get(key) for key in before} == before
    assert {name for name, keys in held(flow).items() if KEY in keys} == expected


WAYS = ("resend", "accept")


def test_each_row_has_a_way_out(flow: Flow, forgotten: Day) -> None:
    """Some are sent over what is there, some left, one is deleted there; the client is linked again."""
    day, before = forgotten, books(flow)
    ids = today(flow, day)
    run_day("post", "import", "reconcile")
    flow.caspen_rows("SELECT nextval('caspen_app.invoice_id'), nextval('caspen_app.invoice_number')")
    waiting = flow.invoice("33.00", client=day.client)
    run_day("post")
    assert held(flow)[f"invoice {waiting}"] == {KEY}, "its customer is another person's"
    [customer] = {
        row["CustomerRef"]["value"] for row in flow.books("Invoice") if row["TotalAmt"] == Decimal("66")
    }
    numbers = dict(
        flow.sync_rows("SELECT document_kind || document_id, document_number FROM qbo_sync.document")
    )
    command(flow, "relink", "--client", str(day.client), "--customer", customer, "--yes")
    command(flow, "accept", "--number", numbers[f"invoice{day.lost}"])
    command(flow, "accept", "--number", numbers[f"payment{ids['payment'] + 1}"])
    command(flow, "resend", "--number", numbers[f"invoice{day.changed}"])
    command(flow, "resend", "--number", numbers[f"invoice{day.other}"])
    [(payment,)] = flow.sync_rows(
        "SELECT quickbooks_id FROM qbo_sync.document_link"
        " WHERE document_kind = 'payment' AND document_id = %s",
        ids["payment"],
    )
    flow.person("delete", entity="Payment", id=payment)
    run_day("post", "reconcile")
    command(flow, "resend", "--number", numbers[f"payment{ids['payment']}"])
    [(note,)] = flow.caspen_rows("SELECT number FROM caspen.credit_note WHERE invoice_id = %s", day.paid)
    command(flow, "accept", "--number", note)
    run_day("post", "import", "reconcile")
    assert {name: keys for name, keys in held(flow).items() if KEY in keys} == {}, flow.listed()
    after = books(flow)
    for invoice, total in ((day.changed, "132"), (day.other, "89.10"), (day.lost, "77"), (waiting, "36.30")):
        there = [row for row in flow.books("Invoice") if row["PrivateNote"].endswith(f":{invoice}]")]
        assert [row["TotalAmt"] for row in there] == [Decimal(total)]
    assert len(after) == len(before) + 1
    assert [row for row in after if row == ("Payment", payment)] == []
    run_day("post", "reconcile")
    assert books(flow) == after
