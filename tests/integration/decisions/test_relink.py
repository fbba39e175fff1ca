"""A client's customer in QuickBooks is merged, made inactive, or the wrong one: it is followed where that is
certain, else named and changed by a person, by the command line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from caspen_seed import NewLine
from tests.integration.posting.test_lifecycle import edited
from tests.support.bookkeeper import edit, invoice_of
from tests.support.command_line import run_command
from tests.support.flow import REALM, Flow

KEY = "inactive_reference"


def command(flow: Flow, name: str, *more: str, ok: bool = True, typed: str = "") -> str:
    done = run_command(name, "--workspace", str(flow.workspace_id), *more, typed=typed)
    assert (done.returncode == 0) is ok, done.stdout + done.stderr
    return done.stdout + done.stderr


def relink(flow: Flow, client: int, customer: str, *more: str, ok: bool = True) -> str:
    return command(flow, "relink", "--client", str(client), "--customer", customer, *more, ok=ok)


def customer_of(flow: Flow, invoice: int) -> str:
    return invoice_of(flow, invoice)["CustomerRef"]["value"]


def new_customer(flow: Flow, name: str, **more: Any) -> str:
    return flow.person("create", entity="Customer", document={"DisplayName": name, **more})["Id"]


def merge(flow: Flow, gone: str, kept: str) -> None:
    flow.person("merge", entity="Customer", **{"from": gone, "into": kept})


def link_of(flow: Flow, client: int) -> tuple[str, str]:
    [row] = flow.sync_rows(
        "SELECT customer_id, matched_by FROM qbo_sync.customer_link WHERE client_id = %s", client
    )
    return row


def history(flow: Flow, client: int) -> list[tuple[str, str | None, str, str]]:
    return flow.sync_rows(
        "SELECT split_part(who, ':', 1), from_customer, to_customer, why FROM qbo_sync.customer_link_event"
        " WHERE client_id = %s ORDER BY id",
        client,
    )


def bobs_invoice(flow: Flow, price: str = "50.00") -> tuple[int, int]:
    bob = flow.staff.create_client("Bob", "Lee")
    line = NewLine("service", "Visit", price, tax_rate_id=flow.rates["GST"])
    return bob, flow.invoice(client=bob, lines=[line])


@pytest.mark.parametrize("left", ["inactive", "gone"])
@pytest.mark.parametrize("refused", ["610", "2500", "6250"])
def test_a_merged_customer_is_followed_when_a_later_invoice_posts(
    flow: Flow, left: str, refused: str
) -> None:
    flow.switch(merged_name=left, inactive_customer=refused)
    first = flow.invoice("100.00")
    flow.pay(first, "40.00")
    command(flow, "post")
    own, survivor = customer_of(flow, first), new_customer(flow, "Ann Family")
    merge(flow, own, survivor)
    later = flow.invoice("20.00")
    before = len(flow.requests())
    command(flow, "post")
    assert customer_of(flow, later) == survivor
    assert flow.listed() == {}
    assert link_of(flow, flow.client_id) == (survivor, "merged")
    assert history(flow, flow.client_id) == [
        ("sync", None, own, "created"),
        ("sync", own, survivor, "merged"),
    ]
    reads = [r for r in flow.requests()[before:] if r["operation"] == "query"]
    assert len(reads) <= 12  # what became of it, what was refused, and what a post reads anyway
    command(flow, "reconcile")
    assert flow.listed() == {}
    edited(flow, later, "30.00")
    flow.pay(first)
    command(flow, "post")
    assert (customer_of(flow, later), invoice_of(flow, first)["Balance"]) == (survivor, 0)
    command(flow, "reconcile")
    assert flow.listed() == {}


@pytest.mark.parametrize("left", ["inactive", "gone"])
def test_the_nightly_run_follows_a_merge_and_a_merge_of_the_survivor(flow: Flow, left: str) -> None:
    flow.switch(merged_name=left)
    first = flow.invoice("100.00")
    flow.pay(first, "40.00")
    command(flow, "post")
    command(flow, "reconcile")
    own, second, third = customer_of(flow, first), new_customer(flow, "Second"), new_customer(flow, "Third")
    merge(flow, own, second)
    merge(flow, second, third)
    command(flow, "reconcile")
    assert (flow.listed(), link_of(flow, flow.client_id)) == ({}, (third, "merged"))
    last = new_customer(flow, "Last")
    merge(flow, third, last)
    command(flow, "reconcile")
    assert (flow.listed(), link_of(flow, flow.client_id)) == ({}, (last, "merged"))
    later = flow.invoice("20.00")
    command(flow, "post")
    assert (customer_of(flow, later), flow.listed()) == (last, {})


def test_a_merge_into_another_clients_customer_is_offered_and_shared_only_when_said(flow: Flow) -> None:
    first = flow.invoice("100.00")
    bob, theirs = bobs_invoice(flow)
    command(flow, "post")
    own, bobs = customer_of(flow, first), customer_of(flow, theirs)
    merge(flow, own, bobs)
    command(flow, "reconcile")
    later = flow.invoice("20.00")
    number = flow.staff.invoice(later).number
    command(flow, "post")
    detail = flow.listed()[number, KEY]
    assert f"customer {own} (" in detail and f"stands on customer {bobs} (" in detail
    assert f"belongs to client {bob}" in detail and "relink --client" in detail
    assert link_of(flow, flow.client_id)[0] == own

    said = relink(flow, flow.client_id, bobs, "--yes", ok=False)
    assert f"--share-with-client {bob}" in said and "never share" in said
    said = relink(flow, flow.client_id, bobs, "--share-with-client", "999", "--yes", ok=False)
    assert "nothing to share with client 999" in said
    said = relink(flow, flow.client_id, bobs, "--share-with-client", str(bob), "--yes")
    assert f"Client {bob} has that customer too" in said and "1 document waits" in said
    command(flow, "post")
    assert customer_of(flow, later) == bobs
    command(flow, "reconcile")
    assert flow.listed() == {}
    assert history(flow, flow.client_id)[-1] == ("cli", own, bobs, "relinked")
    # What both have posted stays where it is, and is updated there.
    for invoice in (first, theirs):
        edited(flow, invoice, "60.00")
    command(flow, "post")
    assert {customer_of(flow, invoice) for invoice in (first, theirs)} == {bobs}
    assert flow.listed() == {}
    # Said to be the same again it asks for nothing more.
    assert "already" in relink(flow, flow.client_id, bobs, "--yes")


def test_documents_on_several_customers_are_named_and_none_is_followed(flow: Flow) -> None:
    first, second = flow.invoice("100.00"), flow.invoice("30.00")
    command(flow, "post")
    own, survivor, other = customer_of(flow, first), new_customer(flow, "One"), new_customer(flow, "Two")
    edit(flow, second, CustomerRef={"value": other})
    merge(flow, own, survivor)
    later = flow.invoice("20.00")
    command(flow, "post")
    detail = flow.listed()[flow.staff.invoice(later).number, KEY]
    assert f"{survivor} (One)" in detail and f"{other} (Two)" in detail
    relink(flow, flow.client_id, survivor, "--yes")
    command(flow, "post")
    assert customer_of(flow, later) == survivor
    command(flow, "reconcile")
    assert set(flow.listed()) == {(flow.staff.invoice(second).number, "changed_in_quickbooks")}


def test_made_inactive_by_hand_is_no_merge_and_goes_on_when_it_is_active_again(flow: Flow) -> None:
    first = flow.invoice("100.00")
    flow.pay(first)
    command(flow, "post")
    own = customer_of(flow, first)
    flow.person("make-inactive", entity="Customer", id=own)
    command(flow, "reconcile")
    command(flow, "accept", "--number", flow.staff.invoice(first).number)
    later = flow.invoice("20.00")
    command(flow, "post")
    [((number, key), detail)] = flow.listed().items()
    assert (number, key) == (flow.staff.invoice(later).number, KEY)
    assert "stand on it still" in detail and own in detail
    assert "customer" in command(flow, "doctor", ok=False)
    flow.person("make-active", entity="Customer", id=own)
    command(flow, "reconcile")  # which reads who is active
    command(flow, "post")
    assert (customer_of(flow, later), flow.listed()) == (own, {})


def test_a_relink_changes_later_documents_only_and_moves_nothing_posted(flow: Flow) -> None:
    first, paid = flow.invoice("100.00"), flow.invoice("30.00")
    command(flow, "post")
    own, other = customer_of(flow, first), new_customer(flow, "Ann Elsewhere")
    said = relink(flow, flow.client_id, other, "--yes")
    assert "2 documents stay" in said
    later = flow.invoice("20.00")
    edited(flow, first, "90.00")
    flow.pay(paid, "10.00")
    command(flow, "post")
    assert [customer_of(flow, one) for one in (first, paid, later)] == [own, own, other]
    [payment] = flow.books("Payment")
    assert payment["CustomerRef"]["value"] == own
    command(flow, "reconcile")
    assert flow.listed() == {}
    # Somebody else may have the old customer by now: what stands on it stays all the same.
    bob = flow.staff.create_client("Bob", "Lee")
    relink(flow, bob, own, "--yes")
    edited(flow, first, "80.00")
    command(flow, "post")
    assert (customer_of(flow, first), flow.listed()) == (own, {})
    assert history(flow, bob) == [("cli", None, own, "relinked")]


def test_a_relink_refuses_what_quickbooks_or_a_clinic_would_not_take(flow: Flow) -> None:
    first = flow.invoice("100.00")
    command(flow, "post")
    own = customer_of(flow, first)
    vendor = flow.person("create", entity="Vendor", document={"DisplayName": "Gloves Ltd"})["Id"]
    idle = new_customer(flow, "Idle")
    flow.person("make-inactive", entity="Customer", id=idle)
    flow.person("enable-multi-currency", currencies=["USD"])
    abroad = new_customer(flow, "Abroad", CurrencyRef={"value": "USD"})
    old, new = flow.staff.create_client("Old", "Profile"), flow.staff.create_client("New", "Profile")
    flow.staff.merge_clients(old, new)
    for client, customer, words in (
        (flow.client_id, "99999", "does not exist"),
        (flow.client_id, "x' OR Id = '1", "does not exist"),
        (flow.client_id, vendor, "is a vendor's"),
        (flow.client_id, idle, "is inactive, expected an active one"),
        (flow.client_id, abroad, "is kept in USD, but this practice posts in AUD"),
        (123, own, "no such client"),
        (old, idle, f"merged into client {new}"),
    ):
        assert words in relink(flow, client, customer, "--yes", ok=False)
    assert link_of(flow, flow.client_id)[0] == own
    free = new_customer(flow, "Free")
    arguments = ("relink", "--client", str(flow.client_id), "--customer", free)
    assert "Link it?" in command(flow, *arguments, typed="n\n", ok=False)
    assert link_of(flow, flow.client_id)[0] == own
    command(flow, *arguments, typed="y\n")
    assert link_of(flow, flow.client_id)[0] == free


def test_a_client_whose_name_is_taken_is_linked_by_a_person(flow: Flow) -> None:
    taken = f"Bob Lee (Caspen {str(4180999)[-5:]})"
    flow.person("create", entity="Vendor", document={"DisplayName": taken})
    bob = flow.staff.create_client("Bob", "Lee", client_id=4180999)
    line = NewLine("service", "Visit", "50.00", tax_rate_id=flow.rates["GST"])
    invoice = flow.invoice(client=bob, lines=[line])
    command(flow, "post")
    assert [key for _, key in flow.listed()] == ["customer_name_taken"]
    customer = new_customer(flow, "Bob (account)")
    relink(flow, bob, customer, "--yes")
    command(flow, "post")
    assert (customer_of(flow, invoice), flow.listed()) == (customer, {})


def test_two_profiles_merged_in_caspen_and_their_customers_in_quickbooks(flow: Flow) -> None:
    first = flow.invoice("100.00")
    bob, theirs = bobs_invoice(flow)
    command(flow, "post")
    own, bobs = customer_of(flow, first), customer_of(flow, theirs)
    flow.staff.merge_clients(flow.client_id, bob)
    merge(flow, own, bobs)
    command(flow, "reconcile")
    assert flow.listed() == {}
    line = NewLine("service", "Visit", "20.00", tax_rate_id=flow.rates["GST"])
    later = flow.invoice(client=bob, lines=[line])
    edited(flow, first, "70.00")
    command(flow, "post")
    assert {customer_of(flow, one) for one in (first, theirs, later)} == {bobs}
    command(flow, "reconcile")
    assert flow.listed() == {}


def test_a_dry_run_says_where_a_merged_clients_invoice_would_go_and_writes_nothing(flow: Flow) -> None:
    first = flow.invoice("100.00")
    command(flow, "post")
    own, survivor = customer_of(flow, first), new_customer(flow, "Ann Family")
    merge(flow, own, survivor)
    command(flow, "reconcile")
    assert link_of(flow, flow.client_id)[0] == survivor
    last = new_customer(flow, "Last")
    merge(flow, survivor, last)
    flow.invoice("20.00")
    assert "would post invoice" in command(flow, "post", "--dry-run")
    assert link_of(flow, flow.client_id)[0] == survivor


def test_an_accepted_invoice_stays_accepted_through_a_merge_and_moves_when_given_away(flow: Flow) -> None:
    first = flow.invoice("100.00")
    _, theirs = bobs_invoice(flow)
    command(flow, "post")
    bobs = customer_of(flow, theirs)
    edit(flow, first, CustomerRef={"value": bobs})
    command(flow, "reconcile")
    command(flow, "accept", "--number", flow.staff.invoice(first).number)
    edited(flow, first, "90.00")
    command(flow, "post")
    assert customer_of(flow, first) == bobs  # accepted, though another client's
    eve = flow.staff.create_client("Eve", "Moe")
    flow.staff.revert_to_draft(first)
    flow.caspen.execute("UPDATE caspen.invoice SET client_id = %s WHERE id = %s", [eve, first])
    flow.staff.finalise(first)
    command(flow, "post")
    assert customer_of(flow, first) not in (bobs, None)


GB = "9130000000000002"
ROOT = Path(__file__).parents[3]


def settle_in(flow: Flow) -> None:
    """Chooses settings in the company that ``flow`` looks at, and links the rate of nothing."""
    accounts, items = flow.books("Account"), flow.books("Item")
    bank = next(row["Id"] for row in accounts if row["AccountType"] == "Bank")
    service = next(row["Id"] for row in items if row["Type"] == "Service")
    product = next(row["Id"] for row in items if row["Type"] == "NonInventory")
    command(flow, "settings", "--payment-account", bank, "--service-item", service, "--product-item", product)


def test_links_of_one_company_are_not_used_in_another(flow: Flow) -> None:
    """Another company is refused while anything is linked. Where somebody moved the practice by
    the runbook, a link that was left over counts for its own company alone; its history stays.
    """
    flow.invoice("50.00")
    command(flow, "post")
    other = new_customer(flow, "Family account")
    relink(flow, flow.client_id, other, "--yes")
    old = (link_of(flow, flow.client_id), history(flow, flow.client_id))
    token = flow.door("token", realm=GB)["refresh_token"]
    connect = ("connect", "--realm", GB, "--refresh-token", "-")
    assert "its documents are linked there" in command(flow, *connect, ok=False, typed=token)
    command(flow, "disconnect")
    assert "its documents are linked there" in command(flow, *connect, ok=False, typed=token)
    assert (link_of(flow, flow.client_id), history(flow, flow.client_id)) == old

    section = (ROOT / "docs" / "runbook.md").read_text().split("### Move to another QuickBooks company")[1]
    for line in section.split("```")[1].splitlines():
        if "DELETE" in line and "customer_link" not in line:
            flow.sync_rows(line.strip().replace(":workspace;", "1 RETURNING 1"))
    command(flow, *connect, typed=flow.door("token", realm=GB)["refresh_token"])
    flow.realm = GB
    settle_in(flow)
    there = {row["Id"] for row in flow.books("Customer")}
    invoice = flow.staff.draft_invoice(
        flow.client_id, [NewLine("service", "Visit", "40.00")], currency="GBP", tax_mode="none"
    )
    flow.staff.finalise(invoice)
    command(flow, "post")
    assert flow.listed() == {}
    customer = customer_of(flow, invoice)
    assert customer not in there
    links = flow.sync_rows("SELECT realm_id, customer_id, matched_by FROM qbo_sync.customer_link ORDER BY 1")
    assert links == [(REALM, *old[0]), (GB, customer, "created")]
    assert history(flow, flow.client_id)[: len(old[1])] == old[1]
