"""Faults on demand: every kind once, and rules that pick their requests."""

from __future__ import annotations

import time

import httpx
import pytest

from qbo_emulator.state.fault_plan import KINDS, FaultPlan, Occasion
from qbo_emulator.testing import Books, Refused, Sandbox


def ask(books: Books) -> httpx.Response:
    return books.send("GET", "companyinfo/1")


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("throttled", 429, '"code":"3001"'),
        ("throttled_xml", 429, "<?xml"),
        ("server_error", 500, "An application error has occurred while processing your request"),
        ("bad_gateway", 502, "<html>"),
        ("unavailable", 503, ""),
        ("ok_with_fault", 200, '"Fault"'),
        ("transient", 400, "Please wait a few minutes and try again"),
        ("inventory_lock", 400, "transaction with inventory products at exactly the same time"),
        ("token_expired", 401, '"code":"3200"'),
        ("not_authorised", 403, '"code":"3100"'),
    ],
)
def test_each_answer_and_then_all_is_well(
    sandbox: Sandbox, books: Books, kind: str, status: int, words: str
) -> None:
    sandbox.fail(kind)
    response = ask(books)
    assert response.status_code == status and words in response.text
    if kind == "token_expired":
        assert ask(books).status_code == 401, "the token stays expired in the middle of a run"
        books.token = sandbox.do("token")["access_token"]
    assert ask(books).status_code == 200


def test_delayed_past_the_clients_patience_but_done(sandbox: Sandbox, books: Books) -> None:
    sandbox.fail("delay", seconds=0.5)
    with pytest.raises(httpx.ReadTimeout):
        books.send("POST", "customer", json={"DisplayName": "Late"}, timeout=0.1)
    deadline = time.monotonic() + 5
    while "Late" not in [row["DisplayName"] for row in sandbox.rows("Customer")]:
        assert time.monotonic() < deadline


def test_truncated_json(sandbox: Sandbox, books: Books) -> None:
    sandbox.fail("truncate")
    with pytest.raises(ValueError):
        ask(books).json()


def test_a_batch_answered_in_part_was_done_in_whole(sandbox: Sandbox, books: Books) -> None:
    sandbox.fail("batch_partial", items=1)
    items = [{"bId": str(n), "operation": "create", "Customer": {"DisplayName": f"P{n}"}} for n in range(3)]
    assert [answer["bId"] for answer in books.batch(items)] == ["0"]
    assert {"P0", "P1", "P2"} <= {row["DisplayName"] for row in sandbox.rows("Customer")}


def test_a_batch_whose_items_all_fail_for_now(sandbox: Sandbox, books: Books) -> None:
    sandbox.fail("batch_transient")
    items = [{"bId": "1", "operation": "create", "Customer": {"DisplayName": "P"}}]
    assert books.batch(items)[0]["Fault"]["Error"][0]["code"] == "6000"
    assert "Customer" in books.batch(items)[0]


REFUSED = {"code": "6270", "message": "Date before the start", "detail": "In words", "element": "Line"}


def test_any_fault_for_the_first_items_of_a_batch(sandbox: Sandbox, books: Books) -> None:
    sandbox.fail("refuse", errors=[REFUSED, REFUSED])
    items = [{"bId": str(n), "operation": "create", "Customer": {"DisplayName": f"R{n}"}} for n in range(3)]
    answers = books.batch(items, requestid="once")
    error = {"Message": "Date before the start", "Detail": "In words", "code": "6270", "element": "Line"}
    assert [answer.get("Fault", {}).get("Error") for answer in answers] == [[error], [error], None]
    assert "Fault" not in books.batch(items, requestid="once")[0], "what was injected is not kept for replay"


def test_any_fault_for_a_whole_request(sandbox: Sandbox, books: Books) -> None:
    sandbox.fail("refuse", status=403, errors=[REFUSED])
    answer = ask(books)
    assert answer.status_code == 403 and answer.json()["Fault"]["Error"][0]["code"] == "6270"
    assert ask(books).status_code == 200


def test_the_nth_call_of_an_entity(sandbox: Sandbox, books: Books) -> None:
    sandbox.do(
        "faults", rules=[{"kind": "unavailable", "entity": "Customer", "operation": "create", "nth": 2}]
    )
    statuses = []
    for n in range(3):
        ask(books)
        statuses.append(books.send("POST", "customer", json={"DisplayName": f"N{n}"}).status_code)
    assert statuses == [200, 503, 200]


def test_a_seed_gives_the_same_faults_again() -> None:
    occasion = Occasion("invoice", "POST", "Invoice", "create", "1")

    def run(seed: int) -> list[bool]:
        plan = FaultPlan()
        plan.replace([{"kind": "unavailable", "probability": 0.3}], seed)
        return [plan.strike(occasion) is not None for _ in range(200)]

    assert run(7) == run(7) != run(8)
    assert 30 < sum(run(7)) < 90


def test_rules_pick_by_endpoint_method_realm_and_count(sandbox: Sandbox, books: Books) -> None:
    sandbox.do(
        "faults",
        rules=[
            {
                "kind": "unavailable",
                "endpoint": "query",
                "method": "POST",
                "every": 2,
                "times": 1,
                "realm": books.realm,
            }
        ],
    )
    statuses = [books.send("POST", "query", content="select * from Term").status_code for _ in range(5)]
    assert statuses == [200, 503, 200, 200, 200]
    rule = sandbox.get("faults")["rules"][0]
    assert (rule["seen"], rule["struck"]) == (5, 1)


@pytest.mark.parametrize("rule", [{"kind": "nonsense"}, {"kind": "drop", "sometimes": True}])
def test_a_rule_that_makes_no_sense_is_explained(sandbox: Sandbox, rule: dict) -> None:
    answer = sandbox.http.post("/_sandbox/faults", json={"rules": [rule]})
    assert answer.status_code == 422 and "fault" in answer.json()["error"]


def test_injected_faults_are_on_record(sandbox: Sandbox, books: Books) -> None:
    sandbox.fail("unavailable")
    ask(books)
    record = sandbox.last_request()
    assert (record["injected"], record["status"], record["endpoint"]) == (
        "unavailable",
        503,
        "GET companyinfo",
    )


def test_latency_is_added_to_every_answer(sandbox: Sandbox, books: Books) -> None:
    sandbox.do("latency", seconds=0.1)
    started = time.monotonic()
    ask(books)
    assert 0.1 <= time.monotonic() - started < 2


def test_a_struck_write_without_commit_did_nothing(sandbox: Sandbox, books: Books) -> None:
    for kind in ("server_error", "bad_gateway", "unavailable", "throttled", "transient", "ok_with_fault"):
        sandbox.fail(kind)
        with pytest.raises((Refused, ValueError)):
            books.create("Customer", {"DisplayName": "Nobody"})
    assert "Nobody" not in [row["DisplayName"] for row in sandbox.rows("Customer")]
    assert len(KINDS) == len(set(KINDS))


@pytest.mark.parametrize(
    ("kind", "status"),
    [("throttled", 429), ("throttled_xml", 429), ("token_expired", 401), ("not_authorised", 403)],
)
def test_carried_out_and_then_refused(sandbox: Sandbox, books: Books, kind: str, status: int) -> None:
    sandbox.fail(kind, commit=True)
    assert books.send("POST", "customer", json={"DisplayName": "Done"}).status_code == status
    assert "Done" in [row["DisplayName"] for row in sandbox.rows("Customer")]
    if kind == "token_expired":
        assert ask(books).status_code == 401, "the token stays expired afterwards"


def test_the_token_endpoint_may_call_a_good_refresh_token_dead(sandbox: Sandbox) -> None:
    sandbox.do("faults", rules=[{"kind": "invalid_grant", "endpoint": "oauth"}])
    token = sandbox.do("token")["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token}
    answer = sandbox.http.post("/oauth2/v1/tokens/bearer", data=form, auth=("any", "app"))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
