"""A person in QuickBooks: the control API's actions, the pages on them, and what tests may read."""

from __future__ import annotations

import json

import pytest

from qbo_emulator.testing import AU, Books, Refused, Sandbox


def test_a_payment_is_split_over_invoices(sandbox: Sandbox, books: Books) -> None:
    customer = books.customer()
    one, two = books.invoice(customer, 100), books.invoice(customer, 50)
    payment = sandbox.person(
        "record-payment",
        amount="120.00",
        reference="R1",
        invoices=[{"id": one["Id"], "amount": "70.00"}, two["Id"]],
    )
    assert (payment["TotalAmt"], payment["UnappliedAmt"], payment["PaymentRefNum"]) == (120, 0, "R1")
    assert [books.again("Invoice", i)["Balance"] for i in (one, two)] == [30, 0]


def test_the_amount_defaults_to_what_is_named(sandbox: Sandbox, books: Books) -> None:
    customer = books.customer()
    invoices = [books.invoice(customer, amount) for amount in ("0.10", "0.20")]
    assert sandbox.person("record-payment", invoices=[i["Id"] for i in invoices])["TotalAmt"] == 0.3


def test_a_person_edits_voids_and_deletes(sandbox: Sandbox, books: Books) -> None:
    customer = books.customer()
    invoice, memo = books.invoice(customer, 100), books.credit(customer, 10)
    sandbox.person("edit", entity="Invoice", id=invoice["Id"], changes={"PrivateNote": "By hand"})
    with pytest.raises(Refused) as refused:
        books.sparse("Invoice", invoice, PrivateNote="app")
    assert refused.value.code == "5010"
    assert sandbox.person("void", entity="CreditMemo", id=memo["Id"])["TotalAmt"] == 0
    assert sandbox.person("delete", entity="Invoice", id=invoice["Id"])["status"] == "Deleted"
    assert [row["Id"] for row in sandbox.rows("Invoice")] == []


def test_closed_books_stop_the_app_and_not_the_person(sandbox: Sandbox, books: Books) -> None:
    invoice = books.invoice(books.customer(), TxnDate="2026-01-31")
    sandbox.person("close-books", through="2026-06-30")
    with pytest.raises(Refused) as refused:
        books.sparse("Invoice", invoice, PrivateNote="app")
    assert refused.value.code == "6210"
    changed = sandbox.person("edit", entity="Invoice", id=invoice["Id"], changes={"PrivateNote": "person"})
    assert changed["PrivateNote"] == "person"


def test_making_inactive_and_active(sandbox: Sandbox, books: Books) -> None:
    customer = books.customer(DisplayName="Comes and goes")
    assert sandbox.person("make-inactive", entity="Customer", id=customer["Id"])["Active"] is False
    assert (
        sandbox.person("make-active", entity="Customer", id=customer["Id"])["DisplayName"] == "Comes and goes"
    )
    code = books.tax_code("10")
    sandbox.person("make-inactive", entity="TaxCode", id=code)
    with pytest.raises(Refused) as refused:
        books.create("Invoice", books.form(books.customer(), books.line(1, code)))
    assert "calculating tax" in refused.value.detail


def test_entering_a_document_and_renaming_the_company(sandbox: Sandbox, books: Books) -> None:
    made = sandbox.person("create", entity="Customer", document={"DisplayName": "By hand"})
    assert books.again("Customer", made)["DisplayName"] == "By hand"
    sandbox.person("rename-company", name="New Name")
    assert books.ask("GET", "companyinfo/1")["CompanyInfo"]["CompanyName"] == "New Name"


@pytest.mark.parametrize(
    ("path", "body", "word"),
    [
        (f"{AU}/person/dance", {}, "unknown"),
        ("1/person/void", {}, "realms are"),
        (f"{AU}/person/edit", {"entity": "Purse"}, "entity is"),
        (f"{AU}/person/close-books", {"through": "soon"}, "YYYY-MM-DD"),
        (f"{AU}/switches", {"nonsense": 1}, "switches are"),
        (f"{AU}/switches", {"tax_rounding": "up"}, "per_line"),
        (f"{AU}/switches", {"limits": "no"}, "takes a bool"),
        ("token", {"realm": "1"}, "realms are"),
        ("oauth", {"rotation": "weekly"}, "every_refresh"),
        ("clock", {"now": "later"}, "Invalid isoformat"),
    ],
)
def test_the_control_api_explains_mistakes(sandbox: Sandbox, path: str, body: dict, word: str) -> None:
    answer = sandbox.http.post(f"/_sandbox/{path}", json=body)
    assert answer.status_code == 422 and word in answer.json()["error"]


def test_requests_are_kept_with_their_bodies(sandbox: Sandbox, books: Books) -> None:
    books.create("Customer", {"DisplayName": "Recorded"}, requestid="r1")
    record = sandbox.last_request()
    assert record["body"] == {"DisplayName": "Recorded"} and record["query"] == {"requestid": "r1"}
    assert (record["operation"], record["entity"], record["meter"], record["status"]) == (
        "create",
        "Customer",
        "Core",
        200,
    )
    books.create("Customer", {"DisplayName": "Recorded"}, requestid="r1")
    assert sandbox.last_request()["replayed"] is True
    assert sandbox.get("requests", since=record["number"])["requests"][0]["number"] == record["number"] + 1


def test_counters_tell_endpoints_faults_and_meters(sandbox: Sandbox, books: Books) -> None:
    books.customer()
    books.send("GET", "invoice/999")
    counters = sandbox.get("counters")
    assert counters["by_endpoint"]["POST customer"] == 1 and counters["by_fault"]["610"] == 1
    assert counters["by_meter"] == {"Core": 1, "CorePlus": 1}
    assert counters["peak_requests_per_minute"][AU] >= 1


def test_the_pages_show_a_company_and_act_on_it(sandbox: Sandbox, books: Books) -> None:
    customer = books.customer(DisplayName="<b>Bold</b>")
    invoice = books.invoice(customer, 100, DocNumber="P-1")
    home = sandbox.http.get("/_sandbox/")
    assert "Harbour Street Allied Health" in home.text
    page = sandbox.http.get(f"/_sandbox/{AU}/")
    assert "P-1" in page.text and "&lt;b&gt;Bold" in page.text and "<b>Bold" not in page.text
    form = {"customer": customer["Id"], "amount": "60", "invoices": f"{invoice['Id']}=60"}
    paid = sandbox.http.post(f"/_sandbox/{AU}/do/record-payment", data=form, follow_redirects=True)
    assert paid.status_code == 200 and "Record payment: done." in paid.text
    assert books.again("Invoice", invoice)["Balance"] == 40
    edit = {"entity": "Invoice", "id": invoice["Id"], "changes": '{"PrivateNote": "from the page"}'}
    sandbox.http.post(f"/_sandbox/{AU}/do/edit", data=edit)
    document = sandbox.http.get(f"/_sandbox/{AU}/show/Invoice/{invoice['Id']}")
    assert "from the page" in document.text
    closed = sandbox.http.post(
        f"/_sandbox/{AU}/do/close-books", data={"through": "2099-01-01"}, follow_redirects=True
    )
    assert "2099-01-01" in closed.text
    payment = sandbox.rows("Payment")[0]["Id"]
    sandbox.person("make-deposit", payments=[payment])
    void = {"entity": "Payment", "id": payment}
    refused = sandbox.http.post(f"/_sandbox/{AU}/do/void", data=void, follow_redirects=True)
    assert "6540: Deposited Transaction cannot be changed" in refused.text
    assert sandbox.http.get("/_sandbox/1/").status_code == 404


def test_a_page_offers_every_other_action(sandbox: Sandbox, books: Books) -> None:
    gone, kept = books.customer(DisplayName="Goes"), books.customer(DisplayName="Stays")
    page = sandbox.http.get(f"/_sandbox/{AU}/?show=Customer")
    for action in ("merge", "change-tax-rate", "enable-multi-currency", "remove-from-deposit"):
        assert f"<option>{action}</option>" in page.text
    asked = json.dumps({"entity": "Customer", "from": gone["Id"], "into": kept["Id"]})
    form = {"action": "merge", "asked": asked}
    done = sandbox.http.post(f"/_sandbox/{AU}/do/anything", data=form, follow_redirects=True)
    assert "Merge: done." in done.text
    assert books.again("Customer", gone)["Active"] is False
    wrong = sandbox.http.post(
        f"/_sandbox/{AU}/do/anything", data={**form, "asked": "{"}, follow_redirects=True
    )
    assert wrong.status_code == 200 and "problem" in wrong.text


def test_a_reset_brings_back_the_first_day(sandbox: Sandbox, books: Books) -> None:
    before = sandbox.rows("Customer")
    books.customer()
    sandbox.fail("drop")
    sandbox.do("reset")
    assert [row["DisplayName"] for row in sandbox.rows("Customer")] == [row["DisplayName"] for row in before]
    assert sandbox.get("faults")["rules"] == [] and sandbox.get("requests")["requests"] == []
    assert sandbox.get(f"{AU}/switches")["auto_apply_credit"] is True


def test_more_companies_are_added_and_go_with_the_next_reset(sandbox: Sandbox, books: Books) -> None:
    realms = sandbox.do("companies", number=3)["realms"]
    assert len(set(realms)) == 3 and AU not in realms
    names = [
        [row["Name"] for row in sandbox.get(f"{realm}/rows/Account")["rows"]] for realm in (AU, realms[-1])
    ]
    assert names[0] == names[1]
    sandbox.do("reset", realm=realms[-1])
    assert sandbox.do("token", realm=realms[-1])["refresh_token"]
    sandbox.do("reset")
    assert not set(realms) & {company["realm"] for company in sandbox.get("status")["companies"]}


def test_more_companies_come_with_switches_and_connected(sandbox: Sandbox) -> None:
    made = sandbox.do("companies", number=2, switches={"limits": False}, connected=True)
    assert [sandbox.get(f"{realm}/switches")["limits"] for realm in made["realms"]] == [False, False]
    for realm, tokens in zip(made["realms"], made["tokens"], strict=True):
        answer = sandbox.http.get(
            f"/v3/company/{realm}/companyinfo/{realm}",
            headers={"Authorization": f"Bearer {tokens['access_token']}"},
        )
        assert answer.status_code == 200


def test_one_company_can_be_reset_with_its_tokens_alive(sandbox: Sandbox, books: Books) -> None:
    books.customer()
    sandbox.do("reset", realm=AU)
    assert len(sandbox.rows("Customer")) == 1 and books.send("GET", "companyinfo/1").status_code == 200
