"""Who may finish a sign-in, and which company a workspace may have."""

from __future__ import annotations

import pytest

from caspen_qbo.core.connection.connect import Consent, decide_company, decide_consent, hash_state

ANNS = Consent(7, "ann", expired=False)


def test_its_user_finishes_a_sign_in_in_time() -> None:
    assert decide_consent(ANNS, "ann", "9130350000000007") is ANNS


@pytest.mark.parametrize(
    ("consent", "username", "realm_id", "words"),
    [
        (None, "ann", "913", "already used"),
        (ANNS, "bob", "913", "invalid"),
        (Consent(7, "ann", expired=True), "ann", "913", "expired"),
        (ANNS, "ann", "", "realmId"),
        (ANNS, "ann", "12/../34", "realmId"),
    ],
)
def test_anything_else_connects_nothing(
    consent: Consent | None, username: str, realm_id: str, words: str
) -> None:
    refusal = decide_consent(consent, username, realm_id)
    assert isinstance(refusal, str)
    assert words in refusal and "Press Connect again" in refusal


def test_a_workspace_stays_with_its_company() -> None:
    assert decide_company(7, None, "913") is decide_company(7, "913", "913") is None
    assert decide_company(7, "913", "914", bound=False) is None, "nothing was done with the first one"
    assert "belongs to company 912, not 913" in str(decide_company(7, "912", "913"))


def test_a_state_is_stored_as_its_sha_256() -> None:
    assert hash_state("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
