"""An invoice or credit note that is due: its link, its customer, and how an edit of it there is shown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from caspen_qbo.core.posting.customers import CustomerChoice
from caspen_qbo.core.posting.decide.decisions import Create, HoldDifferent, LinkExisting
from caspen_qbo.core.posting.decide.sales import decide_customer, decide_sale
from caspen_qbo.core.posting.readiness import Problem
from tests.support.records import a_client
from tests.unit.core.posting.situations import INV, OLDER, answer, document, facts_of, name, sale


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
