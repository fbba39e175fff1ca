"""Document facts to JSON and back."""

from __future__ import annotations

import json

from hypothesis import given

from caspen_qbo.core.documents import LineFacts
from caspen_qbo.core.facts_json import from_json, to_json
from tests.support.facts_strategies import DOCUMENTS
from tests.support.records import facts


@given(DOCUMENTS)
def test_facts_survive_being_stored(document):
    assert from_json(json.loads(json.dumps(to_json(document)))) == document


def test_the_last_digit_of_every_amount_is_kept():
    [line] = facts().lines
    stored = to_json(facts())
    assert (stored["total"], stored["lines"][0]["unit_price"]) == ("110.00", "100")
    assert isinstance(line, LineFacts) and from_json(stored) == facts()
