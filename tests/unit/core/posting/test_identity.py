"""Stable keys: the same work has the same key tomorrow, changed work another, within QuickBooks' lengths."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspen_qbo.core.posting.identity import (
    batch_request_id,
    foresee_numbers,
    item_id,
    marker_of,
    payload_hash,
    read_marker,
)

KINDS = st.sampled_from(["invoice", "credit_note", "payment", "application"])
IDS = st.integers(1, 2**63 - 1)
PARTS = st.lists(
    st.tuples(KINDS, IDS, st.sampled_from(["post", "correct"]), st.integers(1, 9), st.text(max_size=64)),
    min_size=1,
    max_size=30,
)


@given(IDS, KINDS, IDS, st.text(max_size=100).filter(lambda text: "[caspen:" not in text))
def test_a_marker_is_found_in_any_note(workspace_id, kind, document_id, around):
    note = f"{around} {marker_of(workspace_id, kind, document_id)} {around}"
    assert read_marker(note) == (workspace_id, kind, document_id)


@pytest.mark.parametrize(
    "note",
    ["", "Caspen invoice INV-1", "[caspen:7:invoice:]", "[caspen:7:refund:1]", "[caspen:-1:invoice:2]"],
)
def test_other_notes_are_not_ours(note):
    assert read_marker(note) is None


@given(st.text(max_size=30), PARTS)
def test_a_request_id_fits_beside_its_item_ids(realm, parts):
    request_id = batch_request_id(realm, parts)
    assert len(request_id) == 32
    assert all(len(item_id(i)) <= 10 and len(request_id + item_id(i)) <= 50 for i in range(30))
    assert request_id == batch_request_id(realm, tuple(parts))


def test_the_keys_of_yesterday_are_the_keys_of_today():
    """Written down: a key that changes between versions would send work again that QuickBooks already did."""
    assert batch_request_id("913", [("invoice", 501, "post", 1, "abc")]) == "a4d2cadb6cece10306c3921b3397634e"
    assert (
        payload_hash({"TotalAmt": Decimal("110.00"), "Note": "é"})
        == "b77c016b5708e0f819e155238b878ce255b54b1ce33de5305c17bdb8a12ab771"
    )
    assert [item_id(0), item_id(29)] == ["i01", "i30"]
    assert marker_of(7, "invoice", 501) == "[caspen:7:invoice:501]"


@pytest.mark.parametrize(
    "changed",
    [
        ("payment", 501, "post", 1, "abc"),
        ("invoice", 502, "post", 1, "abc"),
        ("invoice", 501, "correct", 1, "abc"),
        ("invoice", 501, "post", 2, "abc"),
        ("invoice", 501, "post", 1, "abd"),
    ],
)
def test_changed_work_has_another_key(changed):
    same = ("invoice", 501, "post", 1, "abc")
    assert batch_request_id("913", [changed]) != batch_request_id("913", [same])
    assert batch_request_id("914", [same]) != batch_request_id("913", [same])
    assert batch_request_id("913", [same, changed]) != batch_request_id("913", [changed, same])


def test_a_payloads_digest_ignores_order_and_trailing_zeros_and_nothing_else():
    one = {"A": Decimal("110.00"), "B": [{"x": "1"}]}
    assert payload_hash(one) == payload_hash({"B": [{"x": "1"}], "A": Decimal("110")})
    assert payload_hash(one) != payload_hash({**one, "A": Decimal("110.01")})
    assert payload_hash(one) != payload_hash({**one, "B": [{"x": 1}]})
    with pytest.raises(TypeError, match="float|object"):
        payload_hash({"A": object()})


@pytest.mark.parametrize(
    ("numbers", "count", "following"),
    [
        (["INV-0099"], 3, ["INV-0100", "INV-0101", "INV-0102"]),
        (["7", "8"], 2, ["9", "10"]),
        (["INV-9", "INV-12", "inv-3"], 2, ["INV-13", "inv-4"]),
        (["A-1", "B-7"], 4, ["A-2", "A-3", "B-8", "B-9"]),
        (["DRAFT"], 5, []),
        ([], 5, []),
        (["INV-1"], 0, []),
    ],
)
def test_the_numbers_that_come_next_are_counted_on(numbers: list[str], count: int, following: list[str]):
    assert foresee_numbers(numbers, count) == following


@given(st.lists(st.text(max_size=12), max_size=6), st.integers(0, 99))
def test_no_number_is_foreseen_that_is_asked_for_anyhow(numbers: list[str], count: int):
    following = foresee_numbers(numbers, count)
    assert len(following) <= count
    assert not {one.casefold() for one in following} & {number.casefold() for number in numbers}
