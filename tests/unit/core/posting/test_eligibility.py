"""Which documents belong in QuickBooks: the rules for any invoice, and the decisions one by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspen_qbo.core.posting import eligibility
from caspen_qbo.core.posting.eligibility import (
    DesiredState,
    Eligibility,
    classify_allocation,
    classify_credit_note,
    classify_invoice,
)
from tests.support.records import AFTER, BEFORE, LINE_AT, a_credit_note, a_line, an_allocation, an_invoice

PRESENT = Eligibility(DesiredState.PRESENT, finalised=True)
HISTORICAL = Eligibility(DesiredState.LEAVE, finalised=True, excluded_reason=eligibility.HISTORICAL)
NEVER = Eligibility(DesiredState.LEAVE, finalised=False, excluded_reason=eligibility.NEVER_SYNCED)
ABSENT = Eligibility(DesiredState.ABSENT, finalised=False)
STALE = Eligibility(DesiredState.LEAVE, finalised=False)
JUST_BEFORE = LINE_AT - timedelta(microseconds=1)


def invoice(**changes):
    return an_invoice(a_line(), **changes)


@pytest.mark.parametrize(
    ("changes", "linked", "eligibility"),
    [
        ({}, False, PRESENT),
        ({"status": "paid"}, False, PRESENT),
        ({"created_at": BEFORE, "finalised_at": AFTER}, False, PRESENT),
        ({"created_at": AFTER, "finalised_at": BEFORE}, False, PRESENT),
        ({"created_at": LINE_AT, "finalised_at": LINE_AT}, False, PRESENT),
        ({"created_at": JUST_BEFORE, "finalised_at": LINE_AT}, False, PRESENT),
        ({"created_at": JUST_BEFORE, "finalised_at": JUST_BEFORE}, False, HISTORICAL),
        ({"created_at": BEFORE, "finalised_at": BEFORE, "status": "paid"}, False, HISTORICAL),
        ({"created_at": BEFORE, "finalised_at": BEFORE}, True, PRESENT),
        ({"status": "draft", "finalised_at": None}, False, NEVER),
        ({"status": "draft", "reverted_at": AFTER}, False, NEVER),
        ({"status": "draft", "reverted_at": AFTER}, True, STALE),
        ({"status": "void", "voided_at": AFTER}, False, NEVER),
        ({"status": "void", "voided_at": AFTER}, True, ABSENT),
        ({"status": "draft", "deleted_at": AFTER}, False, NEVER),
        ({"status": "draft", "deleted_at": AFTER}, True, ABSENT),
    ],
)
def test_invoices(changes, linked, eligibility):
    assert classify_invoice(invoice(**changes), line_at=LINE_AT, linked=linked) == eligibility


@pytest.mark.parametrize(
    ("status", "of", "linked", "eligibility"),
    [
        ("issued", PRESENT, False, PRESENT),
        ("issued", HISTORICAL, False, HISTORICAL),
        ("issued", STALE, False, Eligibility(DesiredState.LEAVE, True, eligibility.NOT_POSTED)),
        ("issued", STALE, True, PRESENT),
        ("void", PRESENT, False, NEVER),
        ("void", PRESENT, True, ABSENT),
        ("void", HISTORICAL, False, NEVER),
    ],
)
def test_credit_notes(status, of, linked, eligibility):
    assert classify_credit_note(a_credit_note(status=status), of, linked=linked) == eligibility


IMPORTED = Eligibility(DesiredState.LEAVE, finalised=True, excluded_reason=eligibility.IMPORTED)


@pytest.mark.parametrize(
    ("changes", "of", "linked", "eligibility"),
    [
        ({}, PRESENT, False, PRESENT),
        ({"payment_source": "stripe"}, PRESENT, False, PRESENT),
        ({}, HISTORICAL, False, HISTORICAL),
        ({}, STALE, False, Eligibility(DesiredState.LEAVE, True, eligibility.NOT_POSTED)),
        ({"payment_source": "quickbooks"}, PRESENT, True, IMPORTED),
        ({"payment_source": "quickbooks"}, HISTORICAL, False, IMPORTED),
        (
            {"payment_source": "quickbooks", "deleted_at": AFTER},
            PRESENT,
            True,
            replace(IMPORTED, finalised=False),
        ),
        ({"deleted_at": AFTER}, PRESENT, False, NEVER),
        ({"deleted_at": AFTER}, PRESENT, True, ABSENT),
        ({"payment_status": "void"}, PRESENT, True, ABSENT),
        ({"payment_status": "void"}, PRESENT, False, NEVER),
        ({"payment_status": "refunded"}, PRESENT, False, PRESENT),
    ],
)
def test_allocations(changes, of, linked, eligibility):
    assert classify_allocation(an_allocation(**changes), of, linked=linked) == eligibility


MOMENTS = st.datetimes(
    min_value=datetime(2026, 1, 1),
    max_value=datetime(2026, 12, 31),
    timezones=st.just(UTC),
) | st.sampled_from([LINE_AT, JUST_BEFORE, LINE_AT + timedelta(microseconds=1)])
STATES = st.sampled_from(["draft", "open", "paid", "void"])
INVOICES = st.builds(
    invoice,
    status=STATES,
    created_at=MOMENTS,
    finalised_at=st.none() | MOMENTS,
    deleted_at=st.none() | MOMENTS,
)


@given(INVOICES, st.booleans())
def test_only_finalised_invoices_are_wanted_and_history_never(one, linked):
    eligibility = classify_invoice(one, line_at=LINE_AT, linked=linked)
    live = one.status in ("open", "paid") and one.deleted_at is None
    new = (
        linked or one.created_at >= LINE_AT or (one.finalised_at is not None and one.finalised_at >= LINE_AT)
    )
    assert (eligibility.wanted is DesiredState.PRESENT) == (live and new)
    assert eligibility.finalised == live
    assert (eligibility.wanted is DesiredState.ABSENT) == (
        linked and (one.status == "void" or one.deleted_at is not None)
    )
    if not linked:
        assert (eligibility.excluded_reason is not None) == (eligibility.wanted is not DesiredState.PRESENT)


@given(INVOICES, st.booleans(), st.sampled_from(["manual", "stripe", "quickbooks"]), st.none() | MOMENTS)
def test_what_came_from_quickbooks_is_never_sent_back(one, linked, source, deleted_at):
    allocation = an_allocation(payment_source=source, deleted_at=deleted_at)
    eligibility = classify_allocation(
        allocation, classify_invoice(one, line_at=LINE_AT, linked=linked), linked=linked
    )
    if source == "quickbooks":
        assert eligibility.wanted is DesiredState.LEAVE
    elif eligibility.wanted is DesiredState.PRESENT:
        assert deleted_at is None


@given(INVOICES)
def test_the_line_moving_later_never_makes_more_post(one):
    earlier = classify_invoice(one, line_at=LINE_AT, linked=False).wanted
    later = classify_invoice(one, line_at=LINE_AT + timedelta(days=30), linked=False).wanted
    assert not (later is DesiredState.PRESENT and earlier is not DesiredState.PRESENT)
