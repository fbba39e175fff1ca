"""A fault in every shape it comes in, with others, or not to be read at all, becomes the right decision."""

from __future__ import annotations

from typing import Any

import pytest

from caspen_qbo.core.faults import FaultAction, FaultError, clean, judge, judge_errors, read_errors
from tests.unit.core.faults import (
    BUSINESS,
    HOLD,
    REFRESH,
    RETRY,
    STOP,
    UNEXPECTED,
    error,
    fault,
    judge_answer,
)


def test_the_gateway_writes_in_lower_case_and_pads_the_code():
    body = {
        "warnings": None,
        "fault": {
            "error": [
                {
                    "message": "message=AuthenticationFailed; errorCode=003200; statusCode=401",
                    "detail": "Token expired: AB01123456789012345678901234",
                    "code": "3200",
                    "element": None,
                }
            ],
            "type": "AUTHENTICATION",
        },
        "time": 1730024394085,
    }
    verdict = judge(401, body)

    assert verdict is not None
    assert verdict.action is REFRESH
    assert verdict.error.code == "3200"
    assert verdict.error.detail == "Token expired: ***"
    assert judge_answer("", "message=X; errorCode=003100; statusCode=403").error.code == ""
    assert read_errors({"fault": {"error": [{"message": "x; errorCode=003100;"}]}})[0].code == "3100"


def test_a_fault_inside_a_success_is_a_fault():
    verdict = judge(200, fault(error("6210", "Account Period Closed")))

    assert verdict is not None
    assert verdict.error_key == "period_closed"


def test_a_success_is_no_fault():
    assert judge(200, {"Invoice": {"Id": "1"}}) is None
    assert read_errors({"bId": "1", "Invoice": {"Id": "1"}}) == ()


def test_throttling_is_seen_in_xml_in_json_and_by_status_alone():
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<IntuitResponse time="2016-01-01T00:00:00Z" xmlns="http://schema.intuit.com/finance/v3">'
        '<Fault type="SERVICE"><Error code="003001"><Message>message=ThrottleExceeded; errorCode=003001; '
        "statusCode=429</Message><Detail>The request limit was reached.  Try again later</Detail></Error>"
        "</Fault>"
        "</IntuitResponse>"
    )
    lower = {"fault": {"error": [{"message": "message=ThrottleExceeded; errorCode=003001;", "code": "3001"}]}}

    for status, payload, text in [
        (429, None, xml),
        (403, None, xml),
        (429, lower, ""),
        (403, lower, ""),
        (200, fault(error("3001")), ""),
        (429, None, "<html>Too Many Requests</html>"),
        (429, None, ""),
        (503, None, "ThrottleExceeded"),
    ]:
        verdict = judge(status, payload, text)
        assert verdict is not None
        assert (verdict.action, verdict.definite) == (FaultAction.THROTTLED, True), (status, payload, text)


def test_xml_faults_of_other_codes_are_read_as_well():
    xml = '<IntuitResponse><Fault><Error code="6190" element="e"><Message>M</Message></Error></Fault>'
    verdict = judge(400, None, xml)

    assert verdict is not None
    assert (verdict.action, verdict.error) == (STOP, FaultError("6190", "M", "", "e"))


@pytest.mark.parametrize("status", [500, 502, 503, 504, 400, 408, 302])
def test_an_answer_nobody_can_read_leaves_a_write_in_doubt(status):
    verdict = judge(status, None, "<html><body>Bad Gateway</body></html>")

    assert verdict is not None
    assert (verdict.action, verdict.definite) == (RETRY, False)


@pytest.mark.parametrize(
    ("status", "action", "key"),
    [
        (401, REFRESH, "invalid_refresh_token"),
        (403, STOP, "invalid_refresh_token"),
        (404, STOP, "setup_incomplete"),
        (413, HOLD, "other"),
    ],
)
def test_some_statuses_are_a_refusal_without_any_body(status, action, key):
    verdict = judge(status, None, "")

    assert verdict is not None
    assert (verdict.action, verdict.error_key, verdict.definite) == (action, key, True)


def test_a_failing_server_may_have_done_the_work_whatever_it_says():
    verdict = judge(500, fault(error("6140", "Duplicate Document Number Error")))

    assert verdict is not None
    assert (verdict.action, verdict.definite) == (RETRY, False)


def test_of_several_errors_the_most_cautious_decides_and_none_is_lost():
    verdict = judge(
        400, fault(error("2050", "Length"), error("6000", BUSINESS, UNEXPECTED), error("6210", "Closed"))
    )

    assert verdict is not None
    assert (verdict.action, verdict.definite, verdict.error.code) == (RETRY, False, "6000")
    assert [other.code for other in verdict.others] == ["2050", "6210"]
    assert "also 2050: Length; also 6210: Closed" in verdict.full_detail


def test_of_several_refusals_the_one_with_a_cure_is_shown():
    verdict = judge(400, fault(error("2010", "Property"), error("6210", "Closed")))

    assert verdict is not None
    assert (verdict.error_key, verdict.error.code) == ("period_closed", "6210")


def test_a_fault_without_errors_or_of_a_strange_shape_is_still_a_fault():
    faults: tuple[dict[str, Any], ...] = ({"Error": [], "type": "SystemFault"}, {"Error": None}, {})
    for one in faults:
        body = {"Fault": one}
        verdict = judge(200, body)
        assert verdict is not None
        assert verdict.definite is False
    single = {"Fault": {"Error": {"Message": "m", "code": 6210}}}
    assert read_errors(single) == (FaultError("6210", "m"),)


def test_secrets_are_cut_out_of_every_text():
    token = "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0..abcDEF.ghi"
    opaque = "AB11743212345abcdefGHIJKLmnopqrstuvWXYZ0123456789"
    texts = [
        f"Authorization: Bearer {token}",
        f'{{"refresh_token":"{opaque}"}}',
        f"access_token={token}&x=1",
        f"Token expired: {opaque}",
        f"client_secret = hunter2hunter2 was wrong for {opaque}",
        f"fault for {opaque}.",
    ]
    for text in texts:
        cleaned = clean(text)
        assert "***" in cleaned
        for secret in (token, opaque, "hunter2hunter2", token[:12]):
            assert secret not in cleaned, cleaned
        assert clean(judge_errors([FaultError("6000", text)]).error.text) == cleaned
