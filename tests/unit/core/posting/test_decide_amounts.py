"""What an invoice has open bounds the payments and credits that go on it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from caspen_qbo.core.posting.decide.credits import find_foreign_applications
from caspen_qbo.core.posting.decide.payments import decide_payment, plan_payments
from caspen_qbo.core.posting.decide.sales import only_application_missing
from tests.support.records import an_allocation
from tests.unit.core.posting.situations import MOVED, NOTES, READY, application, document, name, payment


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


def test_of_a_credit_note_only_the_application_may_be_missing() -> None:
    posted = document(NOTES, linked=True)
    steps, shorter = frozenset({"post"}), replace(posted, total=Decimal("1.00"))
    assert only_application_missing(posted, steps, READY)
    assert not only_application_missing(posted, frozenset(), READY)  # a person wants Caspen's version again
    assert not only_application_missing(shorter, steps, READY)
    assert not only_application_missing(document(NOTES), steps, READY)
    assert not only_application_missing(posted, steps, MOVED)
