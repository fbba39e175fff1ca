"""Which lines of an accepted document are a person's own."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from caspen_qbo.core.decisions.decide import Acceptance, find_added
from caspen_qbo.core.documents import DocumentFacts, LineFacts
from caspen_qbo.core.posting.document import Document, DocumentLink, stage_invoice
from caspen_qbo.core.posting.eligibility import DesiredState, Eligibility
from tests.support.records import AFTER, a_line, an_invoice, facts


def line(text: str, net: str) -> LineFacts:
    return LineFacts(Decimal(net), text, "1", "2", None, None, None, None)


def posted(*lines: LineFacts) -> Document:
    staged = stage_invoice(an_invoice(a_line()), Eligibility(DesiredState.PRESENT, finalised=True))
    link = DocumentLink("Invoice", "1", "58", "caspen", AFTER, None, there(*lines), False)
    return Document(**{name: getattr(staged, name) for name in staged.__dataclass_fields__}, link=link)


def there(*lines: LineFacts) -> DocumentFacts:
    return replace(facts(), lines=lines)


A, B, FEE = line("Assess", "80"), line("Consult", "20"), line("Late fee", "5")


def test_what_stands_beyond_our_lines_was_added_however_ours_were_edited() -> None:
    edited = line("Session", "21")
    assert find_added(posted(A, B), None, there(B, A)) == ()
    assert find_added(posted(A, B), None, there(A, FEE, B)) == (FEE,)
    assert find_added(posted(A, B), None, there(replace(A, amount=Decimal(81)), FEE, B)) == (FEE,)
    assert find_added(posted(A, B), None, there(A, edited, FEE)) == (FEE,)
    assert find_added(posted(A, B), None, there(A)) == ()


def test_what_was_accepted_before_is_still_a_persons_own() -> None:
    before = Acceptance(1, there(A, FEE, B), "1", added=(FEE,))
    dearer = replace(FEE, amount=Decimal(9))
    assert find_added(posted(A, FEE, B), before, there(A, FEE, B)) == (FEE,)
    assert find_added(posted(A, FEE, B), before, there(A, dearer, B)) == (dearer,)
    assert find_added(posted(A, FEE, B), before, there(A, B)) == ()
