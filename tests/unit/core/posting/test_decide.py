"""What becomes of a document that is due: one row of docs/eligibility.md, "What is decided", for each case
here.

The stories behind them, over real services, are named in docs/lifecycle.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from caspen_qbo.core.documents import Body, DocumentFacts, LinkFacts, read_facts
from caspen_qbo.core.posting.customers import CustomerChoice
from caspen_qbo.core.posting.decide import Situation
from caspen_qbo.core.posting.decide.answers import decide_answer
from caspen_qbo.core.posting.decide.credits import (
    ApplicationSituation,
    decide_application,
    find_foreign_applications,
)
from caspen_qbo.core.posting.decide.decisions import (
    Apply,
    Create,
    Decision,
    Hold,
    HoldDifferent,
    LinkExisting,
    Remove,
    Update,
)
from caspen_qbo.core.posting.decide.payments import PaymentSituation, decide_payment, plan_payments
from caspen_qbo.core.posting.decide.removals import RemovalSituation, decide_removal
from caspen_qbo.core.posting.decide.sales import (
    SaleSituation,
    decide_customer,
    decide_sale,
    only_application_missing,
)
from caspen_qbo.core.posting.document import (
    Document,
    DocumentLink,
    InvoiceStanding,
    is_due,
    is_still_as_staged,
    restaged,
    stage_allocation,
    stage_credit_note,
    stage_invoice,
)
from caspen_qbo.core.posting.eligibility import DesiredState, Eligibility
from caspen_qbo.core.posting.mapping import map_invoice, map_payment
from caspen_qbo.core.posting.plan import Do, describe
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.core.writes import ENTITY, Step, Write
from tests.docs.conftest import DOCS
from tests.support.records import (
    AFTER,
    BEFORE,
    a_client,
    a_context,
    a_credit_note,
    a_line,
    an_allocation,
    an_invoice,
)

PRESENT = Eligibility(DesiredState.PRESENT, finalised=True)
ABSENT = Eligibility(DesiredState.ABSENT, finalised=False)
INVOICE = an_invoice(a_line("100.00"))
NOTE, ALLOCATION = a_credit_note(), an_allocation()
READY = InvoiceStanding(501, "131", "58", BEFORE, ready=True)
MOVED = replace(READY, customer_id="77")
"""A person, or a merge of two customers, moved the invoice to another customer."""
HELD = (Problem("business_validation_tax", "A line has no tax rate."),)


def answer(kind: DocumentKind, **changes: Any) -> Body:
    """QuickBooks' body of a document that is equal to Caspen's."""
    body: dict[str, Any] = {"Id": "131", "SyncToken": "0", "CustomerRef": {"value": "58"}}
    if kind is DocumentKind.PAYMENT:
        link = {"TxnId": "131", "TxnType": "Invoice"}
        body |= {
            "Id": "140",
            "TotalAmt": ALLOCATION.amount,
            "UnappliedAmt": Decimal(0),
            "TxnDate": ALLOCATION.payment_date.isoformat(),
            "DepositToAccountRef": {"value": "35"},
            "PrivateNote": "[caspen:7:payment:21]",
            "Line": [{"Amount": ALLOCATION.amount, "LinkedTxn": [link]}],
        }
    else:
        record = INVOICE if kind is DocumentKind.INVOICE else NOTE
        body |= {
            "Id": "131" if kind is DocumentKind.INVOICE else "150",
            "DocNumber": record.number,
            "TxnDate": record.issue_date.isoformat(),
            "TotalAmt": record.total,
            "Balance": record.total,
            "TxnTaxDetail": {"TotalTax": record.tax_total},
            "PrivateNote": f"[caspen:7:{kind}:{record.id}]",
        }
        if kind is DocumentKind.INVOICE:
            body["DueDate"] = INVOICE.due_date.isoformat()
    return body | changes


def document(kind: DocumentKind, *, linked: bool = False, **changes: Any) -> Document:
    """A staged document of 110.00; linked: as it was posted."""
    staged = {
        DocumentKind.INVOICE: stage_invoice(INVOICE, PRESENT),
        DocumentKind.CREDIT_NOTE: stage_credit_note(NOTE, INVOICE, PRESENT),
        DocumentKind.PAYMENT: stage_allocation(ALLOCATION, INVOICE, PRESENT),
    }[kind]
    posted = facts_of(kind)
    link = DocumentLink(ENTITY[kind], posted.quickbooks_id, "58", "caspen", BEFORE, None, posted, False)
    return replace(restaged(None, staged, AFTER), link=link if linked else None, **changes)


def facts_of(kind: DocumentKind, **changes: Any) -> DocumentFacts:
    return read_facts(ENTITY[kind], answer(kind, **changes))


INV, NOTES, PAY = DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.PAYMENT
VOIDED = {"TotalAmt": 0, "Balance": 0, "TxnTaxDetail": {}, "PrivateNote": "Voided", "Line": []}
OLDER = {"TotalAmt": Decimal(55), "Balance": Decimal(55), "TxnTaxDetail": {"TotalTax": Decimal(5)}}


def sale(
    kind: DocumentKind = INV, *, linked: bool = False, older: bool = False, **read: Any
) -> SaleSituation:
    """:param older: Posted, and still standing there, as an older version of 55.00."""
    staged = document(kind, linked=linked or older)
    if older and staged.link is not None:
        staged = replace(staged, link=replace(staged.link, as_posted=facts_of(kind, **OLDER)))
        read.setdefault("there", answer(kind, **OLDER))
    read.setdefault("record", INVOICE if kind is INV else NOTE)
    if linked or older:
        read.setdefault("customer_owners", [staged.client_id])
        read.setdefault("clients", {OWNER: a_client(OWNER)})
    if kind is NOTES:
        read.setdefault("invoice", READY)
    return SaleSituation(staged, **read)


def payment(*, linked: bool = False, **read: Any) -> PaymentSituation:
    for name_, value in (("allocation", ALLOCATION), ("invoice", READY), ("invoice_there", facts_of(INV))):
        read.setdefault(name_, value)
    read.setdefault("account_id", "35")
    return PaymentSituation(document(PAY, linked=linked), **read)


def posted_payment(amount: str = "50.00", on: str = "131", **changes: Any) -> PaymentSituation:
    """A payment of another amount, or on another invoice, that was posted as such."""
    line = {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": on, "TxnType": "Invoice"}]}
    body = answer(PAY, TotalAmt=Decimal(amount), Line=[line])
    situation = payment(linked=True, **({"there": body} | changes))
    link = situation.document.link
    assert link is not None
    link = replace(link, as_posted=read_facts("Payment", body))
    return replace(situation, document=replace(situation.document, link=link))


def other_payment(amount: str, note: str = "", day: str = "2026-11-06") -> DocumentFacts:
    line = {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": "131", "TxnType": "Invoice"}]}
    body = answer(PAY, Id="900", TotalAmt=Decimal(amount), TxnDate=day, PrivateNote=note, Line=[line])
    return read_facts("Payment", body)


def application(balance: str, *zero: tuple[str, str, str], note: Any = NOTE) -> ApplicationSituation:
    """:param zero: Zero payments that apply it: id, QuickBooks invoice, amount."""
    applied = []
    for id_, invoice_id, amount in zero:
        lines = [
            {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": invoice_id, "TxnType": "Invoice"}]},
            {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": "150", "TxnType": "CreditMemo"}]},
        ]
        body = answer(PAY, Id=id_, TotalAmt=Decimal(0), PrivateNote="", Line=lines)
        applied.append((read_facts("Payment", body), body))
    memo = facts_of(NOTES, Balance=Decimal(balance))
    return ApplicationSituation(document(NOTES, linked=True), note, READY, memo, tuple(applied))


def removal(kind: DocumentKind, there: Body | None, *, linked: bool = True) -> RemovalSituation:
    return RemovalSituation(document(kind, linked=linked, wanted="absent", version="absent"), there)


ON_77 = {"CustomerRef": {"value": "77"}}
PAID = {"LinkedTxn": [{"TxnId": "140", "TxnType": "Payment"}]}
OWNER = INVOICE.client_id
ANOTHER = {OWNER: a_client(OWNER), 5: a_client(5, "Bo")}

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


def decide(situation: Situation) -> Decision:
    match situation:
        case SaleSituation():
            return decide_sale(situation)
        case ApplicationSituation():
            return decide_application(situation)
        case RemovalSituation():
            return decide_removal(situation)
        case PaymentSituation():
            return plan_payments([situation])[0][1]


def name(decision: Decision) -> str:
    what = type(decision).__name__.replace("HoldDifferent", "Hold")
    match decision:
        case Hold(problems):
            return f"{what}: {', '.join(problem.error_key for problem in problems)}"
        case HoldDifferent(error_key):
            return f"{what}: {error_key}"
        case Update(step=step, moves=moves):
            return f"{what}: {step}" + (", to another customer" if moves else "")
        case Remove(step=step):
            return f"{what}: {step}"
        case Apply(amount):
            return f"{what}: {amount}"
    return what


@pytest.mark.parametrize("case", CASES, ids=": ".join)
def test_each_situation_has_its_decision(case: tuple[str, str]) -> None:
    situation, expected = CASES[case]
    assert name(decide(situation)) == expected


def test_the_document_shows_exactly_these_decisions() -> None:
    part = (DOCS / "eligibility.md").read_text().split("### What is decided")[1].split("\n#")[0]
    rows = [line for line in part.splitlines() if line.startswith("|")][2:]
    shown = [tuple(cell.strip(" `") for cell in row.strip("|").split("|")) for row in rows]
    assert shown == [(*case, expected) for case, (_, expected) in CASES.items()]


def test_what_is_linked_again_is_equal_only_to_the_cent() -> None:
    same = decide_sale(sale(same_number=(facts_of(INV),)))
    other = decide_sale(sale(same_number=(facts_of(INV, TotalAmt=Decimal("110.01")),)))
    assert isinstance(same, LinkExisting) and same.equal
    assert isinstance(other, LinkExisting) and not other.equal


def test_an_edit_is_named_with_both_values_and_never_overwritten() -> None:
    decision = decide_sale(sale(linked=True, there=answer(INV, **OLDER)))
    assert isinstance(decision, HoldDifferent)
    total = next(d for d in decision.differences if d.field == "total")
    assert (total.caspen_value, total.quickbooks_value, total.delta) == ("110.00", "55.00", Decimal("-55.00"))


def test_a_page_of_payments_never_takes_more_than_an_invoice_has_open() -> None:
    half = an_allocation(amount=Decimal("55.00"))
    pages = [payment(allocation=half) for _ in range(3)]
    decided = [name(decision) for _, decision in plan_payments(pages)]
    assert decided == ["Create", "Create", "Hold: overpayment"]


def test_an_open_balance_decides_a_payment_alone() -> None:
    assert name(decide_payment(payment(), Decimal("110.00"))) == "Create"
    assert name(decide_payment(payment(), Decimal("109.99"))) == "Hold: overpayment"


def test_what_auto_apply_did_is_taken_back_but_not_what_a_person_did() -> None:
    foreign = application("60.00", ("160", "999", "50.00"), ("161", "131", "60.00"))
    assert [removal.quickbooks_id for removal in find_foreign_applications(foreign)] == ["160"]
    assert find_foreign_applications(application("110.00", ("160", "999", "50.00"))) == []


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (None, "Hold: other"),
        (
            CustomerChoice(a_client(), problem=Problem("customer_name_taken", "x")),
            "Hold: customer_name_taken",
        ),
        (CustomerChoice(a_client(), unconfirmed=True), "Wait"),
        (CustomerChoice(a_client()), "Create"),
        (CustomerChoice(a_client(), "58"), "Create"),
    ],
)
def test_an_invoice_goes_only_with_a_customer(choice: CustomerChoice | None, expected: str) -> None:
    assert name(decide_customer(document(INV), Create(), choice)) == expected


def test_of_a_credit_note_only_the_application_may_be_missing() -> None:
    posted = document(NOTES, linked=True)
    steps, shorter = frozenset({"post"}), replace(posted, total=Decimal("1.00"))
    assert only_application_missing(posted, steps, READY)
    assert not only_application_missing(posted, frozenset(), READY)  # a person wants Caspen's version again
    assert not only_application_missing(shorter, steps, READY)
    assert not only_application_missing(document(NOTES), steps, READY)
    assert not only_application_missing(posted, steps, MOVED)


def _write(kind: DocumentKind, step: Step, payload: Body) -> Write:
    return Write(kind, 1, step, ENTITY[kind], "create", payload, "1")


def test_an_answer_is_equal_corrected_once_or_shown() -> None:
    payload = map_invoice(INVOICE, customer_id="58", context=a_context())
    corrected = map_invoice(INVOICE, customer_id="58", context=a_context(), corrected=True)
    off = facts_of(INV, TotalAmt=Decimal("110.01"), TxnTaxDetail={"TotalTax": Decimal("10.01")})
    answers = {
        "equal": decide_answer(document(INV), _write(INV, Step.POST, payload), facts_of(INV)),
        "tax": decide_answer(document(INV), _write(INV, Step.POST, payload), off),
        "tax again": decide_answer(document(INV), _write(INV, Step.CORRECT, corrected), off),
        "number": decide_answer(document(INV), _write(INV, Step.POST, payload), facts_of(INV, DocNumber="1")),
        "date": decide_answer(
            document(INV), _write(INV, Step.POST, payload), facts_of(INV, TxnDate="2026-11-01")
        ),
    }
    named = {key: type(value).__name__ for key, value in answers.items()}
    keys = {key: value.error_key for key, value in answers.items() if isinstance(value, HoldDifferent)}
    assert (named["equal"], named["tax"]) == ("AlreadyEqual", "Correct")
    assert keys == {"tax again": "totals_mismatch", "number": "setup_incomplete", "date": "other"}


def test_a_payment_that_found_less_to_pay_is_shown_with_what_is_missing() -> None:
    payload = map_payment(ALLOCATION, customer_id="58", invoice_id="131", currency="AUD", context=a_context())
    whole = decide_answer(document(PAY), _write(PAY, Step.POST, payload), facts_of(PAY))
    less = replace(facts_of(PAY), links=(LinkFacts("Invoice", "131", Decimal("100.00")),))
    part = decide_answer(document(PAY), _write(PAY, Step.POST, payload), less)
    assert type(whole).__name__ == "AlreadyEqual"
    assert isinstance(part, HoldDifferent) and part.error_key == "overpayment"
    assert part.differences[0].delta == Decimal("-10.00")


def test_a_new_version_may_be_tried_at_once_whatever_held_the_old_one() -> None:
    stored = document(INV)
    assert is_due(stored, None) and not is_due(stored, AFTER)
    assert not is_due(replace(stored, synced_version=stored.version), None)
    assert not is_due(replace(stored, excluded_reason="historical"), None)
    same = restaged(stored, stage_invoice(INVOICE, PRESENT), AFTER)
    newer = restaged(stored, stage_invoice(replace(INVOICE, revision=9), PRESENT), AFTER)
    assert not is_due(same, BEFORE) and is_due(newer, BEFORE)


def test_a_document_is_as_staged_only_in_the_same_revision() -> None:
    staged = document(INV)
    assert is_still_as_staged(staged, INVOICE)
    for changes in ({"revision": 9}, {"status": "draft"}, {"status": "void"}, {"deleted_at": AFTER}):
        assert not is_still_as_staged(staged, replace(INVOICE, **changes))
    assert not is_still_as_staged(staged, None)


def test_every_decision_has_words() -> None:
    words = {
        case: describe(situation.document, decide(situation), str) for case, (situation, _) in CASES.items()
    }
    assert all(step.reason for step in words.values())
    assert {step.do for step in words.values()} == set(Do)
