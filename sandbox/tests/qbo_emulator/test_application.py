"""Behaviours 14 and 15: who pays what, with which credit, and what is left open."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qbo_emulator.entities import KINDS
from qbo_emulator.rules.application import applied_to
from qbo_emulator.seed import COUNTRIES, seed_company
from qbo_emulator.testing import Books, Refused, Sandbox, payment_line
from qbo_emulator.values.clock import Clock
from qbo_emulator.values.faults import ApplicationFault
from qbo_emulator.values.money import dec


def test_a_credit_memo_applies_itself_to_the_oldest_open_invoice(sandbox: Sandbox) -> None:
    """14: stock setting of a new company."""
    books = sandbox.books()
    customer = books.customer()
    newer = books.invoice(customer, 100, TxnDate="2026-05-02")
    older = books.invoice(customer, 30, TxnDate="2026-05-01")
    memo = books.credit(customer, 40)
    assert [books.again("Invoice", i)["Balance"] for i in (older, newer)] == [0, 90]
    payments = books.rows(f"select * from Payment where CustomerRef = '{customer['Id']}'")
    assert [p["TotalAmt"] for p in payments] == [0, 0]
    assert {p["PrivateNote"] for p in payments} == {"Created by QB Online to link credits to charges."}
    assert (memo["RemainingCredit"], memo["TotalAmt"]) == (0, 40) and len(memo["LinkedTxn"]) == 2


def test_a_new_invoice_takes_a_waiting_credit(sandbox: Sandbox) -> None:
    """14."""
    books = sandbox.books()
    customer = books.customer()
    books.credit(customer, 40)
    assert books.invoice(customer, 100)["Balance"] == 60


def test_switched_off_credits_wait(books: Books) -> None:
    """14."""
    customer = books.customer()
    invoice, memo = books.invoice(customer, 100), books.credit(customer, 40)
    assert (books.again("Invoice", invoice)["Balance"], memo["RemainingCredit"]) == (100, 40)
    assert books.ask("GET", "preferences")["Preferences"]["SalesFormsPrefs"]["AutoApplyCredit"] is False


def test_a_payment_of_zero_links_a_credit_to_an_invoice(books: Books) -> None:
    """15: links and balances on both sides."""
    customer = books.customer()
    invoice, memo = books.invoice(customer, 100), books.credit(customer, 40)
    payment = books.pay(customer, 0, ("Invoice", invoice, 40), ("CreditMemo", memo, 40))
    assert (payment["TotalAmt"], payment["UnappliedAmt"]) == (0, 0)
    invoice, memo = books.again("Invoice", invoice), books.again("CreditMemo", memo)
    assert (invoice["Balance"], memo["Balance"], memo["RemainingCredit"]) == (60, 0, 0)
    assert invoice["LinkedTxn"] == memo["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "Payment"}]


def test_money_and_credit_add_up(books: Books) -> None:
    """15: UnappliedAmt = TotalAmt - (invoices - credits)."""
    customer = books.customer()
    invoice, memo = books.invoice(customer, 100), books.credit(customer, 40)
    payment = books.pay(customer, 75, ("Invoice", invoice, 100), ("CreditMemo", memo, 40))
    assert payment["UnappliedAmt"] == 15
    assert books.again("Customer", customer)["Balance"] == -15


def test_a_line_carries_the_serialisers_leftovers(books: Books) -> None:
    """19: LineEx."""
    customer = books.customer()
    invoice = books.invoice(customer, 100, DocNumber="L-1")
    extras = books.pay(customer, 10, ("Invoice", invoice, 10))["Line"][0]["LineEx"]["any"]
    assert {e["name"] for e in extras} == {"{http://schema.intuit.com/finance/v3}NameValue"}
    values = {e["value"]["Name"]: e["value"]["Value"] for e in extras}
    assert values == {"txnId": invoice["Id"], "txnOpenBalance": "100.00", "txnReferenceNumber": "L-1"}


@pytest.mark.parametrize("kind", ["Invoice", "CreditMemo"])
def test_a_strangers_document_is_620(books: Books, kind: str) -> None:
    """15."""
    document = books.invoice(books.customer()) if kind == "Invoice" else books.credit(books.customer())
    with pytest.raises(Refused) as refused:
        books.pay(books.customer(), 10, (kind, document, 10))
    assert refused.value.code == "620"
    assert refused.value.detail.startswith(
        "TxnID Cannot Be Linked : Cannot validate linked transactions: Something"
    )


def test_a_parent_pays_for_a_child_billed_to_it(books: Books) -> None:
    parent = books.customer()
    child = books.customer(ParentRef={"value": parent["Id"]}, BillWithParent=True, Job=True)
    invoice = books.invoice(child, 50)
    books.pay(parent, 50, ("Invoice", invoice, 50))
    assert books.again("Invoice", invoice)["Balance"] == 0


def test_more_than_is_open_is_refused_or_left_unapplied(sandbox: Sandbox, books: Books) -> None:
    customer = books.customer()
    invoice = books.invoice(customer, 100)
    with pytest.raises(Refused) as refused:
        books.pay(customer, 120, ("Invoice", invoice, 120))
    assert refused.value.code == "6000" and books.again("Invoice", invoice)["Balance"] == 100
    lenient = sandbox.books(over_application="unapplied")
    assert lenient.pay(customer, 120, ("Invoice", invoice, 120))["UnappliedAmt"] == 20


def test_more_applied_than_received_is_refused(books: Books) -> None:
    customer = books.customer()
    invoice = books.invoice(customer, 100)
    with pytest.raises(Refused) as refused:
        books.pay(customer, 50, ("Invoice", invoice, 60))
    assert refused.value.code == "6000"


def test_a_smaller_invoice_lets_its_payment_go(books: Books) -> None:
    customer = books.customer()
    invoice = books.invoice(customer, 100)
    payment = books.pay(customer, 100, ("Invoice", invoice, 100))
    smaller = books.sparse("Invoice", books.again("Invoice", invoice), Line=[books.line(70)])
    assert (smaller["TotalAmt"], smaller["Balance"]) == (70, 0)
    assert books.again("Payment", payment)["UnappliedAmt"] == 30


def test_deleting_an_invoice_leaves_its_payment_unapplied(books: Books) -> None:
    customer = books.customer()
    invoice = books.invoice(customer, 100)
    payment = books.pay(customer, 100, ("Invoice", invoice, 100))
    books.delete("Invoice", books.again("Invoice", invoice))
    after = books.again("Payment", payment)
    assert (after["TotalAmt"], after["UnappliedAmt"], after["Line"]) == (100, 100, [])


def test_deleting_a_used_credit_opens_its_invoice_again(books: Books) -> None:
    customer = books.customer()
    invoice, memo = books.invoice(customer, 100), books.credit(customer, 40)
    books.pay(customer, 0, ("Invoice", invoice, 40), ("CreditMemo", memo, 40))
    books.delete("CreditMemo", books.again("CreditMemo", memo))
    after = books.again("Invoice", invoice)
    assert after["Balance"] == 100 and books.again("Customer", customer)["Balance"] == 100


def test_the_money_goes_to_undeposited_funds_or_where_told(books: Books) -> None:
    customer = books.customer()
    names = {row["Id"]: row["Name"] for row in books.rows("select * from Account")}
    ids = {name: row_id for row_id, name in names.items()}
    assert names[books.pay(customer, 1)["DepositToAccountRef"]["value"]] == "Undeposited Funds"
    told = books.pay(customer, 1, DepositToAccountRef={"value": ids["Card Clearing"]})
    assert told["DepositToAccountRef"] == {"value": ids["Card Clearing"]}
    with pytest.raises(Refused) as refused:
        books.pay(customer, 1, DepositToAccountRef={"value": ids["Consultation Income"]})
    assert refused.value.code == "6430"


_STEP = st.tuples(
    st.sampled_from(["invoice", "credit", "pay", "credit-pay", "void", "delete", "shrink"]),
    st.integers(1, 9999),
    st.integers(0, 99),
)


@given(st.lists(_STEP, min_size=1, max_size=25), st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_happens_the_balances_hold(steps: list[tuple[str, int, int]], auto: bool) -> None:
    """14 and 15 as a property: after any history, no balance is negative, every open amount is its total less
    what payments apply, every payment is whole, links stand on both sides, and the customer owes their sum.
    """
    company = seed_company(COUNTRIES[0], Clock())
    company.switches.auto_apply_credit = auto
    for step in steps:
        _do(company, *step)
    owed = dec(0)
    for entity, field, sign in (("Invoice", "Balance", 1), ("CreditMemo", "RemainingCredit", -1)):
        for row in company.table(entity).rows.values():
            applied = applied_to(company, entity, row)
            assert dec(row[field]) >= 0 and dec(row[field]) == dec(row["TotalAmt"]) - applied
            owed += sign * dec(row[field])
            for link in row["LinkedTxn"]:
                lines = company.table("Payment").rows[link["TxnId"]]["Line"]
                assert {"TxnId": row["Id"], "TxnType": entity} in [line["LinkedTxn"][0] for line in lines]
    for payment in company.table("Payment").rows.values():
        signs = {"Invoice": 1, "CreditMemo": -1}
        net = sum((signs[p["LinkedTxn"][0]["TxnType"]] * dec(p["Amount"]) for p in payment["Line"]), dec(0))
        assert dec(payment["UnappliedAmt"]) == dec(payment["TotalAmt"]) - net >= 0
        owed -= dec(payment["UnappliedAmt"])
    assert dec(company.table("Customer").rows["3"]["Balance"]) == owed


def _do(company, what: str, cents: int, pick: int) -> None:
    ref, amount = {"CustomerRef": {"value": "3"}}, cents / 100
    detail = {"ItemRef": {"value": "1"}, "TaxCodeRef": {"value": "1"}}
    line = {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    invoices, memos = (list(company.table(n).rows.values()) for n in ("Invoice", "CreditMemo"))
    chosen = invoices[pick % len(invoices)] if invoices else None
    try:
        if what == "invoice":
            KINDS["Invoice"].create(company, {**ref, "Line": [line]})
        elif what == "credit":
            KINDS["CreditMemo"].create(company, {**ref, "Line": [line]})
        elif what == "pay" and chosen:
            part = min(amount, chosen["Balance"])
            KINDS["Payment"].create(
                company, {**ref, "TotalAmt": amount, "Line": [payment_line("Invoice", chosen, part)]}
            )
        elif what == "credit-pay" and chosen and memos:
            credit = memos[pick % len(memos)]
            part = min(credit["RemainingCredit"], chosen["Balance"])
            lines = [payment_line("Invoice", chosen, part), payment_line("CreditMemo", credit, part)]
            KINDS["Payment"].create(company, {**ref, "TotalAmt": 0, "Line": lines})
        elif what == "void" and chosen:
            KINDS["Invoice"].void(company, {"Id": chosen["Id"], "SyncToken": chosen["SyncToken"]})
        elif what == "delete":
            entity = ("Invoice", "CreditMemo", "Payment")[pick % 3]
            rows = list(company.table(entity).rows.values())
            if rows:
                row = rows[pick % len(rows)]
                KINDS[entity].delete(company, {"Id": row["Id"], "SyncToken": row["SyncToken"]})
        elif what == "shrink" and chosen:
            head = {"Id": chosen["Id"], "SyncToken": chosen["SyncToken"], "sparse": True}
            KINDS["Invoice"].update(company, {**head, "Line": [line]})
    except ApplicationFault as fault:
        assert fault.code in ("6000", "5010"), fault  # noqa: PT017  refused or not, what follows holds
