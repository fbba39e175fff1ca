"""QuickBooks says that something was made inactive, and not what: it is looked up and named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from caspen_seed import NewLine
from tests.support.bookkeeper import edit, invoice_of, plain
from tests.support.command_line import run_command
from tests.support.flow import Flow

KEY = "inactive_reference"
SAID = {
    "code": "610",
    "message": "Object Not Found",
    "detail": "Object Not Found : Something you're trying to use has been made inactive.",
}


def command(*arguments: str) -> str:
    done = run_command(*arguments, "--workspace", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def causes(flow: Flow) -> list[str]:
    rows = flow.sync_rows(
        "SELECT DISTINCT cause_ref FROM qbo_sync.unsynced_invoice WHERE resolved_at IS NULL"
    )
    return [cause for (cause,) in rows]


def unnamed(flow: Flow) -> None:
    """The next batch is refused for the whole with the words that name nothing."""
    flow.door("fail-next", kind="refuse", endpoint="batch", errors=[SAID])


def refinalise(flow: Flow, invoice: int) -> None:
    flow.staff.revert_to_draft(invoice)
    flow.staff.edit_draft(
        invoice, lines=[NewLine("service", "Visit", "70.00", tax_rate_id=flow.rates["GST"])]
    )
    flow.staff.finalise(invoice)


def a_term(flow: Flow, invoice: int) -> str:
    term = flow.person("create", entity="Term", document={"Name": "Seven days", "DueDays": 7})["Id"]
    due = str(invoice_of(flow, invoice)["DueDate"])
    edit(flow, invoice, SalesTermRef={"value": term}, DueDate=due)
    return str(term)


def a_department(flow: Flow, invoice: int) -> str:
    flow.switch(track_departments=True)
    made = flow.person("create", entity="Department", document={"Name": "North"})["Id"]
    edit(flow, invoice, DepartmentRef={"value": made})
    return str(made)


def a_class(flow: Flow, invoice: int) -> str:
    flow.switch(class_tracking="per_line")
    made = flow.person("create", entity="Class", document={"Name": "Clinic A"})["Id"]
    lines = [plain(line) for line in invoice_of(flow, invoice)["Line"] if "SalesItemLineDetail" in line]
    lines[0]["SalesItemLineDetail"]["ClassRef"] = {"value": made}
    edit(flow, invoice, Line=lines)
    return str(made)


@pytest.mark.parametrize(
    ("fill_in", "entity", "called"),
    [
        (a_term, "Term", "terms Seven days"),
        (a_department, "Department", "location North"),
        (a_class, "Class", "class Clinic A"),
    ],
)
@pytest.mark.parametrize("named", [True, False], ids=["QuickBooks names it", "unnamed"])
def test_what_a_bookkeeper_filled_in_is_named_as_theirs_one_cause_for_all_and_follows(
    flow: Flow, fill_in: Callable[[Flow, int], str], entity: str, called: str, named: bool
) -> None:
    line = NewLine("service", "Visit", "100.00", tax_rate_id=flow.rates["GST"])
    invoice = flow.invoice(lines=[line])
    command("post")
    made = fill_in(flow, invoice)
    command("reconcile")
    flow.person("make-inactive", entity=entity, id=made)
    refinalise(flow, invoice)
    if not named:
        unnamed(flow)
    command("post")
    number = flow.staff.invoice(invoice).number
    assert list(flow.listed()) == [(number, KEY)]
    detail = flow.listed()[number, KEY]
    assert f"The {called} (QuickBooks id {made}) was made inactive in QuickBooks." in detail
    assert "A person chose this" in detail and "not Caspen" in detail
    assert "The posted document stays as it was." in detail
    assert causes(flow) == [f"reference:{entity} {made}"]
    command("retry", "--all")
    command("post")
    assert list(flow.listed()) == [(number, KEY)], "it is inactive still"
    flow.person("make-active", entity=entity, id=made)
    command("retry", "--number", number)
    command("post")
    assert flow.listed() == {}, sorted(flow.listed().items())
    assert invoice_of(flow, invoice)["TotalAmt"] == 77


def test_a_customer_is_one_cause_for_all_of_its_documents(flow: Flow) -> None:
    paid = flow.invoice("10.00")
    flow.pay(paid)
    command("post")
    customer = flow.books("Invoice")[0]["CustomerRef"]["value"]
    flow.person("make-inactive", entity="Customer", id=customer)
    held = [flow.invoice("20.00"), flow.invoice("30.00")]
    before = len([r for r in flow.requests() if r["path"].endswith("query")])
    command("post")
    asked = [r for r in flow.requests() if r["path"].endswith("query")][before:]
    assert sum("FROM Customer WHERE Id IN" in str(one["body"]) for one in asked) <= 2, "not for each document"
    assert {key for _, key in flow.listed()} == {KEY} and causes(flow) == [f"customer:{customer}"]
    assert all(f"QuickBooks customer {customer} (" in text for text in flow.listed().values()), flow.listed()
    flow.person("make-active", entity="Customer", id=customer)
    command("retry", "--key", KEY)
    command("post")
    assert flow.listed() == {} and len(flow.books("Invoice")) == 1 + len(held)


@pytest.mark.parametrize("entity", ["Item", "Account", "TaxCode", "PaymentMethod"])
def test_what_the_practice_chose_is_named_and_released_once_active_again(flow: Flow, entity: str) -> None:
    """Made inactive in the minutes in which QuickBooks' lists are trusted."""
    flow.invoice("1.00")
    command("post")
    item = next(row for row in flow.books("Item") if row["Type"] == "Service")
    account = next(row for row in flow.books("Account") if row["AccountType"] == "Bank")
    method = next(row for row in flow.books("PaymentMethod") if row["Active"])
    code = next(row for row in flow.books("TaxCode") if row["Name"] == "GST")
    chosen = {"Item": item, "Account": account, "TaxCode": code, "PaymentMethod": method}[entity]
    flow.person("make-inactive", entity=entity, id=chosen["Id"])
    invoice = flow.invoice("50.00")
    flow.staff.pay(flow.client_id, {invoice: "5.00"}, method=method["Name"])
    if entity == "TaxCode":
        unnamed(flow)  # here QuickBooks would say something about tax
    command("post")
    [((_, key), detail)] = flow.listed().items()
    assert key == KEY
    assert f"{chosen['Name']} (QuickBooks id {chosen['Id']}) was made inactive in QuickBooks" in detail
    expected = {
        "Item": "setting:default Service item",
        "Account": "setting:payment account",
        "TaxCode": f"tax_rate:{flow.rates['GST']}",
        "PaymentMethod": f"reference:PaymentMethod {method['Id']}",
    }
    assert causes(flow) == [expected[entity]]
    flow.person("make-active", entity=entity, id=chosen["Id"])
    if entity == "PaymentMethod":
        command("retry", "--all")
    command("post")
    assert flow.listed() == {}, sorted(flow.listed().items())
    assert flow.books("Invoice")[-1]["Balance"] == flow.staff.balance(invoice)


def test_where_all_is_active_the_words_stay_quickbooks_own(flow: Flow) -> None:
    invoice = flow.invoice("50.00")
    unnamed(flow)
    command("post")
    detail = flow.listed()[flow.staff.invoice(invoice).number, KEY]
    assert "Something you're trying to use has been made inactive" in detail and "QuickBooks id" not in detail
    command("retry", "--all")
    command("post")
    assert flow.listed() == {} and len(flow.books("Invoice")) == 1
