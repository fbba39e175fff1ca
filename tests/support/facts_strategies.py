"""Hypothesis strategies for QuickBooks documents as facts: any texts, dates and amounts, absent ones too."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from caspen_qbo.core.documents import DocumentFacts, LineFacts, LinkFacts
from tests.support.records import AFTER

CENTS = st.integers(-(10**9), 10**9).map(lambda n: Decimal(n).scaleb(-2))
TEXT = st.text(max_size=8)
LINES = st.builds(
    LineFacts,
    CENTS,
    TEXT,
    TEXT,
    TEXT,
    st.none() | CENTS,
    st.none() | CENTS,
    st.none() | st.dates(),
    st.none() | CENTS,
)
DOCUMENTS = st.builds(
    DocumentFacts,
    st.sampled_from(["Invoice", "CreditMemo", "Payment"]),
    TEXT,
    TEXT,
    TEXT,
    TEXT,
    st.none() | st.dates(),
    st.none() | st.dates(),
    CENTS,
    CENTS,
    CENTS,
    CENTS,
    TEXT,
    st.lists(LINES, max_size=3).map(tuple),
    st.lists(st.builds(LinkFacts, TEXT, TEXT, st.none() | CENTS), max_size=3).map(tuple),
    st.just(AFTER),
    st.just(AFTER),
)
