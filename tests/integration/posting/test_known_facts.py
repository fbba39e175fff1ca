"""What is not read before it is used: a stale fact is caught before, or by what QuickBooks answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from caspen_qbo import settings, wiring
from caspen_qbo.hooks.store.monitoring.practices import ReportedPayment
from caspen_qbo.usecases.posting.dry_run import plan_post
from caspen_qbo.usecases.reconciling.run import reconcile
from tests.support.command_line import run_command
from tests.support.flow import WORKSPACE, Flow
from tests.support.importing import receive, run_import

DUPLICATE, OVERPAYMENT, TAX = "duplicate_document_number", "overpayment", "business_validation_tax"


@pytest.fixture(autouse=True)
def thrifty(monkeypatch: pytest.MonkeyPatch) -> None:
    """As installed with CASPEN_QBO_READS=thrifty, in this process and on the command line."""
    monkeypatch.setenv("CASPEN_QBO_READS", "thrifty")
    monkeypatch.setattr(settings, "READS", "thrifty")


def reads(flow: Flow) -> list[str]:
    """Metered calls since this was last asked, as ``query Invoice``."""
    found = [
        f"{request['operation']} {request['entity'] or ''}".strip()
        for request in flow.requests()
        if request["meter"] == "CorePlus" and request["status"] == httpx.codes.OK
    ]
    httpx.delete(f"{flow.sandbox.url}/_sandbox/requests", timeout=30, verify=False)
    return found


def by_hand(flow: Flow, number: str) -> str:
    """A bookkeeper makes an invoice of 5.50 with this number; its id."""
    customers, items = flow.books("Customer"), flow.books("Item")
    line = {
        "Amount": 5,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {
            "ItemRef": {"value": next(row["Id"] for row in items if row["Type"] == "Service")},
            "TaxCodeRef": {
                "value": flow.sync_rows("SELECT tax_code_id FROM qbo_sync.tax_link WHERE rate = 10")[0][0]
            },
        },
    }
    document: dict[str, Any] = {
        "CustomerRef": {"value": customers[0]["Id"]},
        "DocNumber": number,
        "TxnDate": "2026-11-01",
        "GlobalTaxCalculation": "TaxExcluded",
        "Line": [line],
    }
    return str(flow.person("create", entity="Invoice", document=document)["Id"])


def ahead(flow: Flow) -> None:
    """Numbers to come were asked for with one that was used, and an import has read all changes since."""
    run_import(flow)
    flow.invoice("10.00", rate="GST free")
    flow.post()
    run_import(flow)
    reads(flow)


def number_of(flow: Flow, invoice: int) -> str:
    return flow.staff.invoice(invoice).number


def pass_time(flow: Flow, hours: float) -> None:
    flow.sync_rows(
        "UPDATE qbo_sync.import_rhythm SET around_at = around_at - make_interval(secs => %s), "
        "heard_at = heard_at - make_interval(secs => %s), wrote_at = wrote_at - make_interval(secs => %s) "
        "RETURNING 1",
        *[hours * 3600] * 3,
    )
    flow.sync_rows(
        "UPDATE qbo_sync.free_number SET asked_at = asked_at - make_interval(secs => %s) RETURNING 1",
        hours * 3600,
    )


def test_where_the_allowance_leaves_room_everything_is_read_before_it_is_used(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number, a client's customer, what is open on an invoice, and tax, each time."""
    monkeypatch.setattr(settings, "READS", "auto")
    monkeypatch.delenv("CASPEN_QBO_READS")
    know_customers(flow)
    taxed = flow.invoice("20.00")
    flow.post()
    run_import(flow)
    reads(flow)
    flow.invoice("30.00", client=flow.staff.create_client("Bea", "Nguyen", email="bea@example.com"))
    flow.pay(taxed)
    flow.post()
    found = reads(flow)
    assert found.count("query") >= 4, "number, customer, tax rates, the paid invoice"
    assert [one for one in found if one.startswith("read")] != [], "preferences"
    theirs = by_hand(flow, number_of(flow, made := flow.invoice("40.00", rate="GST free")))
    flow.post()
    assert f"Invoice {theirs} of 2026-11-01" in flow.listed()[number_of(flow, made), DUPLICATE]
    assert flow.sync_rows("SELECT 1 FROM qbo_sync.free_number") == []
    said = run_command("reads").stdout
    assert "Reading is careful: 1 practice has 500,000 reads a month." in said


# --- numbers ---


def test_numbers_to_come_are_asked_for_together_and_used_once(flow: Flow) -> None:
    ahead(flow)
    flow.invoice("20.00", rate="GST free")
    flow.invoice("30.00", rate="GST free")
    flow.post()
    assert reads(flow) == [] and len(flow.books("Invoice")) == 3
    used = {row["DocNumber"].casefold() for row in flow.books("Invoice")}
    assert not used & {number for (number,) in flow.sync_rows("SELECT number FROM qbo_sync.free_number")}


@pytest.mark.parametrize("told_by", ["the change feed", "a webhook", "time", "a set-back"])
def test_a_number_taken_by_hand_is_known_before_it_is_used(flow: Flow, told_by: str) -> None:
    ahead(flow)
    made = flow.invoice("20.00", rate="GST free")
    theirs = by_hand(flow, number_of(flow, made))
    if told_by == "the change feed":
        run_import(flow)
    elif told_by == "a webhook":
        with wiring.open_store() as store:
            store.practices.forget_numbers({(flow.realm, "Invoice", theirs)})
    elif told_by == "time":
        pass_time(flow, 1.1)
    else:
        flow.sync_rows("UPDATE qbo_sync.place SET database_oid = database_oid + 1 RETURNING 1")
    flow.post()
    assert [row["Id"] for row in flow.books("Invoice")[1:]] == [theirs]
    assert f"Invoice {theirs} of 2026-11-01, total 5.50" in flow.listed()[number_of(flow, made), DUPLICATE]


def test_a_webhook_about_our_own_invoice_ends_nothing_and_working_webhooks_last_the_day(flow: Flow) -> None:
    ahead(flow)
    flow.pay(flow.invoice("20.00", rate="GST free"))
    flow.post()
    ours = {(flow.realm, "Invoice", row["Id"]) for row in flow.books("Invoice")}
    with wiring.open_store() as store:
        store.practices.forget_numbers(ours)
        store.practices.record_heard({ReportedPayment(flow.realm, flow.books("Payment")[0]["Id"])})
    reads(flow)
    pass_time(flow, 20)
    flow.invoice("30.00", rate="GST free")
    flow.post()
    assert reads(flow) == []
    pass_time(flow, 7)
    flow.invoice("40.00", rate="GST free")
    flow.post()
    assert reads(flow) == ["query"]


def test_a_company_that_warns_of_doubled_numbers_refuses_it(flow: Flow) -> None:
    flow.switch(warn_duplicate_numbers=True)
    ahead(flow)
    made = flow.invoice("20.00", rate="GST free")
    theirs = by_hand(flow, number_of(flow, made))
    flow.post()
    assert len(flow.books("Invoice")) == 2
    assert f"belongs to QuickBooks Invoice {theirs}" in flow.listed()[number_of(flow, made), DUPLICATE]


@pytest.mark.parametrize(
    ("found_by", "ended_by"),
    [("import", "deletion"), ("reconcile", "another number"), ("import", "a choice")],
)
def test_a_number_doubled_in_between_is_listed_and_closes_when_it_is_ours_alone(
    flow: Flow, found_by: str, ended_by: str
) -> None:
    """In a company that does not warn: nothing of ours is held, and the other document is named."""
    ahead(flow)
    made = flow.invoice("20.00", rate="GST free")
    number = number_of(flow, made)
    theirs = by_hand(flow, number)
    flow.post()
    assert [row["DocNumber"] for row in flow.books("Invoice")[1:]] == [number, number]
    assert run_command(found_by, "--workspace", "1").returncode == 0
    detail = flow.listed()[number, DUPLICATE]
    assert f"QuickBooks Invoice {theirs} of 2026-11-01, total 5.50 AUD, was given that number too" in detail
    shown = flow.caspen_rows("SELECT quickbooks_status FROM caspen.invoice WHERE id = %s", made)
    assert shown == [("Synced",)]
    flow.pay(made)
    flow.post()
    assert len(flow.books("Payment")) == 1, "nothing waits for it"
    if ended_by == "deletion":
        flow.person("delete", entity="Invoice", id=theirs)
    elif ended_by == "a choice":
        assert run_command("accept", "--workspace", "1", "--number", number).returncode == 0
        assert flow.listed() == {}, "left as it is"
        return
    else:
        flow.person("edit", entity="Invoice", id=theirs, changes={"DocNumber": "OTHER-1"})
    assert run_command(found_by, "--workspace", "1").returncode == 0
    assert flow.listed() == {}


def test_a_dry_run_reads_what_a_run_is_answered(flow: Flow) -> None:
    ahead(flow)
    made = flow.invoice("20.00", rate="GST free")
    by_hand(flow, number_of(flow, made))
    with wiring.open_session(WORKSPACE, wiring.new_run_id("post")) as session:
        assert "Duplicate document number" in plan_post(session).message


def test_a_dry_run_asks_for_the_customer_of_a_new_client(flow: Flow) -> None:
    know_customers(flow)

    def ask() -> int:
        with wiring.open_session(WORKSPACE, wiring.new_run_id("post")) as session:
            plan_post(session)
        return reads(flow).count("query")

    flow.invoice("20.00", rate="GST free")
    ask()
    before = ask()
    client = flow.staff.create_client("Mia", "Field", email="mia@example.com")
    flow.invoice("30.00", rate="GST free", client=client)
    assert ask() == before + 2, "by name and by address"


# --- the invoice of a later payment ---


@pytest.mark.parametrize("over_application", ["fault", "unapplied"])
def test_money_received_by_hand_in_between_is_never_counted_twice(flow: Flow, over_application: str) -> None:
    flow.switch(over_application=over_application)
    invoice = flow.invoice("100.00", rate="GST free")
    flow.post()
    run_import(flow)
    theirs = receive(flow, {invoice: "30.00"})
    flow.pay(invoice)
    reads(flow)
    flow.post()
    if over_application == "unapplied":
        flow.post()
    assert [row["Id"] for row in flow.books("Payment")] == [theirs]
    assert flow.books("Invoice")[0]["Balance"] == Decimal("70")
    [(_, key)] = flow.listed()
    assert key == OVERPAYMENT
    if over_application == "fault":
        assert f"has 70.00 open. QuickBooks already shows payment {theirs}" in next(
            iter(flow.listed().values())
        )


def test_a_payment_of_the_whole_invoice_is_not_preceded_by_a_reading(flow: Flow) -> None:
    invoices = [flow.invoice(amount, rate="GST free") for amount in ("100.00", "40.00")]
    flow.post()
    run_import(flow)
    reads(flow)
    flow.pay(invoices[0])
    flow.post()
    assert reads(flow) == []
    flow.pay(invoices[1], "15.00")
    flow.post()
    assert reads(flow) == ["query"], "part of it would not prove that nobody has paid the rest"
    assert [row["Balance"] for row in flow.books("Invoice")] == [0, 25]


@pytest.mark.parametrize("moved", ["merged", "voided"])
def test_what_became_of_the_invoice_in_between_is_read_when_the_payment_is_refused(
    flow: Flow, moved: str
) -> None:
    invoice = flow.invoice("100.00", rate="GST free")
    flow.post()
    run_import(flow)
    [there] = flow.books("Invoice")
    if moved == "merged":
        into = flow.person("create", entity="Customer", document={"DisplayName": "Ann by hand"})["Id"]
        flow.person("merge", entity="Customer", **{"from": there["CustomerRef"]["value"], "into": into})
    else:
        flow.person("void", entity="Invoice", id=there["Id"])
    flow.pay(invoice)
    flow.post()
    if moved == "merged":
        [payment] = flow.books("Payment")
        assert payment["CustomerRef"]["value"] == into and flow.books("Invoice")[0]["Balance"] == 0
        assert flow.listed() == {}
    else:
        assert flow.books("Payment") == []
        assert [key for _, key in flow.listed()] == ["missing_in_quickbooks"]


# --- customers ---


def know_customers(flow: Flow) -> None:
    with wiring.open_session(WORKSPACE, wiring.new_run_id("reconcile")) as session:
        reconcile(session, full=True)
    ahead(flow)


def test_a_new_client_of_whom_quickbooks_has_nobody_is_not_asked_for(flow: Flow) -> None:
    know_customers(flow)
    client = flow.staff.create_client("Bea", "Nguyen", email="bea@example.com")
    flow.invoice("20.00", rate="GST free", client=client)
    flow.post()
    assert reads(flow) == [] and len(flow.books("Invoice")) == 2


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("by", ["name", "person", "renaming"])
def test_a_customer_made_by_hand_is_found_by_the_feed_or_by_the_refusal(
    flow: Flow, known: bool, by: str
) -> None:
    """A person with the same names and address, made after the last reading, is one more customer, as if made
    a minute later; a name is one to QuickBooks.
    """
    other = flow.person("create", entity="Customer", document={"DisplayName": "B. N."})["Id"]
    know_customers(flow)
    client = flow.staff.create_client("Bea", "Nguyen", email="bea@example.com")
    names = {"GivenName": "Bea", "FamilyName": "Nguyen", "PrimaryEmailAddr": {"Address": "bea@example.com"}}
    name = f"Bea Nguyen (Caspen {client % 100_000:05d})"
    if by == "renaming":
        theirs = other
        flow.person("edit", entity="Customer", id=theirs, changes={"DisplayName": name})
    else:
        document = {"DisplayName": name} if by == "name" else {"DisplayName": "Bea N.", **names}
        theirs = flow.person("create", entity="Customer", document=document)["Id"]
    if known:
        run_import(flow)
    flow.invoice("20.00", rate="GST free", client=client)
    flow.post()
    on = {row["CustomerRef"]["value"] for row in flow.books("Invoice")[1:]}
    assert (on == {theirs}) is (known or by != "person")
    assert flow.listed() == {} and len(flow.books("Invoice")) == 2


# --- tax ---


@pytest.mark.parametrize("change", ["GST off", "another rate"])
def test_tax_that_changed_in_between_is_seen_in_the_first_answer_and_corrected_in_place(
    flow: Flow, change: str
) -> None:
    flow.invoice("10.00")
    flow.post()
    assert flow.books("Invoice")[0]["TotalAmt"] == 11
    reads(flow)
    flow.invoice("20.00")
    flow.post()
    assert "read Preferences" not in reads(flow)
    if change == "GST off":
        flow.switch(using_sales_tax=False)
    else:
        flow.person("change-tax-rate", rate="GST (sales)", percent="12.5")
    first = flow.invoice("100.00")
    flow.post()
    [(number, key)] = flow.listed()
    assert (number, key) == (number_of(flow, first), TAX)
    assert "QuickBooks took it as Invoice" in flow.listed()[number, key]
    flow.invoice("50.00")
    flow.post()
    assert len(flow.books("Invoice")) == 3, "nothing more goes once one answer has shown it"
    if change == "GST off":
        flow.switch(using_sales_tax=True)
    else:
        flow.person("change-tax-rate", rate="GST (sales)", percent="10")
    flow.post()
    assert flow.listed() == {}
    assert [row["TotalAmt"] for row in flow.books("Invoice")] == [11, 22, 110, 55]
