"""Every fault that QuickBooks documents, by its code and its words, has its decision."""

from __future__ import annotations

import json

import pytest

from caspen_qbo.catalogue import ADVICE, CATALOGUE
from caspen_qbo.core.faults import ExistingDocument, FaultAction, FaultError, clean, judge, judge_errors
from tests.unit.core.faults import (
    BUSINESS,
    HOLD,
    INACTIVE,
    REFRESH,
    RETRY,
    STOP,
    UNEXPECTED,
    error,
    fault,
    judge_answer,
)

# (code, Message, Detail, what to do, error key, certainly not carried out)
KNOWN = [
    ("100", "General Authentication Error", "", REFRESH, "invalid_refresh_token", True),
    ("110", "OAuth Error", "", REFRESH, "invalid_refresh_token", True),
    ("120", "Authorization Failure", ": -11014-You do not have access", STOP, "invalid_refresh_token", True),
    ("130", "Wrong Cluster", "", RETRY, "outcome_unknown", False),
    ("140", "Company Locked Out", "", RETRY, "outcome_unknown", False),
    ("150", "Under Maintenance", "", RETRY, "outcome_unknown", False),
    ("400", "MalformedRequest", "Batch Request is Empty", HOLD, "other", True),
    ("500", "Unsupported Operation", "Operation XXX is not supported.", HOLD, "other", True),
    ("600", "Duplicate Request ID", "", RETRY, "outcome_unknown", False),
    ("610", "Object Not Found", f"Object Not Found : {INACTIVE}", HOLD, "inactive_reference", True),
    (
        "610",
        "Object Not Found",
        "Object Not Found : Another user has deleted this transaction.",
        FaultAction.GONE,
        "missing_in_quickbooks",
        True,
    ),
    (
        "620",
        "Txn ID Cannot Be Linked",
        f"Cannot validate linked transactions: {INACTIVE}",
        HOLD,
        "other",
        True,
    ),
    ("630", "Duplicate Object", "", HOLD, "other", True),
    ("800", "Cannot delete object", "", HOLD, "other", True),
    ("1040", "Batch size exceeds allowed limit", "", HOLD, "other", True),
    ("2000", "Invalid object name", "", HOLD, "other", True),
    (
        "2010",
        "Request has invalid or unsupported property",
        "Property Name:failed to parse",
        HOLD,
        "other",
        True,
    ),
    (
        "2020",
        "Required param missing, need to supply the required value for the API",
        "Required parameter Line is missing in the request",
        HOLD,
        "required_param_missing",
        True,
    ),
    ("2020", "Required param missing", "An inventory assetaccount is required", HOLD, "other", True),
    ("2030", "Invalid ID", "", HOLD, "other", True),
    ("2040", "Invalid String", "", HOLD, "other", True),
    (
        "2050",
        "String length is either shorter or longer than supported by specification",
        (
            "String length specified does not match the supported length. "
            "Min:0 Max:21 supported. Supplied length:25"
        ),
        HOLD,
        "number_too_long",
        True,
    ),
    ("2050", "String length", "Min:0 Max:1,000 supported. Supplied length:1,001", HOLD, "other", True),
    ("2060", "Invalid date", "", HOLD, "other", True),
    ("2110", "Invalid decimal", "", HOLD, "other", True),
    ("2130", "Invalid Request Id Format", "", HOLD, "other", True),
    ("2170", "Invalid Enumeration", "Invalid Enumeration : HAS_BEEN_BILLED", HOLD, "other", True),
    ("2210", "Email Address does not conform to the syntax rules of RFC 822", "", HOLD, "other", True),
    ("2290", "NegativeAmount", "Negative amounts aren't supported on transaction lines", HOLD, "other", True),
    ("2500", "Invalid Reference Id", f"Invalid Reference Id : {INACTIVE}", HOLD, "inactive_reference", True),
    ("3000", "Invalid Custom Field", "", HOLD, "other", True),
    (
        "3001",
        "message=ThrottleExceeded; errorCode=003001; statusCode=429",
        "The request limit was reached.  Try again later",
        FaultAction.THROTTLED,
        "other",
        True,
    ),
    (
        "3100",
        "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403",
        "",
        STOP,
        "invalid_refresh_token",
        True,
    ),
    (
        "3200",
        "message=AuthenticationFailed; errorCode=003200; statusCode=401",
        "Token expired: AB01…",
        REFRESH,
        "invalid_refresh_token",
        True,
    ),
    ("3202", "EmptyField", "", REFRESH, "invalid_refresh_token", True),
    ("4000", "Error parsing query", 'QueryParserError: Encountered " <IDENTIFIER>', HOLD, "other", True),
    ("4001", "Invalid query", "QueryValidationError: Property NoSuchField not found", HOLD, "other", True),
    ("4002", "Query could not be processed", "", HOLD, "other", True),
    (
        "5010",
        "Stale Object Error",
        "You and X were working",
        FaultAction.STALE,
        "changed_in_quickbooks",
        True,
    ),
    ("5020", "Permission Denied", "", HOLD, "other", True),
    ("6000", BUSINESS, "Business Validation Error: You must set a transaction amount.", HOLD, "other", True),
    ("6000", BUSINESS, UNEXPECTED, RETRY, "outcome_unknown", False),
    (
        "6000",
        BUSINESS,
        "Another user posted a transaction with inventory products at exactly the same time. Try again.",
        RETRY,
        "other",
        True,
    ),
    ("6000", BUSINESS, "Transaction amount must be 0 or greater", HOLD, "other", True),
    ("6000", BUSINESS, "The currency of the customer differs", HOLD, "currency_mismatch", True),
    (
        "6000",
        BUSINESS,
        (
            "Business Validation Error: You cannot enter more than 50 characters in the request_id field. "
            "You tried entering 8182e07bba..., which is 68 characters."
        ),
        HOLD,
        "other",
        True,
    ),
    ("6070", "Amount is not equal to UnitPrice * Qty", "Supplied value:1,861.07", HOLD, "other", True),
    ("6080", "No Name Provided", "", HOLD, "other", True),
    ("6090", "Discount Line missing info", "", HOLD, "other", True),
    (
        "6100",
        "Invalid tax code",
        "Valid Line TaxCodes for US are TAX or NON",
        HOLD,
        "business_validation_tax",
        True,
    ),
    ("6160", "Invalid tax code", "", HOLD, "business_validation_tax", True),
    ("6170", "Invalid TxnTaxDetail Error", "", HOLD, "business_validation_tax", True),
    ("6180", "Sub Level Limit", "", HOLD, "other", True),
    ("6190", "Invalid Company Status", "Subscription period has ended", STOP, "subscription_ended", True),
    ("6200", "Account Period Closed", "", HOLD, "period_closed", True),
    ("6210", "Account Period Closed, Cannot Update Through Services API", "", HOLD, "period_closed", True),
    ("6220", "Delete List Has Balance Error", "", HOLD, "other", True),
    ("6230", "Invalid tax code", "", HOLD, "business_validation_tax", True),
    ("6240", "Duplicate Name Exists Error", "already using this name", HOLD, "customer_name_taken", True),
    ("6250", "Invalid Customer", "", HOLD, "inactive_reference", True),
    ("6270", "Inventory date", "", HOLD, "inventory_item", True),
    ("6420", "Email address is required", "", HOLD, "other", True),
    ("6430", "Invalid account type (used)", "You can't associate a product", HOLD, "setup_incomplete", True),
    ("6440", "Transaction Detail Information Required", "", HOLD, "other", True),
    ("6450", "Void of a settled payment", "", HOLD, "payment_locked", True),
    ("6470", "TaxLiabilityAccount or TaxRateError", "", HOLD, "business_validation_tax", True),
    ("6480", "Delete of a matched transaction", "", HOLD, "payment_locked", True),
    ("6520", "Inventory quantity", "", HOLD, "inventory_item", True),
    ("6540", "Deposited Transaction cannot be changed", "", HOLD, "payment_locked", True),
    ("6560", "CustomerRef is missing in the request", "", HOLD, "other", True),
    (
        "10000",
        "An application error has occurred",
        "System Failure Error: x",
        RETRY,
        "outcome_unknown",
        False,
    ),
    ("10100", "Result set too big", "", HOLD, "other", True),
    ("10200", "Company reset", "", RETRY, "outcome_unknown", False),
    ("6999", "A code nobody listed", "with a reason", HOLD, "other", True),
    ("", "No code at all", "", RETRY, "outcome_unknown", False),
]

TAX_TEXTS = [
    "Make sure all your transactions have a GST/VAT rate before you save.",
    "Make sure all your transactions have a GST/HST rate before you save.",
    "Make sure all your transactions have a VAT rate before you save.",
    "Make sure all your transactions have a GST rate before you save.",
    "Make sure all your transactions have a sales tax rate before you save.",
    (
        "We're sorry, QuickBooks encountered an error while calculating tax. Try reselecting the tax rate or "
        "reentering the product/service item and saving the form again."
    ),
]


@pytest.mark.parametrize(("code", "text", "detail", "action", "key", "definite"), KNOWN)
def test_each_known_fault_gets_its_decision(code, text, detail, action, key, definite):
    verdict = judge(400, fault(error(code, text, detail)))

    assert verdict is not None
    assert (verdict.action, verdict.error_key, verdict.definite) == (action, key, definite)
    assert verdict.error_key in CATALOGUE
    assert verdict.error.code == code


@pytest.mark.parametrize("text", TAX_TEXTS)
def test_the_tax_wordings_of_every_country_are_a_tax_error(text):
    verdict = judge_answer("6000", BUSINESS, f"Business Validation Error: {text}")

    assert (verdict.action, verdict.error_key, verdict.definite) == (HOLD, "business_validation_tax", True)


def test_an_inactive_tax_code_is_a_tax_error_and_not_just_any_reference():
    element = "Line.SalesItemLineDetail.TaxCodeRef"

    assert (
        judge_answer("2500", "Invalid Reference Id", INACTIVE, element).error_key == "business_validation_tax"
    )


def test_a_number_field_that_is_too_long_is_told_by_its_name_too():
    assert judge_answer("2050", "String length", "too long", "DocNumber").error_key == "number_too_long"


def test_a_duplicate_number_names_the_document_that_has_it():
    detail = (
        "Duplicate Document Number Error : You must specify a different number. "
        "This number has already been used. "
        "DocNumber=INV 18696 is assigned to TxnType=Invoice with TxnId=6575"
    )

    assert judge_answer("6140", "Duplicate Document Number Error", detail).existing == ExistingDocument(
        "Invoice", "6575", "INV 18696"
    )
    assert judge_answer("6140", "Duplicate DocNum Error", "").existing is None
    assert judge_answer("6240", "Duplicate Name", detail).existing is None


def test_ordinary_texts_are_left_alone():
    for _, text, detail, *_rest in KNOWN:
        if detail and "AB01" not in detail:
            assert clean(detail) == " ".join(detail.split())
        assert clean(text) == text
    assert clean("line one\n\tline two") == "line one line two"
    assert len(clean("word " * 1000)) == 1000
    assert json.dumps(clean(None)) == '""'


@pytest.mark.parametrize("code", sorted(ADVICE))
def test_a_refusal_with_advice_has_no_entry_of_its_own(code: str) -> None:
    assert judge_errors([FaultError(code, "Refused", "for this reason")]).error_key == "other"
