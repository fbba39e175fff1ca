"""Behaviours 6 and 22: the two layers' faults, word for word, and what a request may look like."""

from __future__ import annotations

import pytest

from qbo_emulator.testing import GB, Books, Refused, Sandbox, unique


def test_the_applications_fault_is_upper_case(books: Books) -> None:
    """6."""
    body = books.send("GET", "invoice/999").json()
    assert set(body) == {"Fault", "time"} and body["Fault"]["type"] == "ValidationFault"
    assert set(body["Fault"]["Error"][0]) == {"Message", "Detail", "code", "element"}
    assert body["time"][-6:] in ("-08:00", "-07:00") and "." in body["time"]


def test_an_expired_token_is_401_in_lower_case_with_epoch_milliseconds(
    sandbox: Sandbox, books: Books
) -> None:
    """6."""
    sandbox.do("expire-tokens")
    response = books.send("GET", "companyinfo/1")
    error = response.json()["fault"]["error"][0]
    assert response.status_code == 401
    assert error["message"] == "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    assert error["code"] == "3200" and error["detail"].startswith("Token expired: ")
    assert response.json()["fault"]["type"] == "AUTHENTICATION"
    assert response.json()["time"] > 1_000_000_000_000
    assert response.headers["www-authenticate"] == 'Bearer realm="Intuit", error="invalid_token"'


def test_a_token_that_is_none_is_malformed(books: Books) -> None:
    """6."""
    books.token = "short"
    detail = books.send("GET", "companyinfo/1").json()["fault"]["error"][0]["detail"]
    assert detail == "Malformed bearer token: too short or too long"


def test_another_companys_token_is_403(sandbox: Sandbox, books: Books) -> None:
    """6: the classic realm mismatch."""
    books.realm = GB
    response = books.send("GET", "companyinfo/1")
    error = response.json()["fault"]["error"][0]
    assert response.status_code == 403 and error["detail"] is None and error["code"] == "3100"
    assert error["message"] == "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403"


def test_a_disconnected_company_is_403_and_comes_back(sandbox: Sandbox, books: Books) -> None:
    """6."""
    sandbox.person("disconnect")
    assert books.send("GET", "companyinfo/1").status_code == 403
    sandbox.person("reconnect")
    assert books.send("GET", "companyinfo/1").status_code == 401
    assert sandbox.books().send("GET", "companyinfo/1").status_code == 200


def test_a_fault_can_come_with_status_200(sandbox: Sandbox, books: Books) -> None:
    """6."""
    sandbox.fail("ok_with_fault")
    response = books.send("GET", "companyinfo/1")
    assert response.status_code == 200 and response.json()["Fault"]["Error"][0]["code"] == "10000"


def test_every_answer_has_its_intuit_tid(sandbox: Sandbox, books: Books) -> None:
    """6: OAuth's too."""
    answers = [books.send("GET", path) for path in ("companyinfo/1", "invoice/9", "nonsense/1/2")]
    answers.append(sandbox.http.post("/oauth2/v1/tokens/bearer", data={}))
    tids = [answer.headers["intuit_tid"] for answer in answers]
    assert len(set(tids)) == 4


def test_without_accept_json_the_answer_is_xml(books: Books) -> None:
    response = books.send("GET", "companyinfo/1", headers={"Accept": "*/*"})
    assert response.headers["content-type"].startswith("application/xml")
    assert '<CompanyInfo domain="QBO" sparse="false">' in response.text
    refused = books.send("GET", "invoice/9", headers={"Accept": "*/*"})
    assert '<Error code="610" element="">' in refused.text


@pytest.mark.parametrize("version", ["", "4", "74", "75", "99"])
def test_any_minor_version_is_taken(books: Books, version: str) -> None:
    """22: below 75 it is silently 75."""
    assert books.send("GET", "companyinfo/1", params={"minorversion": version}).status_code == 200


@pytest.mark.parametrize(
    "body", [{"DisplayNam": "x"}, {"Customer": {}}, {"BillAddr": {"Town": "x"}}, [], "text"]
)
def test_what_is_not_known_is_2010(books: Books, body: object) -> None:
    """22."""
    with pytest.raises(Refused) as refused:
        books.ask("POST", "customer", json=body)
    assert refused.value.code == "2010"
    assert refused.value.error["Message"] == "Request has invalid or unsupported property"
    assert refused.value.detail == (
        "Property Name:failed to parse json object; a property specified is unsupported or invalid"
    )


def test_bytes_that_are_no_utf8_are_code_500(books: Books) -> None:
    with pytest.raises(Refused) as refused:
        books.ask("POST", "customer", content='{"DisplayName": "Zoë"}'.encode("latin-1"))
    assert (refused.value.status, refused.value.code) == (400, "500")
    assert "Invalid byte 1 of 1-byte UTF-8 sequence" in refused.value.detail


def test_format_and_request_id_headers_are_ignored(books: Books) -> None:
    name = unique()
    for _ in range(1):
        books.ask(
            "POST",
            "customer",
            json={"DisplayName": name},
            params={"format": "json"},
            headers={"Request-Id": "1"},
        )
    with pytest.raises(Refused):
        books.ask("POST", "customer", json={"DisplayName": name}, headers={"Request-Id": "1"})


def test_addresses_are_case_sensitive_and_bad_paths_are_404(books: Books) -> None:
    assert books.send("POST", "Customer", json={"DisplayName": "x"}).status_code == 400
    assert books.send("GET", "customer/1/2/3").status_code == 404
