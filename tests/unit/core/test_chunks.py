"""Chunks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from caspen_qbo.core.chunks import chunked


@given(st.lists(st.integers()), st.integers(1, 40))
def test_chunks_are_the_items_in_order_none_empty_and_all_but_the_last_full(items, size):
    chunks = list(chunked(iter(items), size))
    assert [item for chunk in chunks for item in chunk] == items
    assert all(len(chunk) == size for chunk in chunks[:-1])
    assert all(0 < len(chunk) <= size for chunk in chunks)
