"""Behaviour 5: requests a minute and a second, batches, the monthly quota, and what a 429 looks like."""

from __future__ import annotations

import pytest

from qbo_emulator.testing import AU, GB, Books, Refused, Sandbox


@pytest.fixture
def limited(sandbox: Sandbox) -> Books:
    """A company that throttles, with a stopped clock: only the test moves time."""
    books = sandbox.books(limits=True, auto_apply_credit=False)
    sandbox.do("clock", speed=0)
    return books


def ask(books: Books) -> int:
    return books.send("GET", "companyinfo/1").status_code


def test_limits_are_on_from_the_start(sandbox: Sandbox) -> None:
    assert sandbox.get(f"{AU}/switches")["limits"] is True


def test_ten_requests_a_second(sandbox: Sandbox, limited: Books) -> None:
    """5."""
    assert [ask(limited) for _ in range(11)] == [200] * 10 + [429]
    sandbox.do("clock", advance_seconds=1)
    assert ask(limited) == 200


def test_five_hundred_a_minute_for_the_whole_company(sandbox: Sandbox, limited: Books) -> None:
    """5: other apps use it up too."""
    sandbox.do(f"{AU}/other-traffic", requests=495)
    sandbox.do("clock", advance_seconds=2)
    assert [ask(limited) for _ in range(6)] == [200] * 5 + [429]
    sandbox.do("clock", advance_seconds=59)
    assert ask(limited) == 200


def test_other_companies_have_their_own(sandbox: Sandbox, limited: Books) -> None:
    sandbox.do(f"{AU}/other-traffic", requests=500)
    assert ask(limited) == 429
    assert ask(sandbox.books(GB, limits=True)) == 200


def test_forty_batches_a_minute_for_our_app(sandbox: Sandbox, limited: Books) -> None:
    """5."""
    answers = []
    for _ in range(41):
        answers.append(
            limited.send("POST", "batch", json={"BatchItemRequest": [{"Query": "select * from Term"}]})
        )
        sandbox.do("clock", advance_seconds=0.5)
    assert [answer.status_code for answer in answers] == [200] * 40 + [429]
    assert ask(limited) == 200


def test_a_hundred_and_twenty_batches_a_minute_for_all_apps(sandbox: Sandbox, limited: Books) -> None:
    """5."""
    sandbox.do(f"{AU}/other-traffic", batches=120)
    batch = {"BatchItemRequest": [{"Query": "select * from Term"}]}
    assert limited.send("POST", "batch", json=batch).status_code == 429


def test_the_refusal_in_json_is_the_gateways(sandbox: Sandbox, limited: Books) -> None:
    """5 and 6: lower case, no Retry-After, two spaces in the detail."""
    sandbox.do(f"{AU}/other-traffic", requests=500)
    response = limited.send("GET", "companyinfo/1")
    error = response.json()["fault"]["error"][0]
    assert error["message"] == "message=ThrottleExceeded; errorCode=003001; statusCode=429"
    assert error["detail"] == "The request limit was reached.  Try again later" and error["code"] == "3001"
    assert response.json()["fault"]["type"] == "SERVICE" and "retry-after" not in response.headers


def test_the_refusal_can_be_xml_although_json_was_asked_for(sandbox: Sandbox) -> None:
    """5."""
    books = sandbox.books(limits=True, throttle_body="xml")
    sandbox.do(f"{AU}/other-traffic", requests=500)
    response = books.send("GET", "companyinfo/1")
    assert response.status_code == 429 and response.text.startswith("<?xml")
    assert "message=ThrottleExceeded; errorCode=003001; statusCode=429" in response.text


def test_the_months_quota_stops_reads_until_the_month_ends(sandbox: Sandbox) -> None:
    """5: CorePlus only; writes go on."""
    books = sandbox.books(core_plus_quota=2)
    sandbox.do("clock", now="2026-11-20T00:00:00+00:00")
    books.token = sandbox.do("token")["access_token"]
    assert [ask(books) for _ in range(3)] == [200, 200, 429]
    books.create("Customer", {"DisplayName": "Still written"})
    sandbox.do("clock", now="2026-12-01T00:00:01+00:00")
    books.token = sandbox.do("token")["access_token"]
    assert ask(books) == 200


def test_each_item_of_a_batch_is_metered(sandbox: Sandbox, books: Books) -> None:
    before = sandbox.get("counters")["by_meter"]
    books.batch(
        [{"Query": "select * from Term"}, {"Customer": {"DisplayName": "M"}}, {"Query": "select * from Item"}]
    )
    after = sandbox.get("counters")["by_meter"]
    assert after["CorePlus"] - before.get("CorePlus", 0) == 2 and after["Core"] - before.get("Core", 0) == 1


def test_switched_off_nothing_is_throttled(books: Books) -> None:
    assert {ask(books) for _ in range(30)} == {200}


def test_the_peaks_are_counted(sandbox: Sandbox, limited: Books) -> None:
    for _ in range(3):
        ask(limited)
    assert sandbox.get("counters")["peaks"][AU]["requests_per_second"] == 3


def test_a_throttled_request_changes_nothing(sandbox: Sandbox, limited: Books) -> None:
    sandbox.do(f"{AU}/other-traffic", requests=500)
    with pytest.raises(Refused):
        limited.create("Customer", {"DisplayName": "Never"})
    assert "Never" not in [row["DisplayName"] for row in sandbox.rows("Customer")]
