"""A default Product item that is an inventory item with a start date: what is dated before it waits."""

from __future__ import annotations

from datetime import date

import pytest

from caspen_seed import NewLine
from tests.support.command_line import run_command
from tests.support.flow import Flow

KEY = "inventory_item"


def command(*arguments: str) -> str:
    done = run_command(*arguments, "--workspace", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def item(flow: Flow, kind: str) -> str:
    return next(row["Id"] for row in flow.books("Item") if row["Type"] == kind)


def choose(flow: Flow, product: str) -> None:
    bank = next(r["Id"] for r in flow.books("Account") if r["AccountType"] == "Bank")
    command(
        "settings",
        "--payment-account",
        bank,
        "--service-item",
        item(flow, "Service"),
        "--product-item",
        product,
    )


def sold(flow: Flow, dated: date, kind: str = "product") -> int:
    line = NewLine(kind, "Cushion", "64.95", tax_rate_id=flow.rates["GST"])
    made = flow.staff.draft_invoice(flow.client_id, [line], issue_date=dated, due_date=dated)
    flow.staff.finalise(made)
    return made


def start(flow: Flow, day: str) -> None:
    flow.person("edit", entity="Item", id=item(flow, "Inventory"), changes={"InvStartDate": day})


@pytest.mark.parametrize("way_out", ["start date", "other item"])
def test_what_is_dated_before_the_start_waits_as_one_cause_and_follows_either_way_out(
    flow: Flow, way_out: str
) -> None:
    start(flow, "2026-11-10")
    inventory = item(flow, "Inventory")
    choose(flow, inventory)
    early = [sold(flow, date(2026, 11, 8)), sold(flow, date(2026, 11, 9))]
    first_day, service = sold(flow, date(2026, 11, 10)), sold(flow, date(2026, 11, 8), "service")
    command("post")
    posted = {row["DocNumber"] for row in flow.books("Invoice")}
    assert posted == {flow.staff.invoice(one).number for one in (first_day, service)}
    assert set(flow.listed()) == {(flow.staff.invoice(one).number, KEY) for one in early}
    detail = flow.listed()[flow.staff.invoice(early[0]).number, KEY]
    assert "Dated 2026-11-08" in detail and "Lumbar Cushion" in detail and "starts on 2026-11-10" in detail
    assert flow.sync_rows(
        "SELECT DISTINCT cause_ref FROM qbo_sync.unsynced_invoice WHERE resolved_at IS NULL"
    ) == [(f"item:{inventory}",)]
    command("post")
    assert len(flow.books("Invoice")) == 2
    if way_out == "start date":
        start(flow, "2026-11-01")
    else:
        choose(flow, item(flow, "NonInventory"))
    command("post")
    assert flow.listed() == {} and len(flow.books("Invoice")) == 4


def test_a_refusal_of_quickbooks_own_has_the_same_words(flow: Flow) -> None:
    choose(flow, item(flow, "Inventory"))
    command("doctor")
    start(flow, "2026-11-10")  # the list of items was read a moment ago
    made = sold(flow, date(2026, 11, 8))
    command("post")
    assert list(flow.listed()) == [(flow.staff.invoice(made).number, KEY)]
    command("retry", "--all")
    command("post")
    assert "starts on 2026-11-10" in flow.listed()[flow.staff.invoice(made).number, KEY]
    start(flow, "2026-11-01")
    command("retry", "--all")
    command("post")
    assert flow.listed() == {}
