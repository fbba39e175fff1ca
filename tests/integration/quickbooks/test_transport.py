"""What happens to a read and to a write when the network or QuickBooks misbehaves."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest

from caspen_qbo.core.faults import FaultError
from caspen_qbo.errors import (
    ConfigurationError,
    OutcomeUnknownError,
    QboAuthError,
    QboRejectedError,
    QboThrottledError,
    QboUnavailableError,
    QuotaExhaustedError,
    SubscriptionEndedError,
)
from caspen_qbo.hooks.quickbooks.client import QuickBooksAccounting
from caspen_qbo.hooks.quickbooks.transport import RetrySettings
from caspen_qbo.hooks.store.connection import cipher as qbo_cipher
from ops.local.postgres import Database
from tests.support.desk import HASTY, Desk, change, expire, row
from tests.support.scripted import Seen, Told
from tests.support.write_item import WriteItem

XML_429 = (
    b'<?xml version="1.0"?><IntuitResponse xmlns="http://schema.intuit.com/finance/v3"><Fault type="SERVICE">'
    b'<Error code="3001"><Message>message=ThrottleExceeded; errorCode=003001; statusCode=429</Message>'
    b"<Detail>The request limit was reached.  Try again later</Detail></Error></Fault></IntuitResponse>"
)
LOWER_429 = {"fault": {"error": [{"message": "message=ThrottleExceeded; errorCode=003001; statusCode=429"}]}}
UPPER_3001 = {"Fault": {"Error": [{"Message": "message=ThrottleExceeded; errorCode=003001", "code": "3001"}]}}
LOWER_401 = {
    "fault": {
        "error": [
            {"message": "message=AuthenticationFailed; errorCode=003200; statusCode=401", "code": "3200"}
        ],
        "type": "AUTHENTICATION",
    },
    "time": 1730024394085,
}
LOWER_403 = {
    "fault": {
        "error": [
            {
                "message": "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403",
                "code": "3100",
            }
        ]
    }
}
TRANSIENT = {
    "Fault": {
        "Error": [
            {
                "Message": "A business validation error has occurred while processing your request",
                "Detail": "An unexpected error occurred while accessing or saving your data. "
                "Please wait a few minutes and try again.",
                "code": "6000",
            }
        ]
    }
}
ONE_ROW = Told(body=b'{"QueryResponse":{"Invoice":[{"Id":"1","TotalAmt":1861.10}],"maxResults":1}}')
DONE = Told(body={"BatchItemResponse": [{"bId": "1", "Invoice": {"Id": "9"}}]})
ITEM = WriteItem("1", "Invoice", "create", {"TotalAmt": Decimal("110.00")})

ONE_COUNTED = Told(200, {"QueryResponse": {"totalCount": 1}})
UNREADABLE = {
    "hung up": Told(hang_up=True),
    "cut off": Told(body=b'{"BatchItemResponse":[{"bId":"1"', cut=True),
    "half a body": Told(body=b'{"BatchItemResponse":[{"bId":"1"'),
    "html": Told(200, b"<html>proxy</html>", {"Content-Type": "text/html"}),
    "empty": Told(200, b""),
    "a list": Told(200, []),
    "500": Told(500, {"Fault": {"Error": [{"Message": "System Failure", "code": "10000"}]}}),
    "502": Told(502, b"<html>Bad Gateway</html>"),
    "503": Told(503, b""),
    "504": Told(504, b"upstream request timeout"),
    "transient 6000": Told(400, TRANSIENT),
    "200 with 10000": Told(200, {"Fault": {"Error": [{"Message": "System Failure", "code": "10000"}]}}),
    "redirect": Told(307, b"", {"Location": "/elsewhere"}),
}


def fault(status: int, code: str, text: str = "said") -> Told:
    return Told(
        status, {"Fault": {"Error": [{"Message": text, "Detail": "why", "code": code, "element": "e"}]}}
    )


@pytest.mark.parametrize("trouble", UNREADABLE.values(), ids=UNREADABLE)
def test_a_read_is_tried_again_after_any_trouble(desk: Desk, books: QuickBooksAccounting, trouble: Told):
    # Where a record may be what it fails on, the rows are counted and asked for in pieces.
    in_pieces = trouble in (UNREADABLE["500"], UNREADABLE["200 with 10000"])
    desk.web.queue += [trouble, trouble, *([ONE_COUNTED] if in_pieces else []), ONE_ROW]

    assert list(books.query("Invoice")) == [{"Id": "1", "TotalAmt": Decimal("1861.10")}]
    assert books.calls() == {"query": 4 if in_pieces else 3}
    assert len(desk.slept) == (1 if in_pieces else 2)


def test_a_count_without_a_count_is_no_answer(desk: Desk, books: QuickBooksAccounting):
    desk.web.queue += [Told(200, {"QueryResponse": {}})]

    with pytest.raises(QboUnavailableError, match="count of Invoice without totalCount"):
        books.count("Invoice")


@pytest.mark.parametrize("trouble", UNREADABLE.values(), ids=UNREADABLE)
def test_a_write_is_sent_once_and_left_in_doubt(desk: Desk, books: QuickBooksAccounting, trouble: Told):
    desk.web.queue += [trouble, DONE]

    with pytest.raises(OutcomeUnknownError, match="may have been carried out"):
        books.send_batch("r1", [ITEM])
    with pytest.raises(OutcomeUnknownError):
        desk.web.queue[:] = [trouble, DONE]
        books.send_void("Invoice", "9", "1", "r2")
    assert [call.params["requestid"] for call in desk.api_calls()] == ["r1", "r2"]
    assert desk.slept == []


def test_a_read_gives_up_after_four_tries(desk: Desk, books: QuickBooksAccounting):
    desk.web.queue += [Told(503)] * 5

    with pytest.raises(QboUnavailableError, match="503"):
        list(books.query("Invoice"))
    assert len(desk.api_calls()) == 4


def test_nobody_at_the_address_is_trouble_like_any_other(desk: Desk):
    with desk.accounting() as books:
        books._client.api_url_v3 = "http://127.0.0.1:9/v3"  # the discard port: refused at once
        with pytest.raises(QboUnavailableError, match="no answer"):
            books.read_company()


def test_a_silent_server_is_not_waited_for_longer_than_the_time_out(desk: Desk):
    release = threading.Event()

    def silent(_: Seen) -> Told:
        release.wait(5)
        return DONE

    desk.web.rule = silent
    retry = RetrySettings(connect=1, read=0.2, read_attempts=1)
    try:
        with desk.accounting(retry) as books:
            with pytest.raises(OutcomeUnknownError, match="ReadTimeout"):
                books.send_batch("r1", [ITEM])
            with pytest.raises(QboUnavailableError, match="ReadTimeout"):
                books.read_preferences()
    finally:
        release.set()


@pytest.mark.parametrize(
    "refusal",
    [Told(429, XML_429), Told(429, LOWER_429), Told(200, UPPER_3001), Told(403, XML_429), Told(429, b"")],
    ids=["xml", "lower case", "200 with fault", "403", "empty"],
)
def test_throttled_waits_a_minute_and_sends_the_same_again(
    desk: Desk, books: QuickBooksAccounting, refusal: Told
):
    desk.web.queue += [refusal, refusal, DONE]

    assert books.send_batch("r1", [ITEM])["1"].ok
    first, *others = desk.api_calls()
    assert len(others) == 2
    assert all((other.params, other.body) == (first.params, first.body) for other in others)
    assert first.params["requestid"] == "r1"
    assert [60 <= seconds <= 66 for seconds in desk.slept] == [True, True]


def test_throttled_waits_as_told_but_never_too_long(desk: Desk, books: QuickBooksAccounting):
    desk.web.queue += [Told(429, b"", {"Retry-After": "3"}), Told(429, b"", {"Retry-After": "86400"}), DONE]

    assert books.send_batch("r1", [ITEM])["1"].ok
    assert 3 <= desk.slept[0] <= 3.3
    assert 120 <= desk.slept[1] <= 122


def test_a_write_throttled_for_minutes_gives_up_without_proof(desk: Desk, books: QuickBooksAccounting):
    desk.web.rule = lambda request: Told(429, XML_429)

    with pytest.raises(QboThrottledError, match="first looks up whether this call was carried out") as caught:
        books.send_batch("r1", [ITEM])
    assert caught.value.retry_after_seconds == 60
    assert not caught.value.not_carried_out
    assert sum(desk.slept) <= 300


def test_a_refusal_proves_nothing_once_the_gate_has_answered_before(desk: Desk, books: QuickBooksAccounting):
    """The first try may have been carried out: its repetition is refused because of it, or apart from it."""
    refusal = fault(400, "6140", "Duplicate Document Number Error")
    item_refused = Told(body={"BatchItemResponse": [{"bId": "1", **refusal.body}]})
    desk.web.queue += [Told(429, LOWER_429), refusal, Told(429, LOWER_429), item_refused, item_refused]

    with pytest.raises(OutcomeUnknownError, match="6140") as caught:
        books.send_batch("r1", [ITEM])
    assert not caught.value.not_carried_out
    assert books.send_batch("r2", [ITEM]) == {}
    assert books.send_batch("r3", [ITEM])["1"].code == "6140"


def test_reads_refused_for_minutes_mean_the_months_quota(desk: Desk, books: QuickBooksAccounting):
    desk.web.rule = lambda request: Told(429, LOWER_429)

    with pytest.raises(QuotaExhaustedError, match="allowance"):
        list(books.query("Invoice"))
    assert 150 <= sum(desk.slept) <= 300


def test_short_waits_on_reads_are_not_yet_the_quota(desk: Desk, books: QuickBooksAccounting):
    desk.web.queue += [Told(429, b"", {"Retry-After": "1"})] * 20 + [ONE_ROW]

    assert len(list(books.query("Invoice"))) == 1


def test_reads_and_writes_refused_alike_are_not_the_quota(desk: Desk, books: QuickBooksAccounting):
    desk.web.rule = lambda request: Told(429, LOWER_429)
    with pytest.raises(QboThrottledError):
        books.send_batch("r1", [ITEM])

    with pytest.raises(QboThrottledError):
        list(books.query("Invoice"))


def test_an_expired_token_is_replaced_once_and_the_same_request_sent(desk: Desk, books: QuickBooksAccounting):
    desk.web.queue += [Told(401, LOWER_401)]

    def answer(request: Seen) -> Told:
        return DONE if request.path.endswith("/batch") else desk.normal(request)

    desk.web.rule = answer
    assert books.send_batch("r1", [ITEM])["1"].ok
    first, second = desk.api_calls()
    assert (first.params, first.body) == (second.params, second.body)
    assert first.token != second.token
    assert second.token == desk.tokens[-2]
    assert books.calls() == {"batch": 2, "token": 1}


def test_a_fresh_token_that_is_refused_too_stops_the_run(desk: Desk, books: QuickBooksAccounting):
    def answer(request: Seen) -> Told:
        return Told(401, LOWER_401) if request.path.endswith("/batch") else desk.normal(request)

    desk.web.rule = answer
    with pytest.raises(QboAuthError, match="refused too"):
        books.send_batch("r1", [ITEM])
    assert books.calls() == {"batch": 2, "token": 1}


@pytest.mark.parametrize(
    ("told", "error", "words", "calls", "proven"),
    [
        (Told(403, LOWER_403), QboAuthError, "administrators", 2, False),
        (fault(400, "120", "Authorization Failure"), QboAuthError, "administrators", 2, False),
        (Told(403, b"said by a proxy"), QboAuthError, "administrators", 1, False),
        (fault(400, "6190", "Invalid Company Status"), SubscriptionEndedError, "renewed", 1, True),
        (Told(404, b"not here"), ConfigurationError, "api_url", 1, True),
    ],
    ids=["3100", "120", "403", "6190", "404"],
)
def test_what_a_person_must_cure_stops_the_run(
    desk: Desk, books: QuickBooksAccounting, told, error, words, calls, proven
):
    desk.web.rule = lambda request: told if request.path.endswith("/batch") else desk.normal(request)

    with pytest.raises(error, match=words) as caught:
        books.send_batch("r1", [ITEM])
    assert caught.value.intuit_tid == "1-tid"
    assert caught.value.not_carried_out is proven
    assert len(desk.api_calls()) == calls


@pytest.mark.parametrize("read", [True, False], ids=["a read", "a write"])
def test_kept_out_of_the_company_with_a_fresh_token_too_waits_for_a_person(
    desk: Desk, books: QuickBooksAccounting, qbo_db: Database, read: bool
):
    desk.web.rule = lambda request: (
        Told(403, LOWER_403) if request.path.startswith("/v3/") else desk.normal(request)
    )
    with pytest.raises(QboAuthError, match="administrators"):
        books.read_company() if read else books.send_batch("r1", [ITEM])
    assert row(qbo_db)["status"] == "needs_reconnect"
    asked = len(desk.web.seen)
    with desk.accounting() as later, pytest.raises(QboAuthError, match="workspace 7"):
        later.read_company()
    assert len(desk.web.seen) == asked  # known without asking


def test_one_403_that_a_fresh_token_cures_is_not_the_end(desk: Desk, books: QuickBooksAccounting, qbo_db):
    desk.web.queue += [Told(403, LOWER_403)]
    books.read_company()
    assert row(qbo_db)["status"] == "connected"
    assert books.calls() == {"read": 2, "token": 1}


def test_a_connection_made_anew_meanwhile_is_not_given_up(desk: Desk, books: QuickBooksAccounting, qbo_db):
    def answer(request: Seen) -> Told:
        if not request.path.startswith("/v3/"):
            return desk.normal(request)
        if len(desk.api_calls()) == 2:  # while the second try is under way
            change(qbo_db, "access_token = %(other)s", other=qbo_cipher.encrypt("somebody-connected"))
        return Told(403, LOWER_403)

    desk.web.rule = answer
    with pytest.raises(QboAuthError):
        books.read_company()
    assert row(qbo_db)["status"] == "connected"


def test_a_refused_read_says_code_text_and_element(desk: Desk, books: QuickBooksAccounting):
    desk.web.queue += [fault(400, "4001", "Invalid query")]

    with pytest.raises(QboRejectedError, match="4001: Invalid query") as caught:
        list(books.query("Invoice", "Nonsense = '1'"))
    error = caught.value
    assert error.verdict.error == FaultError("4001", "Invalid query", "why", "e")
    assert error.error_key == "other"
    assert error.intuit_tid == "1-tid"
    assert len(desk.api_calls()) == 1


INVENTORY_LOCK = fault(400, "6000", "Another user posted inventory products at exactly the same time")


def test_a_lock_that_passes_is_waited_out_by_reads_and_told_by_writes(
    desk: Desk, books: QuickBooksAccounting
):
    desk.web.queue += [INVENTORY_LOCK, ONE_ROW]
    assert len(list(books.query("Invoice"))) == 1

    desk.web.queue += [INVENTORY_LOCK]
    answer = books.send_void("Invoice", "9", "1", "r1")
    assert (answer.ok, answer.code) == (False, "6000")  # certainly not carried out: no doubt to settle


def test_a_write_that_found_no_token_was_never_sent(desk: Desk, qbo_db: Database):
    expire(qbo_db)
    desk.web.rule = lambda request: Told(503) if request.path == "/token" else desk.normal(request)

    with desk.accounting() as books, pytest.raises(QboUnavailableError, match="token refresh") as caught:
        books.send_batch("r1", [ITEM])
    assert desk.api_calls() == []
    assert caught.value.not_carried_out


def test_one_calls_request_id_never_reaches_the_next(desk: Desk, books: QuickBooksAccounting):
    desk.web.queue += [DONE, ONE_ROW, DONE]

    books.send_batch("r1", [ITEM])
    list(books.query("Invoice"))
    books.send_batch("r2", [ITEM])
    assert [call.params.get("requestid") for call in desk.api_calls()] == ["r1", None, "r2"]
    assert {call.params["minorversion"] for call in desk.api_calls()} == {"75"}


def test_amounts_travel_as_numbers_of_the_same_digits(desk: Desk, books: QuickBooksAccounting):
    exact = Decimal("123456789.123456789012345678901")
    desk.web.queue += [Told(body=b'{"BatchItemResponse":[{"bId":"1","Invoice":{"Id":"9","TotalAmt":0.10}}]}')]

    answer = books.send_batch("r1", [WriteItem("1", "Invoice", "create", {"A": Decimal("0.10"), "B": exact})])
    assert b'"A":0.10,"B":123456789.123456789012345678901' in desk.api_calls()[0].body
    assert answer["1"].body == {"Id": "9", "TotalAmt": Decimal("0.10")}


def test_query_text_goes_out_as_utf_8(desk: Desk, books: QuickBooksAccounting):
    desk.web.queue += [ONE_ROW]

    list(books.query("Customer", "DisplayName = 'Zoë ✓'"))
    call = desk.api_calls()[0]
    assert "DisplayName = 'Zoë ✓'".encode() in call.body
    assert (call.method, call.headers["Content-Type"]) == ("POST", "application/text")


def test_the_waits_are_what_intuit_advises():
    retry = RetrySettings()
    assert (retry.throttle_wait, retry.throttle_total, retry.quota_after) == (60, 300, 150)
    assert HASTY.throttle_wait == 60
