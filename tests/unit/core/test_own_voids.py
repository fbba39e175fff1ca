"""Which voids are ours, and under which number they go on: for any number and any id."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspen_qbo.core.documents import DocumentFacts, read_facts
from caspen_qbo.core.posting.own_voids import (
    NUMBER_MAX,
    has_persons_number,
    is_own_void,
    map_renumber,
    void_number,
)


def void(number: str = "INV-7", quickbooks_id: str = "57", note: str | None = None) -> DocumentFacts:
    body = {
        "Id": quickbooks_id,
        "SyncToken": "3",
        "DocNumber": number,
        "TxnDate": "2026-10-01",
        "TotalAmt": Decimal(0),
        "PrivateNote": f"Voided - Caspen invoice {number} [caspen:1:invoice:7]" if note is None else note,
    }
    return read_facts("Invoice", body)


@given(
    number=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=21),
    ids=st.lists(st.integers(1, 10**9).map(str), min_size=2, max_size=2, unique=True),
)
def test_voids_of_one_number_go_on_under_numbers_that_fit_and_differ(number: str, ids: list[str]) -> None:
    new = [void_number(void(number, quickbooks_id)) for quickbooks_id in ids]
    assert all(0 < len(one) <= NUMBER_MAX for one in new)
    assert len({*new}) == 2
    assert all(one.endswith(f" void {id_}") for one, id_ in zip(new, ids, strict=True))
    assert not has_persons_number(void(number, ids[0]))


@pytest.mark.parametrize(
    ("facts", "linked", "own"),
    [
        (void(), (), True),
        (void(note="Voided"), (), False),
        (void(note="Voided"), ("57",), True),  # linked by a backfill: no mark of ours
        (void(note="Voided - [caspen:2:invoice:7]"), (), False),  # another workspace's
        (void(note="Voided - [caspen:1:credit_note:7]"), (), False),
        (replace(void(), total=Decimal(1)), ("57",), False),  # a person filled it again
        (void(note="Caspen invoice INV-7 [caspen:1:invoice:7]"), ("57",), False),  # only worth nothing
    ],
)
def test_a_void_is_ours_by_our_mark_or_our_link(
    facts: DocumentFacts, linked: tuple[str, ...], own: bool
) -> None:
    assert is_own_void(facts, 1, "invoice", linked) is own


@pytest.mark.parametrize(
    ("number", "note", "persons"),
    [
        ("INV-7", "Voided - Caspen invoice INV-7 [caspen:1:invoice:7]", False),
        ("inv-7", "Voided - Caspen invoice INV-7 [caspen:1:invoice:7]", False),
        ("MINE-1", "Voided - Caspen invoice INV-7 [caspen:1:invoice:7]", True),
        ("INV-7", "Voided", False),
    ],
)
def test_a_number_that_our_note_does_not_name_is_a_persons(number: str, note: str, persons: bool) -> None:
    assert has_persons_number(void(number, note=note)) is persons


def test_only_the_number_is_sent_for_the_token_that_was_read() -> None:
    assert map_renumber(void()) == {
        "Id": "57",
        "SyncToken": "3",
        "sparse": True,
        "TxnDate": date(2026, 10, 1).isoformat(),
        "DocNumber": "INV-7 void 57",
    }
