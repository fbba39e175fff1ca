"""A company as it looks on its first day: accounts, tax codes, items, people, terms and preferences."""

from __future__ import annotations

from typing import Any

from qbo_emulator.entities import KINDS
from qbo_emulator.entities.tax import add_tax_code, add_tax_rate
from qbo_emulator.seed.countries import CountrySeed
from qbo_emulator.store import Company, Document
from qbo_emulator.values.clock import Clock

ACCOUNTS: tuple[tuple[str, str, str], ...] = (
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    ("Business Bank Account", "Bank", "Checking"),
    ("Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("Card Clearing", "Other Current Asset", "OtherCurrentAssets"),
    ("Health Fund Clearing", "Other Current Asset", "OtherCurrentAssets"),
    ("Inventory Asset", "Other Current Asset", "Inventory"),
    ("Furniture and Equipment", "Fixed Asset", "FurnitureAndFixtures"),
    ("Business Credit Card", "Credit Card", "CreditCard"),
    ("Tax Liabilities Payable", "Other Current Liability", "GlobalTaxPayable"),
    ("Retained Earnings", "Equity", "RetainedEarnings"),
    ("Consultation Income", "Income", "ServiceFeeIncome"),
    ("Sales of Product Income", "Income", "SalesOfProductIncome"),
    ("Discounts given", "Income", "DiscountsRefundsGiven"),
    ("Rounding", "Income", "OtherPrimaryIncome"),
    ("Cost of sales", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    ("Clinic Supplies", "Expense", "SuppliesMaterials"),
    ("Bank charges", "Expense", "BankCharges"),
    ("Interest earned", "Other Income", "InterestEarned"),
)
PAYMENT_METHODS = (
    ("Cash", "NON_CREDIT_CARD"),
    ("Cheque", "NON_CREDIT_CARD"),
    ("EFTPOS", "NON_CREDIT_CARD"),
    ("Direct Deposit", "NON_CREDIT_CARD"),
    ("Visa", "CREDIT_CARD"),
    ("MasterCard", "CREDIT_CARD"),
)
TERMS = (("Due on receipt", 0), ("Net 7", 7), ("Net 14", 14), ("Net 30", 30))


def seed_company(seed: CountrySeed, clock: Clock) -> Company:
    """A fresh company of a country, with the same Ids every time."""
    company = Company(
        seed.realm, seed.country, clock, {name: kind.index_kinds for name, kind in KINDS.items()}
    )
    company.home_currency = seed.currency
    _settings(company, seed)
    for name, kind, sub_type in ACCOUNTS:
        _create(company, "Account", Name=name, AccountType=kind, AccountSubType=sub_type)
    _tax(company, seed)
    _items(company, seed)
    for name, kind in PAYMENT_METHODS:
        _create(company, "PaymentMethod", Name=name, Type=kind)
    for name, days in TERMS:
        _create(company, "Term", Name=name, DueDays=days)
    _create(
        company, "Vendor", DisplayName="Riverside Medical Supplies", CompanyName="Riverside Medical Supplies"
    )
    _create(company, "Employee", GivenName="Alex", FamilyName="Nguyen", DisplayName="Alex Nguyen")
    _create(company, "Customer", DisplayName="Walk-in Client")
    company.changes.clear()
    return company


def _create(company: Company, entity: str, **body: Any) -> Document:
    return KINDS[entity].create(company, body)


def _settings(company: Company, seed: CountrySeed) -> None:
    stamp = company.now_stamp()
    head = {
        "domain": "QBO",
        "sparse": False,
        "Id": "1",
        "SyncToken": "0",
        "MetaData": {"CreateTime": stamp, "LastUpdatedTime": stamp},
    }
    # Company addresses come back with the three-letter country code.
    address = {
        "Id": "1",
        "Line1": "12 Harbour Street",
        "City": seed.city,
        "CountrySubDivisionCode": seed.region,
        "PostalCode": seed.postcode,
        "Country": seed.iso3,
    }
    company.info = company.put(
        "CompanyInfo",
        {
            **head,
            "CompanyName": seed.company_name,
            "LegalName": seed.company_name,
            "CompanyAddr": address,
            "CustomerCommunicationAddr": address,
            "LegalAddr": address,
            "Country": seed.country,
            "CompanyStartDate": "2024-07-01",
            "FiscalYearStartMonth": "July" if seed.country == "AU" else "January",
            "PrimaryPhone": {"FreeFormNumber": "+61 2 5550 1000"},
            "Email": {"Address": "accounts@example.com"},
            "WebAddr": {},
            "SupportedLanguages": "en",
            "DefaultTimeZone": "America/Los_Angeles",
            "EmployerId": seed.business_number,
            "NameValue": [
                {"Name": "NeoEnabled", "Value": "true"},
                {"Name": "SubscriptionStatus", "Value": "PAID"},
                {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"},
            ],
        },
        "created",
    )
    us = seed.country == "US"
    company.preferences = company.put(
        "Preferences",
        {
            **head,
            "SalesFormsPrefs": {
                "CustomTxnNumbers": True,
                "AllowDeposit": True,
                "AllowDiscount": True,
                "AllowShipping": False,
                "AllowEstimates": True,
                "AutoApplyCredit": True,
                "AutoApplyPayments": True,
                "UsingPriceLevels": False,
                "ETransactionEnabledStatus": "NotApplicable",
                "ETransactionAttachPDF": False,
                "ETransactionPaymentEnabled": False,
                "AllowServiceDate": True,
                "UsingProgressInvoicing": False,
                "EmailCopyToCompany": False,
                "DefaultTerms": {"value": "3"},
                "DefaultDiscountAccount": "14",
                "CustomField": [],
            },
            "TaxPrefs": {
                "UsingSalesTax": True,
                "PartnerTaxEnabled": us,
                **({"TaxGroupCodeRef": {"value": "1"}} if us else {}),
            },
            "CurrencyPrefs": {
                "MultiCurrencyEnabled": False,
                "HomeCurrency": {"value": seed.currency, "name": seed.currency_name},
            },
            "AccountingInfoPrefs": {
                "UseAccountNumbers": False,
                "TrackDepartments": False,
                "ClassTrackingPerTxn": False,
                "ClassTrackingPerTxnLine": False,
                "CustomerTerminology": "Clients",
                "FirstMonthOfFiscalYear": "July",
                "TaxYearMonth": "July",
            },
            "ProductAndServicesPrefs": {
                "ForSales": True,
                "ForPurchase": True,
                "QuantityWithPriceAndRate": True,
                "QuantityOnHand": True,
            },
            "VendorAndPurchasesPrefs": {"TrackingByCustomer": False, "BillableExpenseTracking": False},
            "EmailMessagesPrefs": {"InvoiceMessage": {"Subject": f"Invoice from {seed.company_name}"}},
            "TimeTrackingPrefs": {"UseServices": True, "BillCustomers": False},
            "OtherPrefs": {"NameValue": []},
        },
        "created",
    )


def _tax(company: Company, seed: CountrySeed) -> None:
    agency = _create(
        company, "TaxAgency", DisplayName=seed.agency, TaxTrackedOnSales=True, TaxTrackedOnPurchases=True
    )
    rates: dict[str, Document] = {}
    for code in seed.tax_codes:
        sides = []
        for side in (code.sales, code.purchases):
            details = []
            for name, percent in side:
                if name not in rates:
                    rates[name] = add_tax_rate(company, name, percent, agency["Id"])
                details.append(
                    {
                        "TaxRateRef": {"value": rates[name]["Id"], "name": name},
                        "TaxTypeApplicable": "TaxOnAmount",
                        "TaxOrder": 0,
                    }
                )
            sides.append(details)
        add_tax_code(company, code.name, code.description, *sides)


def _items(company: Company, seed: CountrySeed) -> None:
    def account(name: str) -> dict[str, str]:
        return {"value": company.table("Account").equal_to("Name", name)[0]["Id"]}

    codes = company.table("TaxCode").equal_to("Name", seed.item_tax_code)
    taxed: dict[str, Any] = {"SalesTaxCodeRef": {"value": codes[0]["Id"]}} if codes else {}
    for name, price in (("Initial Consultation", 145), ("Standard Consultation", 98), ("Report Writing", 60)):
        _create(
            company,
            "Item",
            Name=name,
            Type="Service",
            UnitPrice=price,
            IncomeAccountRef=account("Consultation Income"),
            **taxed,
        )
    _create(company, "Item", Name="Rounding", Type="Service", IncomeAccountRef=account("Rounding"))
    _create(
        company,
        "Item",
        Name="Exercise Band",
        Type="NonInventory",
        UnitPrice="18.50",
        Sku="BAND-M",
        IncomeAccountRef=account("Sales of Product Income"),
        ExpenseAccountRef=account("Cost of sales"),
    )
    _create(
        company,
        "Item",
        Name="Lumbar Cushion",
        Type="Inventory",
        UnitPrice="64.95",
        TrackQtyOnHand=True,
        QtyOnHand=25,
        InvStartDate="2024-07-01",
        IncomeAccountRef=account("Sales of Product Income"),
        ExpenseAccountRef=account("Cost of sales"),
        AssetAccountRef=account("Inventory Asset"),
        Sku="CUSH-01",
    )
