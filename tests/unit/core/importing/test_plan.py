"""What is imported, followed, left and listed, from plain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspen_qbo.core.documents import DocumentFacts, read_facts
from caspen_qbo.core.importing.allocations import read_shares
from caspen_qbo.core.importing.pair import ImportProblem
from caspen_qbo.core.importing.plan import (
    AllocationView,
    BooksPayment,
    ClinicInvoice,
    ImportSnapshot,
    LinkState,
    plan_amount_changes,
    plan_imports,
    plan_links,
)
from caspen_qbo.core.importing.problems import find_problems
from caspen_qbo.core.importing.receipts import SAME_RECEIPT
from caspen_qbo.core.records import Allocation

DAY = date(2026, 11, 3)
NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)


def money(text: str) -> Decimal:
    return Decimal(text).quantize(Decimal("0.01"))


def payment(id_: str, shares: Mapping[int, str], **changes: object) -> BooksPayment:
    values: dict[str, Any] = {
        "paid_on": DAY,
        "shares": {key: money(value) for key, value in shares.items()},
        **changes,
    }
    return BooksPayment(id_, **values)


def invoice(id_: int, balance: str = "100.00", status: str = "open", *, gone: bool = False) -> ClinicInvoice:
    return ClinicInvoice(id_, f"INV-{id_}", status, money(balance), gone)


def view(
    id_: int,
    invoice_id: int,
    amount: str,
    payment_id: str = "",
    link: LinkState = LinkState.LINKED,
    *,
    then: str | None = None,
    live: bool = True,
    day: date = DAY,
    status: str = "paid",
    date_then: date | None = None,
) -> AllocationView:
    allocation = Allocation(
        id_,
        1,
        900 + id_,
        invoice_id,
        money(amount),
        NOW,
        None if live else NOW,
        NOW,
        f"PAY-{id_}",
        "EFTPOS",
        day,
        money(amount),
        status,
        "quickbooks" if payment_id else "manual",
        f"realm:{payment_id}" if payment_id else None,
    )
    return AllocationView(allocation, payment_id, link, None if then is None else money(then), date_then)


def snapshot(
    payments: list[BooksPayment], invoices: list[ClinicInvoice], *receipts: AllocationView
) -> ImportSnapshot:
    return ImportSnapshot(
        {one.quickbooks_id: one for one in payments}, {one.id: one for one in invoices}, receipts
    )


def imports(of: ImportSnapshot) -> list[tuple[str, dict[int, str]]]:
    return [
        (step.payment.quickbooks_id, {id_: str(amount) for id_, amount in step.expected.items()})
        for step in plan_imports(of)
    ]


def listed(of: ImportSnapshot) -> list[tuple[str, int, str, str]]:
    """(kind, document id, error key, delta) of every problem."""
    return [
        (f.document.kind.value, f.document.id, f.error_key, str(f.difference.delta))
        for f in find_problems(of)
    ]


def only(of: ImportSnapshot) -> ImportProblem:
    [problem] = find_problems(of)
    return problem


# --- imports ---


def test_a_single_payment_is_imported_and_nothing_is_listed():
    state = snapshot([payment("77", {1: "40"})], [invoice(1)])
    assert imports(state) == [("77", {1: "40.00"})]
    after = snapshot([payment("77", {1: "40"})], [invoice(1, "60")], view(5, 1, "40", "77", then="40"))
    assert imports(after) == []
    assert listed(after) == []


def test_a_split_imports_nothing_and_names_every_payment():
    state = snapshot([payment("78", {1: "35"}), payment("77", {1: "40"})], [invoice(1)])
    assert imports(state) == []
    assert listed(state) == [("invoice", 1, "split_payment", "75.00")]
    problem = only(state)
    assert "77 (2026-11-03, 40.00), 78 (2026-11-03, 35.00)" in problem.detail
    assert not problem.blocks


def test_the_first_of_a_split_stays_when_it_was_imported():
    state = snapshot(
        [payment("77", {1: "40"}), payment("78", {1: "35"})], [invoice(1)], view(5, 1, "40", "77", then="40")
    )
    assert imports(state) == []
    assert plan_amount_changes(state) == ()
    assert listed(state) == [("invoice", 1, "split_payment", "35.00")]


def test_a_payment_is_imported_whole_or_not_at_all():
    state = snapshot([payment("77", {1: "40", 2: "10"}), payment("78", {1: "35"})], [invoice(1), invoice(2)])
    assert imports(state) == []
    assert listed(state) == [
        ("invoice", 1, "split_payment", "75.00"),
        ("invoice", 2, "split_payment", "10.00"),
    ]


def test_more_than_is_due_imports_what_is_due():
    state = snapshot([payment("77", {1: "40", 2: "60"})], [invoice(1), invoice(2, "25")])
    assert imports(state) == [("77", {1: "40.00", 2: "25.00"})]
    after = snapshot(
        [payment("77", {1: "40", 2: "60"})],
        [invoice(1), invoice(2, "0", "paid")],
        view(5, 1, "40", "77", then="40"),
        view(6, 2, "25", "77", then="60"),
    )
    assert listed(after) == [("invoice", 2, "overpayment", "35.00")]


@pytest.mark.parametrize(
    ("status", "balance"), [("paid", "0"), ("draft", "100"), ("void", "100"), ("deleted", "100")]
)
def test_where_nothing_is_due_nothing_is_imported_and_it_is_listed(status: str, balance: str):
    state = snapshot([payment("77", {1: "40"})], [invoice(1, balance, status)])
    assert imports(state) == []
    assert listed(state) == [("invoice", 1, "overpayment", "40.00")]


def test_money_that_pays_nothing_is_listed_once():
    state = snapshot(
        [payment("77", {1: "40", 2: "10"}, unapplied=money("15"))],
        [invoice(1), invoice(2)],
        view(5, 1, "40", "77", then="40"),
        view(6, 2, "10", "77", then="10"),
    )
    assert listed(state) == [("invoice", 1, "overpayment", "15.00")]


@pytest.mark.parametrize(
    ("days", "amount", "link", "same"),
    [
        (0, "40", LinkState.NONE, True),
        (SAME_RECEIPT.days, "40", LinkState.NONE, True),
        (SAME_RECEIPT.days + 1, "40", LinkState.NONE, False),
        (0, "40.01", LinkState.NONE, False),
        (0, "40", LinkState.LINKED, False),
    ],
)
def test_the_same_receipt_on_both_sides(days: int, amount: str, link: LinkState, same: bool):
    day = date.fromordinal(DAY.toordinal() + days)
    state = snapshot([payment("77", {1: "40"})], [invoice(1, "60")], view(5, 1, amount, link=link, day=day))
    assert (imports(state) == []) is same
    rows = listed(state)
    if same:
        assert rows == [("invoice", 1, "overpayment", "40.00"), ("payment", 5, "overpayment", "40.00")]
        assert [problem.blocks for problem in find_problems(state)] == [False, True]
        assert (
            "77 (2026-11-03" in find_problems(state)[0].detail and "PAY-5" in find_problems(state)[0].detail
        )


def test_an_unlinked_record_of_the_staff_is_no_receipt():
    state = snapshot(
        [payment("77", {1: "40"})], [invoice(1)], view(5, 1, "40", link=LinkState.NONE, live=False)
    )
    assert imports(state) == [("77", {1: "40.00"})]


def test_unclear_shares_are_listed():
    state = snapshot([payment("77", {1: "40"}, unclear="also uses CreditMemo 12 of 5.00")], [invoice(1)])
    assert imports(state) == []
    assert listed(state) == [("invoice", 1, "split_payment", "None")]  # how much of it is money is not known
    assert "CreditMemo 12" in only(state).detail


# --- what happens to imported ones ---


def changed(of: ImportSnapshot) -> list[tuple[int, str]]:
    return [(change.view.allocation.id, str(change.amount)) for change in plan_amount_changes(of)]


def test_a_lowered_and_a_gone_payment_are_followed():
    lowered = snapshot([payment("77", {1: "25"})], [invoice(1)], view(5, 1, "40", "77", then="40"))
    assert changed(lowered) == [(5, "25.00")]
    gone = snapshot([payment("77", {}, gone=True)], [invoice(1)], view(5, 1, "40", "77", then="40"))
    assert changed(gone) == [(5, "0.00")]
    moved = snapshot([payment("77", {2: "40"})], [invoice(1), invoice(2)], view(5, 1, "40", "77", then="40"))
    assert changed(moved) == [(5, "0.00")]


def test_a_raised_payment_is_tried_and_then_listed_with_both_amounts():
    state = snapshot([payment("77", {1: "55"})], [invoice(1)], view(5, 1, "40", "77", then="40"))
    assert changed(state) == [(5, "55.00")]
    assert listed(state) == [("payment", 5, "changed_in_quickbooks", "15.00")]
    assert (only(state).difference.caspen_value, only(state).difference.quickbooks_value) == (
        "40.00",
        "55.00",
    )


def test_what_was_more_than_due_from_the_start_is_not_an_edit():
    state = snapshot([payment("77", {1: "55"})], [invoice(1, "0", "paid")], view(5, 1, "40", "77", then="55"))
    assert changed(state) == []
    assert listed(state) == [("invoice", 1, "overpayment", "15.00")]


@pytest.mark.parametrize(
    ("receipt", "gone_invoice", "says"),
    [
        (
            view(5, 1, "40", "77", then="40", status="partially_refunded"),
            False,
            "partially refunded in Caspen",
        ),
        (view(5, 1, "40", "77", then="40"), True, "the invoice itself is gone"),
        (view(5, 1, "40", "77", LinkState.NONE), False, "the staff allocated it"),
    ],
)
def test_what_something_else_depends_on_is_not_followed_but_listed(
    receipt: AllocationView, gone_invoice: bool, says: str
):
    state = snapshot([payment("77", {1: "25"})], [invoice(1, gone=gone_invoice)], receipt)
    assert changed(state) == []
    [problem] = find_problems(state)
    assert (problem.document.id, problem.difference.delta) == (5, Decimal("-15.00"))
    assert says in problem.detail


def test_a_date_is_listed_and_not_followed():
    state = snapshot(
        [payment("77", {1: "40"})],
        [invoice(1)],
        view(5, 1, "40", "77", then="40", date_then=date(2026, 11, 1)),
    )
    assert changed(state) == []
    assert [(f.difference.field, f.error_key, f.difference.delta) for f in find_problems(state)] == [
        ("date", "changed_in_quickbooks", None)
    ]


def test_taken_off_in_caspen_is_a_choice_while_it_stands_in_quickbooks():
    off = view(5, 1, "40", "77", then="40", live=False)
    state = snapshot([payment("77", {1: "40"})], [invoice(1)], off)
    assert imports(state) == [] and changed(state) == []
    assert listed(state) == [("payment", 5, "totals_mismatch", "40.00")]
    assert plan_links(state) == ((), ())
    settled = snapshot([payment("77", {}, gone=True)], [invoice(1)], off)
    assert listed(settled) == []
    assert plan_links(settled) == ((), (off,))


def test_links_are_completed_and_ended():
    fresh = view(6, 1, "40", "77", LinkState.NONE)
    replaced = view(5, 1, "60", "77", then="60", live=False)
    state = snapshot([payment("77", {1: "40"})], [invoice(1)], replaced, fresh)
    assert plan_links(state) == ((fresh,), (replaced,))
    assert listed(state) == []


amounts = st.integers(1, 9999).map(lambda cents: Decimal(cents).scaleb(-2))


@given(share=amounts, balance=amounts)
def test_never_more_than_is_due_and_the_rest_is_always_listed(share: Decimal, balance: Decimal):
    due = [ClinicInvoice(1, "INV-1", "open", balance)]
    [step] = plan_imports(snapshot([BooksPayment("77", DAY, {1: share})], due))
    assert step.expected == {1: min(share, balance)}
    after = [ClinicInvoice(1, "INV-1", "open", balance - step.expected[1])]
    receipt = view(5, 1, str(step.expected[1]), "77", then=str(share))
    problems = find_problems(snapshot([BooksPayment("77", DAY, {1: share})], after, receipt))
    assert (
        sum((problem.difference.delta or 0 for problem in problems), Decimal(0)) == share - step.expected[1]
    )
    assert plan_amount_changes(snapshot([BooksPayment("77", DAY, {1: share})], after, receipt)) == ()


@given(
    shares=st.lists(st.tuples(st.integers(1, 4), amounts), min_size=1, max_size=6),
)
def test_no_money_is_both_left_and_unlisted(shares: list[tuple[int, Decimal]]):
    """Each payment on one invoice: imported, or on the list of that invoice."""
    payments = [
        BooksPayment(str(70 + n), DAY, {invoice_id: amount}) for n, (invoice_id, amount) in enumerate(shares)
    ]
    state = snapshot(payments, [invoice(n) for n in range(1, 5)])
    going = {step.payment.quickbooks_id for step in plan_imports(state)}
    listed = {
        problem.document.invoice_id
        for problem in find_problems(state)
        if problem.error_key == "split_payment"
    }
    for one in payments:
        [invoice_id] = one.shares
        assert (one.quickbooks_id in going) is (invoice_id not in listed)


# --- shares ---


def facts(total: str, *lines: tuple[str, str, str], unapplied: str = "0") -> DocumentFacts:
    return read_facts(
        "Payment",
        {
            "Id": "77",
            "TotalAmt": Decimal(total),
            "UnappliedAmt": Decimal(unapplied),
            "TxnDate": "2026-11-03",
            "Line": [
                {"Amount": Decimal(amount), "LinkedTxn": [{"TxnType": kind, "TxnId": txn_id}]}
                for kind, txn_id, amount in lines
            ],
        },
    )


def test_shares_are_the_lines_of_our_invoices():
    read = facts("100", ("Invoice", "501", "60"), ("Invoice", "999", "30"), unapplied="10")
    assert read_shares(read, {"501": 1}, {}) == ({1: Decimal(60)}, "")


def test_a_credit_of_ours_comes_off_its_own_invoice():
    read = facts("80", ("Invoice", "501", "60"), ("Invoice", "502", "40"), ("CreditMemo", "12", "20"))
    assert read_shares(read, {"501": 1, "502": 2}, {"12": 2}) == ({1: Decimal(60), 2: Decimal(20)}, "")


def test_a_strange_credit_is_clear_only_on_a_single_invoice():
    single = facts("40", ("Invoice", "501", "60"), ("CreditMemo", "12", "20"))
    assert read_shares(single, {"501": 1}, {}) == ({1: Decimal(40)}, "")
    several = facts("80", ("Invoice", "501", "60"), ("Invoice", "502", "40"), ("CreditMemo", "12", "20"))
    shares, unclear = read_shares(several, {"501": 1, "502": 2}, {})
    assert shares == {1: Decimal(60), 2: Decimal(40)}
    assert "CreditMemo 12 of 20.00" in unclear


def test_a_charge_next_to_an_invoice_is_not_taken_for_a_credit():
    read = facts("75", ("Invoice", "501", "60"), ("JournalEntry", "31", "15"))
    assert read_shares(read, {"501": 1}, {}) == ({1: Decimal(60)}, "")


def test_an_invoice_paid_by_credit_alone_has_no_share():
    read = facts("40", ("Invoice", "501", "20"), ("Invoice", "502", "40"), ("CreditMemo", "12", "20"))
    assert read_shares(read, {"501": 1, "502": 2}, {"12": 1}) == ({2: Decimal(40)}, "")
