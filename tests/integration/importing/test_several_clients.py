"""One payment in QuickBooks for invoices of several clients: listed on each, with ways out that work."""

from __future__ import annotations

from decimal import Decimal

import pytest

from caspen_qbo.quality import validate as _loaded_once  # noqa: F401 - what a forked command need not load again
from tests.support.command_line import run_command
from tests.support.flow import Flow
from tests.support.importing import edit_payment, imported, receive

SPLIT = "split_payment"


def command(*arguments: str) -> str:
    done = run_command(*arguments, "--workspace", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Family:
    """Two clients' invoices of 110.00 and 55.00, and a third of the first client."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.other = flow.staff.create_client("Bob", "O'Neil", email="bob@example.com")
        self.one, self.two = flow.invoice("100.00"), flow.invoice("50.00", client=self.other)
        self.alone = flow.invoice("10.00")
        command("post")
        parent = flow.person("create", entity="Customer", document={"DisplayName": "Parent O'Neil"})
        for row in flow.books("Customer"):
            if row["Id"] != parent["Id"] and "O'Neil" in row["DisplayName"]:
                changes = {"ParentRef": {"value": parent["Id"]}, "Job": True, "BillWithParent": True}
                flow.person("edit", entity="Customer", id=row["Id"], changes=changes)
        self.payment = receive(flow, {self.one: "110.00", self.two: "55.00"}, customer=parent["Id"])

    @property
    def numbers(self) -> list[str]:
        return [self.flow.staff.invoice(one).number for one in (self.one, self.two)]

    def quiet(self, times: int = 1) -> None:
        for _ in range(times):
            for job in ("import", "post", "reconcile"):
                command(job)
            assert self.flow.listed() == {}


@pytest.fixture
def family(flow: Flow) -> Family:
    return Family(flow)


def test_it_is_listed_once_on_each_invoice_and_nothing_else_waits(flow: Flow, family: Family) -> None:
    own = receive(flow, {family.alone: "11.00"})
    for _ in range(2):
        for job in ("import", "post", "reconcile"):
            command(job)
    assert sorted(flow.listed()) == [(number, SPLIT) for number in family.numbers]
    for detail in flow.listed().values():
        assert f"payment {family.payment}" in detail
        assert f"110.00 on invoice {family.numbers[0]} of client {flow.client_id}" in detail
        assert f"55.00 on invoice {family.numbers[1]} of client {family.other}" in detail
    assert imported(flow) == [(own, Decimal("11.00"), family.alone, Decimal("11.00"))]


def test_changed_to_pay_one_client_it_is_imported(flow: Flow, family: Family) -> None:
    command("import")
    edit_payment(flow, family.payment, {family.one: "110.00"})
    second = receive(flow, {family.two: "55.00"})
    family.quiet()
    assert [row[:2] for row in imported(flow)] == [
        (family.payment, Decimal("110.00")),
        (second, Decimal("55.00")),
    ]


@pytest.mark.parametrize("act", ["void", "delete"])
def test_taken_away_it_leaves_nothing_listed(flow: Flow, family: Family, act: str) -> None:
    command("import")
    flow.person(act, entity="Payment", id=family.payment)
    family.quiet()
    assert imported(flow) == []


def test_each_part_recorded_in_caspen_and_accepted_posts_nothing(flow: Flow, family: Family) -> None:
    command("import")
    mine = flow.staff.pay(flow.client_id, {family.one: "110.00"})
    theirs = flow.staff.pay(family.other, {family.two: "55.00"})
    for job in ("import", "post"):
        command(job)
    assert sorted(number for number, _ in flow.listed()) == [mine.number, theirs.number]
    command("accept", "--number", mine.number, "--number", theirs.number)
    family.quiet(2)
    assert [row["Id"] for row in flow.books("Payment")] == [family.payment]
    flow.staff.unlink(mine.allocation_ids[0])
    command("import")
    assert list(flow.listed()) == [(family.numbers[0], SPLIT)]


def test_left_as_it_is_it_stays_quiet(flow: Flow, family: Family) -> None:
    for job in ("import", "reconcile"):
        command(job)
    command("accept", "--number", family.numbers[0], "--number", family.numbers[1])
    family.quiet(10)


def test_two_clients_merged_in_caspen_are_one(flow: Flow, family: Family) -> None:
    command("import")
    flow.staff.merge_clients(family.other, flow.client_id)
    command("import")
    assert imported(flow) == [
        (family.payment, Decimal("165.00"), family.one, Decimal("110.00")),
        (family.payment, Decimal("165.00"), family.two, Decimal("55.00")),
    ]
    family.quiet()
