"""Values to stored JSON and back."""

from __future__ import annotations

import json

from hypothesis import given

from caspen_qbo.core.documents import DocumentFacts, LineFacts
from caspen_qbo.hooks.store.codec import decode, encode
from tests.support.facts_strategies import DOCUMENTS
from tests.support.records import facts


@given(DOCUMENTS)
def test_facts_survive_being_stored(document: DocumentFacts) -> None:
    assert decode(DocumentFacts, json.loads(encode(document))) == document


def test_the_last_digit_of_every_amount_is_kept() -> None:
    [line] = facts().lines
    stored = json.loads(encode(facts()))
    assert (stored["total"], stored["lines"][0]["unit_price"]) == ("110.00", "100")
    assert isinstance(line, LineFacts) and decode(DocumentFacts, stored) == facts()
