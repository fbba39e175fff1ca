"""Lines of both sides next to each other, also where a person has put them in another order."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from caspen_qbo.core.documents import DocumentFacts, LineFacts, read_facts
from caspen_qbo.core.posting.mapping import describe_line
from caspen_qbo.ui.views.invoice import compare_lines
from tests.support.records import a_line, an_invoice


def theirs(*lines: tuple[str, str]) -> DocumentFacts:
    found = tuple(LineFacts(Decimal(net), text, "1", "2", None, None, None, None) for text, net in lines)
    return replace(read_facts("Invoice", {"Id": "1"}), lines=found)


def test_lines_in_another_order_do_not_differ_and_what_was_added_stands_behind() -> None:
    first = replace(a_line(), name="Assess", amount=Decimal("80.00"))
    second = replace(first, name="Consult", amount=Decimal("20.00"))
    invoice = an_invoice(first, second)
    texts = describe_line(first), describe_line(second)
    rows = compare_lines(invoice, theirs((texts[1], "20.00"), ("Late fee", "5.00"), (texts[0], "80.00")))
    assert [(row.caspen, row.quickbooks and row.quickbooks.description, row.differs) for row in rows] == [
        (first, texts[0], False),
        (second, texts[1], False),
        (None, "Late fee", True),
    ]
    edited = compare_lines(invoice, theirs((texts[1], "20.00"), ("Session", "81.00")))
    assert [(row.quickbooks and row.quickbooks.description, row.differs) for row in edited] == [
        ("Session", True),
        (texts[1], False),
    ]
    assert [row.differs for row in compare_lines(invoice, None)] == [False, False]
