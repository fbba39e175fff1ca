"""python-quickbooks works against the sandbox unmodified, pointed only by its base URL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from intuitlib.client import AuthClient
from quickbooks import QuickBooks
from quickbooks.batch import batch_create, batch_delete, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import ObjectNotFoundException, QuickbooksException, ValidationException
from quickbooks.objects.account import Account
from quickbooks.objects.base import LinkedTxn, PhoneNumber, Ref
from quickbooks.objects.company_info import CompanyInfo
from quickbooks.objects.creditmemo import CreditMemo
from quickbooks.objects.customer import Customer
from quickbooks.objects.deposit import Deposit, DepositLine
from quickbooks.objects.detailline import SalesItemLine, SalesItemLineDetail
from quickbooks.objects.employee import Employee
from quickbooks.objects.invoice import Invoice
from quickbooks.objects.item import Item
from quickbooks.objects.payment import Payment, PaymentLine
from quickbooks.objects.paymentmethod import PaymentMethod
from quickbooks.objects.preferences import Preferences
from quickbooks.objects.refundreceipt import RefundReceipt
from quickbooks.objects.salesreceipt import SalesReceipt
from quickbooks.objects.taxagency import TaxAgency
from quickbooks.objects.taxcode import TaxCode
from quickbooks.objects.taxrate import TaxRate
from quickbooks.objects.taxservice import TaxRateDetails, TaxService
from quickbooks.objects.term import Term
from quickbooks.objects.vendor import Vendor

from qbo_emulator.testing import AU, Sandbox


@pytest.fixture(params=[False, True], ids=["float", "decimal"])
def qb(
    request: pytest.FixtureRequest, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> Iterator[QuickBooks]:
    """A client made the way its README says; plain http needs the library's own flag."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    sandbox.do(f"{AU}/switches", limits=False, auto_apply_credit=False)
    status, tokens = sandbox.get("status"), sandbox.do("token")
    auth = AuthClient(
        status["client_id"],
        status["client_secret"],
        "http://localhost/callback",
        status["discovery_url"],
        access_token=tokens["access_token"],
        refresh_token=tokens["refresh_token"],
    )
    client = QuickBooks(
        auth_client=auth,
        refresh_token=tokens["refresh_token"],
        company_id=AU,
        minorversion=75,
        use_decimal=request.param,
    )
    client.api_url_v3 = f"{status['api_url']}/v3"
    return client


def ref(row_id: str) -> Ref:
    made = Ref()
    made.value = row_id
    return made


def new_customer(qb: QuickBooks, name: str = "Pia Python") -> Customer:
    customer = Customer()
    customer.DisplayName = name
    customer.PrimaryPhone = PhoneNumber()
    customer.PrimaryPhone.FreeFormNumber = "02 5550 1234"
    return customer.save(qb=qb)


def line(qb: QuickBooks, amount: object = 100) -> SalesItemLine:
    made = SalesItemLine()
    made.Amount = Decimal(str(amount)) if qb.use_decimal else amount
    made.SalesItemLineDetail = SalesItemLineDetail()
    made.SalesItemLineDetail.ItemRef = ref(Item.filter(Type="Service", qb=qb)[0].Id)
    made.SalesItemLineDetail.TaxCodeRef = ref(TaxCode.filter(Name="GST", qb=qb)[0].Id)
    return made


def form(qb: QuickBooks, kind: type, customer: Customer, amount: object = 100):
    made = kind()
    made.CustomerRef = customer.to_ref()
    made.Line.append(line(qb, amount))
    return made


def test_create_read_update_and_the_library_s_stale_second_save(qb: QuickBooks) -> None:
    customer = new_customer(qb)
    read = Customer.get(customer.Id, qb=qb)
    assert read.PrimaryPhone.FreeFormNumber == "02 5550 1234"
    read.CompanyName = "Python Pty Ltd"
    assert read.save(qb=qb).SyncToken == "1"
    with pytest.raises(QuickbooksException) as refused:
        read.save(qb=qb)
    assert refused.value.error_code == 5010


def test_all_filter_where_choose_count_and_query(qb: QuickBooks) -> None:
    new_customer(qb, "Ann O'Hara")
    assert len(Account.all(qb=qb)) == 19
    assert len(Account.all(order_by="Name", max_results=5, start_position=2, qb=qb)) == 5
    assert Item.all(qb=qb)[0].Sku == "BAND-M"
    assert [c.DisplayName for c in Customer.filter(Active=True, DisplayName="Ann O'Hara", qb=qb)] == [
        "Ann O'Hara"
    ]
    assert len(Customer.where("DisplayName LIKE 'Ann%'", order_by="DisplayName DESC", qb=qb)) == 1
    assert len(Term.choose(["1", "2"], field="Id", qb=qb)) == 2
    assert PaymentMethod.count(qb=qb) == 6
    assert Customer.query("select * from Customer where Active = true maxresults 1", qb=qb)
    for kind in (Vendor, Employee, TaxRate, TaxAgency):
        assert kind.all(qb=qb), kind


def test_an_invoice_with_all_the_librarys_placeholders(qb: QuickBooks) -> None:
    invoice = form(qb, Invoice, new_customer(qb), "99.95")
    invoice.DocNumber = "PY-1"
    saved = invoice.save(qb=qb, request_id="py-1")
    assert float(saved.TotalAmt) == 109.95
    read = Invoice.get(saved.Id, qb=qb)
    assert read.Line[0].DetailType == "SalesItemLineDetail" and read.TxnTaxDetail.TaxLine
    read.PrivateNote = "noted"
    assert read.save(qb=qb).PrivateNote == "noted"
    assert invoice.download_pdf(qb=qb).startswith(b"%PDF")
    assert read.send(qb=qb, send_to="a@example.com")


def test_payments_void_and_delete(qb: QuickBooks) -> None:
    customer = new_customer(qb)
    invoice = form(qb, Invoice, customer).save(qb=qb)
    payment = Payment()
    payment.CustomerRef, payment.TotalAmt = customer.to_ref(), 110
    payment.Line.append(PaymentLine())
    payment.Line[0].Amount = 110
    link = LinkedTxn()
    link.TxnId, link.TxnType, link.TxnLineId = invoice.Id, "Invoice", 0
    payment.Line[0].LinkedTxn.append(link)
    payment = payment.save(qb=qb)
    assert float(Invoice.get(invoice.Id, qb=qb).Balance) == 0
    again = Payment.get(payment.Id, qb=qb)
    again.PrivateNote = "saved with its LineEx"
    again = again.save(qb=qb)
    again.void(qb=qb)
    assert float(Payment.get(payment.Id, qb=qb).TotalAmt) == 0
    Invoice.get(invoice.Id, qb=qb).void(qb=qb)
    assert float(Invoice.get(invoice.Id, qb=qb).TotalAmt) == 0
    Invoice.get(invoice.Id, qb=qb).delete(qb=qb, request_id="del-1")
    with pytest.raises(ObjectNotFoundException):
        Invoice.get(invoice.Id, qb=qb)


def test_credit_memos_receipts_refunds_and_deposits(qb: QuickBooks) -> None:
    customer = new_customer(qb)
    memo = form(qb, CreditMemo, customer).save(qb=qb)
    assert float(memo.RemainingCredit) == 110
    receipt = form(qb, SalesReceipt, customer).save(qb=qb)
    receipt.void(qb=qb)
    assert float(SalesReceipt.get(receipt.Id, qb=qb).TotalAmt) == 0
    refund = form(qb, RefundReceipt, customer)
    bank = Account.filter(AccountType="Bank", qb=qb)[0]
    refund.DepositToAccountRef = bank.to_ref()
    assert float(refund.save(qb=qb).TotalAmt) == 110
    payment = Payment()
    payment.CustomerRef, payment.TotalAmt = customer.to_ref(), 50
    payment = payment.save(qb=qb)
    deposit = Deposit()
    deposit.DepositToAccountRef = bank.to_ref()
    deposit.Line.append(DepositLine())
    deposit.Line[0].Amount = 50
    link = LinkedTxn()
    link.TxnId, link.TxnType, link.TxnLineId = payment.Id, "Payment", 0
    deposit.Line[0].LinkedTxn.append(link)
    assert float(deposit.save(qb=qb).TotalAmt) == 50
    with pytest.raises(QuickbooksException) as refused:
        Payment.get(payment.Id, qb=qb).delete(qb=qb)
    assert refused.value.error_code == 6540


def test_lists_can_be_made(qb: QuickBooks) -> None:
    account = Account()
    account.Name, account.AccountType, account.AccountSubType = "Python Income", "Income", "ServiceFeeIncome"
    account = account.save(qb=qb)
    item = Item()
    item.Name, item.Type, item.IncomeAccountRef = "Python Lesson", "Service", account.to_ref()
    assert item.save(qb=qb).Id
    for kind, fields in (
        (Term, {"Name": "Net 45", "DueDays": 45}),
        (PaymentMethod, {"Name": "Barter"}),
        (Vendor, {"DisplayName": "Vera Vendor"}),
        (TaxAgency, {"DisplayName": "New Agency"}),
        (Employee, {"GivenName": "Emma", "FamilyName": "Employee"}),
    ):
        made = kind()
        for name, value in fields.items():
            setattr(made, name, value)
        assert made.save(qb=qb).Id, kind


def test_tax_service_company_and_preferences(qb: QuickBooks) -> None:
    rate = TaxRateDetails()
    rate.TaxRateName, rate.RateValue, rate.TaxAgencyId = "Python rate", "7", TaxAgency.all(qb=qb)[0].Id
    service = TaxService()
    service.TaxCode = "Python code"
    service.TaxRateDetails.append(rate)
    assert service.save(qb=qb).TaxCodeId
    assert CompanyInfo.get(1, qb=qb).Country == "AU"
    preferences = Preferences.get(qb=qb)
    assert preferences.SalesFormsPrefs.CustomTxnNumbers is True


def test_batches_of_create_update_and_delete(qb: QuickBooks) -> None:
    customer = new_customer(qb)
    made = batch_create([form(qb, Invoice, customer, n) for n in range(1, 33)], qb=qb)
    assert (len(made.successes), made.faults) == (32, [])
    for invoice in made.successes:
        invoice.PrivateNote = "batched"
    changed = batch_update(made.successes, qb=qb)
    assert {i.PrivateNote for i in changed.successes} == {"batched"} and len(changed.successes) == 32
    assert len(batch_delete(changed.successes, qb=qb).successes) == 32
    duplicate = Customer()
    duplicate.DisplayName = "Pia Python"
    faults = batch_create([duplicate], qb=qb).faults
    assert faults[0].Error[0].code == "6240"


def test_change_data_capture(qb: QuickBooks) -> None:
    customer = new_customer(qb)
    invoice = form(qb, Invoice, customer).save(qb=qb)
    form(qb, Invoice, customer).save(qb=qb)
    invoice.delete(qb=qb)
    since = (datetime.now() - timedelta(hours=24)).strftime("%Y-%m-%dT%H:%M:%S")
    changes = change_data_capture([Invoice, Customer, Deposit], since, qb=qb)
    assert [getattr(i, "status", None) for i in changes.Invoice] == [None, "Deleted"]
    assert customer.Id in [c.Id for c in changes.Customer] and not hasattr(changes, "Deposit")


def test_its_exceptions_carry_the_codes(qb: QuickBooks) -> None:
    with pytest.raises(ValidationException) as refused:
        Customer.query("select * from Customer where Nope = '1'", qb=qb)
    assert refused.value.error_code == 4001
    with pytest.raises(QuickbooksException) as refused:
        new_customer(qb, "Walk-in Client")
    assert refused.value.error_code == 6240
