"""What QuickBooks answers to a write is equal to ours, corrected once, or shown."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from caspen_qbo.core.documents import Body, LinkFacts
from caspen_qbo.core.posting.decide.answers import decide_answer
from caspen_qbo.core.posting.decide.decisions import HoldDifferent
from caspen_qbo.core.posting.mapping import map_invoice, map_payment
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.core.writes import ENTITY, Step, Write
from tests.support.records import a_context
from tests.unit.core.posting.situations import ALLOCATION, INV, INVOICE, PAY, document, facts_of


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
