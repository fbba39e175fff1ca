"""The stories of docs/eligibility.md, row by row, over real services.

Each row is a story told to one practice: what happens up to a `yield`, then a run posts, and so on. All
stories share the runs, so that they also meet each other; each is a test of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from caspen_seed import NewLine, Staff, create_workspace
from ops.paths import ROOT
from tests.support.flow import REALM, Flow

LINE = datetime.now(UTC) - timedelta(days=30)
BEFORE, AFTER = LINE - timedelta(days=10), LINE + timedelta(days=10)
TITLE = "Update failed: Historical invoice"
NOTHING = ("Not synced", None)

Story = Callable[["Practice"], Iterator[None]]
STORIES: dict[str, Story] = {}


def row(story: Story) -> Story:
    STORIES[story.__name__] = story
    return story


class Practice:
    """The practice's staff on one side, and what QuickBooks shows of a number on the other."""

    def __init__(self, flow: Flow) -> None:
        self.flow, self.staff = flow, flow.staff

    def draft(self, at: datetime | None = None, price: str = "100.00", **options: Any) -> int:
        line = NewLine("service", "Consultation", price, tax_rate_id=self.flow.rates["GST"])
        return self.staff.draft_invoice(self.flow.client_id, [line], at=at, **options)

    def finalised(self, created: datetime | None = None, finalised: datetime | None = None) -> int:
        invoice = self.draft(created)
        self.staff.finalise(invoice, at=finalised or created)
        return invoice

    def pay(self, invoice: int, amount: str = "40.00", **options: Any) -> Any:
        return self.staff.pay(self.flow.client_id, {invoice: Decimal(amount)}, **options)

    def there(self, entity: str, kind: str, *ids: int) -> list[dict[str, Any]]:
        """The QuickBooks documents that carry our mark of these Caspen documents."""
        marks = {f"[caspen:{self.flow.workspace_id}:{kind}:{one}]" for one in ids}
        return [
            row
            for row in self.flow.books(entity)
            if any(mark in row.get("PrivateNote", "") for mark in marks)
        ]

    def invoices(self, *ids: int) -> list[dict[str, Any]]:
        return self.there("Invoice", "invoice", *ids)

    def payments(self, payment: Any) -> list[dict[str, Any]]:
        return self.there("Payment", "payment", *payment.allocation_ids)

    def shown(self, invoice: int) -> tuple[str, str | None]:
        [row] = self.flow.caspen_rows(
            "SELECT quickbooks_status, quickbooks_status_detail FROM caspen.invoice WHERE id = %s", invoice
        )
        return row

    def excluded(self, kind: str, document_id: int) -> str | None:
        [(reason,)] = self.flow.sync_rows(
            "SELECT excluded_reason FROM qbo_sync.document WHERE document_kind = %s AND document_id = %s",
            kind,
            document_id,
        )
        return reason


@row
def draft(p: Practice) -> Iterator[None]:
    invoice = p.draft()
    yield
    assert p.invoices(invoice) == [] and p.shown(invoice) == NOTHING


@row
def finalised_after_connecting(p: Practice) -> Iterator[None]:
    invoice = p.finalised(AFTER)
    yield
    [there] = p.invoices(invoice)
    assert there["TotalAmt"] == Decimal(110) and p.shown(invoice) == ("Synced", None)


@row
def paid(p: Practice) -> Iterator[None]:
    invoice = p.finalised(AFTER)
    payment = p.pay(invoice, "110.00", at=AFTER)
    yield
    assert [there["Balance"] for there in p.invoices(invoice)] == [0] and len(p.payments(payment)) == 1


@row
def historical(p: Practice) -> Iterator[None]:
    invoice = p.finalised(BEFORE)
    yield
    assert p.invoices(invoice) == [] and p.shown(invoice) == NOTHING


@row
def created_before_finalised_after(p: Practice) -> Iterator[None]:
    invoice = p.finalised(BEFORE, AFTER)
    yield
    assert len(p.invoices(invoice)) == 1


@row
def finalised_again_after_connecting(p: Practice) -> Iterator[None]:
    invoice = p.finalised(BEFORE)
    p.staff.revert_to_draft(invoice, at=AFTER)
    p.staff.finalise(invoice, at=AFTER)
    yield
    assert len(p.invoices(invoice)) == 1


@row
def payment_on_a_historical_invoice(p: Practice) -> Iterator[None]:
    invoice = p.finalised(BEFORE)
    payment = p.pay(invoice, at=AFTER)
    yield
    assert p.invoices(invoice) == [] and p.payments(payment) == []
    assert p.shown(invoice) == ("Not synced", TITLE)
    number = p.staff.invoice(invoice).number
    assert payment.number in p.flow.listed()[number, "historical_invoice"]
    assert p.excluded("payment", payment.allocation_ids[0]) == "historical"


@row
def payment_before_connecting_on_a_historical_invoice(p: Practice) -> Iterator[None]:
    invoice = p.finalised(BEFORE)
    payment = p.pay(invoice, at=BEFORE)
    yield
    assert p.invoices(invoice) == [] and p.payments(payment) == [] and p.shown(invoice) == NOTHING


@row
def credit_note_on_a_historical_invoice(p: Practice) -> Iterator[None]:
    invoice = p.finalised(BEFORE)
    note = p.staff.credit(invoice, at=AFTER)
    yield
    assert p.invoices(invoice) == [] and p.there("CreditMemo", "credit_note", note.id) == []
    assert p.excluded("credit_note", note.id) == "historical"


@row
def finalised_and_reverted_before_the_first_run(p: Practice) -> Iterator[None]:
    invoice = p.finalised()
    p.staff.revert_to_draft(invoice)
    yield
    assert p.invoices(invoice) == [] and p.excluded("invoice", invoice) == "never_synced"


@row
def reverted_after_it_was_posted(p: Practice) -> Iterator[None]:
    invoice = p.finalised()
    yield
    p.staff.revert_to_draft(invoice)
    yield
    [there] = p.invoices(invoice)
    assert there["TotalAmt"] == Decimal(110) and p.excluded("invoice", invoice) is None


@row
def void_before_the_first_run(p: Practice) -> Iterator[None]:
    invoice = p.finalised()
    p.staff.void_invoice(invoice)
    yield
    assert p.invoices(invoice) == [] and p.excluded("invoice", invoice) == "never_synced"


@row
def void_after_it_was_posted(p: Practice) -> Iterator[None]:
    invoice = p.finalised()
    yield
    p.staff.void_invoice(invoice)
    yield
    [there] = p.invoices(invoice)
    assert there["TotalAmt"] == 0


@row
def deleted_before_the_first_run(p: Practice) -> Iterator[None]:
    invoice = p.finalised()
    p.staff.revert_to_draft(invoice)
    p.staff.delete_draft(invoice)
    yield
    assert p.invoices(invoice) == [] and p.excluded("invoice", invoice) == "never_synced"


@row
def deleted_after_it_was_posted(p: Practice) -> Iterator[None]:
    invoice = p.finalised()
    yield
    p.staff.revert_to_draft(invoice)
    p.staff.delete_draft(invoice)
    yield
    [there] = p.invoices(invoice)
    assert there["TotalAmt"] == 0


@row
def recreated(p: Practice) -> Iterator[None]:
    old = p.finalised(BEFORE)
    number = p.staff.invoice(old).number
    p.staff.revert_to_draft(old)
    p.staff.delete_draft(old)
    new = p.draft(number=number)
    p.staff.finalise(new)
    yield
    assert p.invoices(old) == []
    assert [there["DocNumber"] for there in p.invoices(new)] == [number]


@row
def another_workspace(p: Practice) -> Iterator[None]:
    create_workspace(p.flow.caspen, 2, "Another practice")
    other = Staff(p.flow.caspen, 2)
    rate = other.create_tax_rate("GST", "10")
    client = other.create_client("Ann", "Other")
    invoice = other.draft_invoice(client, [NewLine("service", "Theirs", "55.00", tax_rate_id=rate)])
    other.finalise(invoice)
    yield
    assert not any(
        f":invoice:{invoice}]" in there.get("PrivateNote", "") for there in p.flow.books("Invoice")
    )
    assert p.flow.sync_rows("SELECT count(*) FROM qbo_sync.document WHERE workspace_id = 2") == [(0,)]
    assert p.shown(invoice) == NOTHING


@row
def allocated_payment(p: Practice) -> Iterator[None]:
    one, two = p.finalised(), p.finalised()
    payment = p.staff.pay(
        p.flow.client_id, {one: Decimal("40.00"), two: Decimal("50.00")}, amount="500.00", method="EFTPOS"
    )
    yield
    assert sorted(there["TotalAmt"] for there in p.payments(payment)) == [Decimal(40), Decimal(50)]


@row
def unallocated_money(p: Practice) -> Iterator[None]:
    payment = p.staff.pay(p.flow.client_id, {}, amount="77.77")
    yield
    assert all(there["TotalAmt"] != Decimal("77.77") for there in p.flow.books("Payment"))
    assert payment.unallocated == Decimal("77.77")


@row
def imported_payment(p: Practice) -> Iterator[None]:
    invoice = p.finalised()
    payment = p.pay(invoice, source="quickbooks", source_ref=f"{REALM}:990001")
    yield
    assert len(p.invoices(invoice)) == 1 and p.payments(payment) == []
    assert p.excluded("payment", payment.allocation_ids[0]) == "imported"


@row
def payment_unlinked_before_the_first_run(p: Practice) -> Iterator[None]:
    payment = p.pay(p.finalised())
    p.staff.unlink(payment.allocation_ids[0])
    yield
    assert p.payments(payment) == [] and p.excluded("payment", payment.allocation_ids[0]) == "never_synced"


@row
def payment_unlinked_after_it_was_posted(p: Practice) -> Iterator[None]:
    payment = p.pay(p.finalised())
    yield
    assert len(p.payments(payment)) == 1
    p.staff.unlink(payment.allocation_ids[0])
    yield
    assert p.payments(payment) == []


@row
def void_payment(p: Practice) -> Iterator[None]:
    payment = p.pay(p.finalised())
    yield
    p.staff.void_payment(payment.id)
    yield
    assert p.payments(payment) == []


@row
def credit_note(p: Practice) -> Iterator[None]:
    invoice = p.finalised()
    note = p.staff.credit(invoice, {1: "0.5"})
    yield
    [memo] = p.there("CreditMemo", "credit_note", note.id)
    assert memo["TotalAmt"] == Decimal(55) and [there["Balance"] for there in p.invoices(invoice)] == [
        Decimal(55)
    ]


@row
def void_credit_note(p: Practice) -> Iterator[None]:
    invoice = p.finalised()
    kept_out = p.staff.credit(invoice, {1: "0.1"})
    p.staff.void_credit_note(kept_out.id)
    note = p.staff.credit(invoice, {1: "0.5"})
    yield
    p.staff.void_credit_note(note.id)
    yield
    assert p.there("CreditMemo", "credit_note", note.id, kept_out.id) == []
    assert [there["Balance"] for there in p.invoices(invoice)] == [Decimal(110)]


@row
def historical_after_reconnecting(p: Practice) -> Iterator[None]:
    invoice = p.finalised(BEFORE)
    yield
    p.flow.connect()
    yield
    assert p.invoices(invoice) == []
    assert p.flow.sync_rows("SELECT first_connected_at FROM qbo_sync.connection") == [(LINE,)]


@pytest.fixture(scope="module")
def failures(shared_flow: Flow) -> dict[str, BaseException]:
    """Tell all stories with a run between their parts; what went wrong, by story."""
    shared_flow.backdate_connection(LINE)
    practice = Practice(shared_flow)
    going = {name: story(practice) for name, story in STORIES.items()}
    failed: dict[str, BaseException] = {}
    while going:
        for name, story in list(going.items()):
            try:
                next(story)
            except StopIteration:
                del going[name]
            except Exception as error:  # noqa: BLE001  raised again by the story's own test
                failed[name] = error
                del going[name]
        if going:
            shared_flow.post()
    return failed


@pytest.mark.parametrize("story", STORIES)
def test_row(failures: dict[str, BaseException], story: str) -> None:
    if story in failures:
        raise failures[story]


def test_every_row_of_the_table_is_told_here_and_every_story_is_in_the_table() -> None:
    table = (ROOT / "docs" / "eligibility.md").read_text("utf-8").split("## The stories")[1]
    rows = re.findall(r"^\|.*\| `(\w+)` \|$", table, re.MULTILINE)
    assert sorted(rows) == sorted(STORIES)
    assert len(rows) == len(set(rows))
