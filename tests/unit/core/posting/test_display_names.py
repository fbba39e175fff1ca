"""Names as QuickBooks takes them: cleaned, never refused, always with the client's digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspen_qbo.core.posting.display_names import (
    clean,
    display_name,
    full_name,
    name_part,
    same_name,
    usable_email,
)
from tests.support.records import a_client

ANY_TEXT = st.text(max_size=700)


@given(ANY_TEXT, st.none() | ANY_TEXT, st.integers(1, 10**12))
def test_any_name_becomes_one_that_quickbooks_takes(first, last, client_id):
    name = display_name(a_client(client_id, first, last))
    assert len(name) <= 500
    assert not set(name) & set(":\t\n\r")
    assert name.endswith(f"(Caspen {str(client_id)[-5:]})")
    assert name == name.strip() and "  " not in name
    assert len(name_part(first)) <= 100 and len(name_part(last)) <= 100


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("first", "last", "client_id", "shown"),
    [
        ("Ann", "Lee", 8831415, "Ann Lee (Caspen 31415)"),
        ("Siobhán", "O'Neil", 31415, "Siobhán O'Neil (Caspen 31415)"),
        ("Dr:\tAnn", "Lee\nSmith", 31415, "Dr- Ann Lee Smith (Caspen 31415)"),
        ("美玲", "王", 31415, "美玲 王 (Caspen 31415)"),
        ("Zoë 👩‍⚕️", "Brand", 31415, "Zoë 👩‍⚕️ Brand (Caspen 31415)"),
        ("Madonna", None, 31415, "Madonna (Caspen 31415)"),
        ("Ann", "Lee", 42, "Ann Lee (Caspen 42)"),
        ("Ann", "Lee", 100007, "Ann Lee (Caspen 00007)"),
        (" ", None, 31415, "Client (Caspen 31415)"),
    ],
)
def test_display_names(first, last, client_id, shown):
    assert display_name(a_client(client_id, first, last)) == shown


def test_six_hundred_characters_are_cut_before_the_digits():
    name = display_name(a_client(31415, "x" * 300, "y" * 300))
    assert len(name) == 500 and name.endswith("y (Caspen 31415)")


def test_composed_and_decomposed_accents_are_one_name():
    assert full_name(a_client(1, "Zoe\u0308", "A")) == full_name(a_client(1, "Zo\u00eb", "A"))


@pytest.mark.parametrize(
    "other", ["ann lee (caspen 31415)", " Ann  Lee (Caspen 31415) ", "Ann Lee (Caspen 31415) (deleted)"]
)
def test_quickbooks_compares_names_without_case_and_blanks(other):
    assert same_name("Ann Lee (Caspen 31415)", other)


@pytest.mark.parametrize("email", ["ann@example.com", "  a.b+c@d-e.example.org "])
def test_an_address_that_quickbooks_takes_is_trimmed(email):
    assert usable_email(email) == email.strip()


@pytest.mark.parametrize(
    "email",
    [
        None,
        "",
        "ann",
        "ann@example",
        "ann@@example.com",
        "ann lee@example.com",
        "ann@example.com; bob@example.com",
        "änn@example.com",
        "a" * 95 + "@b.com",
        "ann@example.com.",
    ],
)
def test_what_quickbooks_would_refuse_is_no_address(email):
    assert usable_email(email) is None
