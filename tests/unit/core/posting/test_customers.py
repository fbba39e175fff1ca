"""Rule 7 as a decision: exact name, else the one same person, else a new customer; never shared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from caspen_qbo.core.posting.customers import (
    Candidate,
    keys_of_candidate,
    keys_of_client,
    match_client,
    read_candidate,
    wanted_names,
)
from caspen_qbo.core.posting.display_names import display_name
from tests.support.records import a_client

CLIENT = a_client(8831415, "Ann", "O'Neil", "ann@example.com")
NAMED = Candidate("58", "Ann O'Neil (Caspen 31415)", "Ann", "O'Neil", "", True)
PERSON = Candidate("60", "Ann O'Neil", "Ann", "O'Neil", "ann@example.com", True)


def test_the_exact_name_comes_before_the_same_person():
    match = match_client(CLIENT, [PERSON, NAMED], taken=())
    assert (match.customer_id, match.matched_by, match.clash) == ("58", "name", "")


def test_the_name_is_compared_as_quickbooks_does():
    assert (
        match_client(CLIENT, [replace(NAMED, display_name="ANN o'neil (caspen 31415)")], ()).customer_id
        == "58"
    )


def test_the_only_same_person_matches_whatever_the_case():
    loud = replace(PERSON, given_name="ANN", family_name="o'neil", email="Ann@Example.COM ")
    match = match_client(CLIENT, [loud], taken=())
    assert (match.customer_id, match.matched_by) == ("60", "person")


def test_two_same_persons_are_nobody():
    assert match_client(CLIENT, [PERSON, replace(PERSON, id="61")], ()).customer_id is None


def test_a_person_differs_by_any_of_the_three():
    changes: tuple[dict[str, Any], ...] = (
        {"given_name": "Anne"},
        {"family_name": "Neil"},
        {"email": "other@example.com"},
    )
    for change in changes:
        assert match_client(CLIENT, [replace(PERSON, **change)], ()).customer_id is None


def test_without_an_email_nobody_is_the_same_person():
    assert (
        match_client(a_client(8831415, "Ann", "O'Neil"), [replace(PERSON, email="")], ()).customer_id is None
    )


def test_the_same_person_linked_to_another_client_is_left_and_a_new_one_is_made():
    match = match_client(CLIENT, [PERSON], taken=("60",))
    assert match.customer_id is None and match.clash == ""


def test_a_name_that_belongs_to_another_client_is_a_clash():
    """Another client of the same name whose id ends in the same five digits."""
    match = match_client(CLIENT, [NAMED], taken=("58",))
    assert match.customer_id is None
    assert "58" in match.clash and "another client" in match.clash


def test_an_inactive_customer_is_not_one():
    gone = replace(NAMED, active=False, display_name=f"{NAMED.display_name} (deleted)")
    assert match_client(CLIENT, [gone, replace(PERSON, active=False)], ()) == match_client(CLIENT, [], ())


def test_a_short_id_is_also_looked_for_with_zeros_in_front():
    short = a_client(42, "Ann", "Lee")
    assert wanted_names(short) == ("Ann Lee (Caspen 42)", "Ann Lee (Caspen 00042)")
    assert wanted_names(CLIENT) == ("Ann O'Neil (Caspen 31415)",)
    padded = replace(NAMED, display_name="Ann Lee (Caspen 00042)")
    assert match_client(short, [padded], ()).customer_id == "58"


def test_the_padded_name_of_another_client_does_not_stand_in_the_way():
    """Client 100042 owns `(Caspen 00042)`; client 42, of the same name, still gets `(Caspen 42)`."""
    padded = replace(NAMED, display_name="Ann Lee (Caspen 00042)")
    match = match_client(a_client(42, "Ann", "Lee"), [padded], taken=("58",))
    assert match.customer_id is None and match.clash == ""


@given(
    st.lists(st.tuples(st.integers(1, 3), st.booleans()), max_size=6),
    st.sets(st.sampled_from(["1", "2", "3", "4"])),
)
def test_a_customer_of_another_client_is_never_given_out(rows, taken):
    candidates = [
        replace(NAMED if named else PERSON, id=str(index)) for index, (_, named) in enumerate(rows, start=1)
    ]
    match = match_client(CLIENT, candidates, taken)
    assert match.customer_id not in taken
    assert match.customer_id is None or match.clash == ""


def test_a_candidate_is_read_from_what_quickbooks_leaves_out():
    found = read_candidate({"Id": 7, "DisplayName": "X"})
    assert found == Candidate("7", "X", "", "", "", True)
    assert not read_candidate({"Id": "7", "Active": False}).active


def test_the_wanted_name_is_the_one_a_new_customer_gets():
    assert wanted_names(CLIENT)[0] == display_name(CLIENT)


PARTS = st.sampled_from(["Ann", "ann ", "ANN", "O'Neil", "o'neil", "Ann O'Neil (Caspen 31415)", ""])
EMAILS = st.sampled_from(["ann@example.com", " Ann@Example.COM", "other@example.com", ""])


@given(
    st.builds(
        Candidate, st.just("60"), PARTS, PARTS, PARTS, EMAILS, st.just(True), st.sampled_from(["", "USD"])
    )
)
def test_whoever_may_be_a_client_has_a_key_of_the_client(candidate: Candidate):
    """Of nobody without one anything needs to be asked: neither a match nor one who is in the way is
    missed.
    """
    match = match_client(CLIENT, [candidate], taken=(), home="AUD")
    taken = match_client(CLIENT, [candidate], taken=("60",), home="AUD")
    if match.customer_id or match.foreign or taken.clash:
        assert keys_of_candidate(candidate) & keys_of_client(CLIENT)


def test_keys_say_nothing_of_a_person():
    assert not any("ann" in key for key in keys_of_client(CLIENT) | keys_of_candidate(PERSON))
