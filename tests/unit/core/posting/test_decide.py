"""What becomes of a document that is due: one row of docs/eligibility.md, "What is decided", for each case
here.

The stories behind them, over real services, are named in docs/lifecycle.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from caspen_qbo.core.posting.decide import Situation
from caspen_qbo.core.posting.plan import Do, describe
from caspen_qbo.core.writes import Step
from tests.docs.conftest import DOCS
from tests.support.records import AFTER, a_client, a_credit_note, an_allocation
from tests.unit.core.posting.situations import (
    ANOTHER,
    HELD,
    INV,
    MOVED,
    NOTES,
    OLDER,
    ON_77,
    OWNER,
    PAID,
    PAY,
    VOIDED,
    answer,
    application,
    decide,
    facts_of,
    name,
    other_payment,
    payment,
    posted_payment,
    removal,
    sale,
)

CASES: Mapping[tuple[str, str], tuple[Situation, str]] = {
    ("invoice", "it changed in Caspen since it was staged"): (sale(record=None), "Wait"),
    ("invoice", "something is missing before it can go"): (
        sale(problems=HELD),
        "Hold: business_validation_tax",
    ),
    ("invoice", "not in QuickBooks, its number is free"): (sale(), "Create"),
    ("invoice", "not linked, and a document there carries our mark"): (
        sale(same_number=(facts_of(INV),)),
        "LinkExisting",
    ),
    ("invoice", "not linked, and another document there has its number"): (
        sale(same_number=(facts_of(INV, PrivateNote=""),)),
        "Hold: duplicate_document_number",
    ),
    ("invoice", "not linked, and a void document there has its number"): (
        sale(same_number=(facts_of(INV, **VOIDED),)),
        "Create",
    ),
    ("invoice", "a newer version than the posted one"): (sale(older=True), "Update: post"),
    ("invoice", "posted in this version, and QuickBooks computed another tax"): (
        sale(older=True, steps=frozenset({"post"})),
        "Update: correct",
    ),
    ("invoice", "posted and corrected in this version, and still not equal"): (
        sale(older=True, steps=frozenset({"post", "correct"})),
        "Hold: totals_mismatch",
    ),
    ("invoice", "posted in this version, and equal"): (
        sale(linked=True, there=answer(INV), steps=frozenset({"post"})),
        "AlreadyEqual",
    ),
    ("invoice", "equal, but a person asked for Caspen's version again"): (
        sale(linked=True, there=answer(INV)),
        "Update: post",
    ),
    ("invoice", "a newer version, but the posted one was edited there"): (
        sale(linked=True, there=answer(INV, **OLDER)),
        "Hold: changed_in_quickbooks",
    ),
    ("invoice", "a newer version, and a person made it equal by hand"): (
        sale(older=True, there=answer(INV)),
        "AlreadyEqual",
    ),
    ("invoice", "a newer version, but the posted one is void there"): (
        sale(older=True, there=answer(INV, **VOIDED)),
        "Hold: missing_in_quickbooks",
    ),
    ("invoice", "a newer version, but the posted one is not there"): (
        sale(older=True, there=None),
        "Hold: missing_in_quickbooks",
    ),
    ("invoice", "a newer version that comes to less than is paid there"): (
        replace(
            (short := sale(older=True, there=answer(INV, **(OLDER | {"Balance": Decimal(0)})))),
            document=replace(short.document, total=Decimal(44), subtotal=Decimal(40), tax=Decimal(4)),
        ),
        "Hold: changed_in_quickbooks",
    ),
    ("invoice", "given to another client"): (
        sale(older=True, customer_owners=[5], clients=ANOTHER),
        "Update: post, to another customer",
    ),
    ("invoice", "its client was merged into another"): (
        sale(older=True, customer_owners=[5], clients={OWNER: a_client(OWNER), 5: a_client(OWNER)}),
        "Update: post",
    ),
    ("invoice", "on a customer of no client, not accepted"): (
        sale(older=True, customer_owners=()),
        "Update: post, to another customer",
    ),
    ("invoice", "on a customer of no client, accepted by a person"): (
        sale(older=True, customer_owners=(), accepted_customer="58"),
        "Update: post",
    ),
    ("invoice", "a newer version, and a merge of customers moved the posted one"): (
        sale(older=True, there=answer(INV, **OLDER, **ON_77), merged={"58"}, customer_owners=()),
        "Update: post",
    ),
    ("credit note", "its invoice is not in QuickBooks as Caspen shows it"): (
        sale(NOTES, invoice=None),
        "Wait",
    ),
    ("credit note", "not in QuickBooks"): (sale(NOTES), "Create"),
    ("credit note", "a newer version than the posted one"): (sale(NOTES, older=True), "Update: post"),
    ("credit note", "posted, and its invoice was moved to another customer there"): (
        sale(NOTES, linked=True, there=answer(NOTES), steps=frozenset({Step.POST}), invoice=MOVED),
        "Update: post",
    ),
    ("credit note", "posted, and a merge of customers moved it with its invoice"): (
        sale(NOTES, linked=True, there=answer(NOTES, **ON_77), steps=frozenset({Step.POST}), invoice=MOVED),
        "AlreadyEqual",
    ),
    ("credit note", "to be applied, but it is not on its invoice's customer yet"): (
        replace(application("110.00"), invoice=MOVED),
        "Wait",
    ),
    ("credit note", "to be applied, but a person moved it away from its invoice's customer"): (
        replace(application("110.00"), memo=facts_of(NOTES, Balance=Decimal(110), **ON_77)),
        "Hold: changed_in_quickbooks",
    ),
    ("credit note", "posted, and all of it is open"): (application("110.00"), "Apply: 110.00"),
    ("credit note", "posted, and applied to its own invoice"): (
        application("0", ("160", "131", "110.00")),
        "AlreadyApplied",
    ),
    ("credit note", "posted, and partly applied to its own invoice"): (
        application("60.00", ("160", "131", "50.00")),
        "Apply: 60.00",
    ),
    ("credit note", "posted, and a person used it otherwise"): (
        application("60.00"),
        "Hold: changed_in_quickbooks",
    ),
    ("credit note", "posted, and auto-apply's use elsewhere was not taken back yet"): (
        application("60.00", ("160", "77", "50.00")),
        "Wait",
    ),
    ("credit note", "posted, then voided before it was applied"): (
        application("110.00", note=a_credit_note(status="void")),
        "Wait",
    ),
    ("payment", "its invoice is not in QuickBooks as Caspen shows it"): (payment(invoice=None), "Wait"),
    ("payment", "unlinked in Caspen since it was staged"): (
        payment(allocation=an_allocation(deleted_at=AFTER)),
        "Wait",
    ),
    ("payment", "something is missing before it can go"): (
        payment(problems=HELD),
        "Hold: business_validation_tax",
    ),
    ("payment", "not in QuickBooks, and its invoice has that much open"): (payment(), "Create"),
    ("payment", "its invoice was posted by this run"): (
        payment(known_unpaid=True, invoice_there=None),
        "Create",
    ),
    ("payment", "more than its invoice has open"): (
        payment(invoice_there=facts_of(INV, Balance=Decimal("109.99"))),
        "Hold: overpayment",
    ),
    ("payment", "its invoice is void there"): (
        payment(invoice_there=facts_of(INV, **VOIDED)),
        "Hold: missing_in_quickbooks",
    ),
    ("payment", "an equal payment of about that date stands on its invoice"): (
        payment(invoice_there=facts_of(INV, Balance=Decimal(220)), on_invoice=(other_payment("110.00"),)),
        "Hold: overpayment",
    ),
    ("payment", "the same, and a person said that they are two"): (
        payment(
            invoice_there=facts_of(INV, Balance=Decimal(220)),
            on_invoice=(other_payment("110.00"),),
            released=True,
        ),
        "Create",
    ),
    ("payment", "an equal payment, dated a week apart"): (
        payment(
            invoice_there=facts_of(INV, Balance=Decimal(220)),
            on_invoice=(other_payment("110.00", day="2026-11-12"),),
        ),
        "Create",
    ),
    ("payment", "not linked, and a payment there carries our mark"): (
        payment(
            invoice_there=facts_of(INV, Balance=Decimal(0)),
            on_invoice=(other_payment("110.00", "[caspen:7:payment:21]"),),
        ),
        "LinkExisting",
    ),
    ("payment", "its amount changed"): (
        posted_payment("50.00", invoice_there=facts_of(INV, Balance=Decimal(60))),
        "Update: post",
    ),
    ("payment", "its amount changed to more than its invoice has open"): (
        posted_payment("50.00", invoice_there=facts_of(INV, Balance=Decimal("59.99"))),
        "Hold: overpayment",
    ),
    ("payment", "equal to what QuickBooks shows"): (payment(linked=True, there=answer(PAY)), "AlreadyEqual"),
    ("payment", "its amount changed, and it was moved with its invoice"): (
        posted_payment(
            "50.00",
            invoice=MOVED,
            invoice_there=facts_of(INV, Balance=Decimal(60), **ON_77),
            there=answer(
                PAY,
                **ON_77,
                TotalAmt=Decimal(50),
                Line=[{"Amount": Decimal(50), "LinkedTxn": [{"TxnId": "131", "TxnType": "Invoice"}]}],
            ),
        ),
        "Update: post",
    ),
    ("payment", "changed, but the posted one was edited there"): (
        payment(linked=True, there=answer(PAY, TxnDate="2026-11-01")),
        "Hold: changed_in_quickbooks",
    ),
    ("payment", "changed, but the posted one is not there"): (
        payment(linked=True, there=None),
        "Hold: missing_in_quickbooks",
    ),
    ("payment", "moved to an invoice that is not in QuickBooks"): (
        posted_payment("110.00", on="999", invoice=None),
        "Remove: undo",
    ),
    ("payment", "the same, but it was edited there"): (
        posted_payment("110.00", on="999", invoice=None, there=answer(PAY, TxnDate="2026-11-01")),
        "Hold: changed_in_quickbooks",
    ),
    ("payment", "moved to an invoice that is in QuickBooks"): (
        posted_payment("110.00", on="999"),
        "Update: post",
    ),
    ("removed", "a posted invoice"): (removal(INV, answer(INV)), "Remove: remove"),
    ("removed", "a posted invoice, but a payment stands on it there"): (
        removal(INV, answer(INV, **PAID)),
        "Hold: changed_in_quickbooks",
    ),
    ("removed", "a posted payment"): (removal(PAY, answer(PAY)), "Remove: remove"),
    ("removed", "a posted credit note"): (removal(NOTES, answer(NOTES)), "Remove: remove"),
    ("removed", "one that was edited there"): (
        removal(NOTES, answer(NOTES, TxnDate="2026-11-01")),
        "Hold: changed_in_quickbooks",
    ),
    ("removed", "one that was moved to another customer there"): (
        removal(NOTES, answer(NOTES, **ON_77)),
        "Hold: changed_in_quickbooks",
    ),
    ("removed", "one that a merge of customers moved"): (
        replace(removal(NOTES, answer(NOTES, **ON_77)), merged={"58"}),
        "Remove: remove",
    ),
    ("removed", "one that is void there already"): (removal(INV, answer(INV, **VOIDED)), "AlreadyGone"),
    ("removed", "one that no query shows"): (removal(PAY, None), "Remove: remove"),
    ("removed", "one that has no link"): (removal(PAY, None, linked=False), "AlreadyGone"),
}


@pytest.mark.parametrize("case", CASES, ids=": ".join)
def test_each_situation_has_its_decision(case: tuple[str, str]) -> None:
    situation, expected = CASES[case]
    assert name(decide(situation)) == expected


def test_the_document_shows_exactly_these_decisions() -> None:
    part = (DOCS / "eligibility.md").read_text().split("### What is decided")[1].split("\n#")[0]
    rows = [line for line in part.splitlines() if line.startswith("|")][2:]
    shown = [tuple(cell.strip(" `") for cell in row.strip("|").split("|")) for row in rows]
    assert shown == [(*case, expected) for case, (_, expected) in CASES.items()]


def test_every_decision_has_words() -> None:
    words = {
        case: describe(situation.document, decide(situation), str) for case, (situation, _) in CASES.items()
    }
    assert all(step.reason for step in words.values())
    assert {step.do for step in words.values()} == set(Do)
