"""Every fault of QuickBooks' that can meet a post run, entered once: what is listed, shown, and heals.

The invoices of a test go in one batch; each but the last meets a fault of its own, and the last one posts in
the same run: a bad document never sinks its batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from caspen_qbo import wiring
from caspen_qbo.catalogue import CATALOGUE
from caspen_qbo.errors import SyncError
from caspen_qbo.usecases.decisions.retry import release
from tests.support.flow import Flow

INACTIVE = (
    "Something you're trying to use has been made inactive. Check the fields with accounts, customers, items."
)
BUSINESS = "A business validation error has occurred while processing your request"
CALCULATING = (
    "Business Validation Error: QuickBooks encountered an error while calculating tax. Try reselecting."
)
WAIT = (
    "Business Validation Error: An unexpected error occurred while accessing or saving your data. "
    "Please wait a few minutes and try again."
)
LOCKED = (
    "Business Validation Error: Someone else is trying to save a transaction with inventory products "
    "at exactly the same time."
)
TAKEN = "You must specify a different number. DocNumber=X is assigned to TxnType=Invoice with TxnId=77"

INACTIVE_KEY = "inactive_reference"
REFUSED = [
    # code, message, detail, element, error key
    ("500", "Unsupported Operation", "Operation XXX is not supported.", "", "other"),
    ("610", "Object Not Found", f"Object Not Found : {INACTIVE}", "", "inactive_reference"),
    ("610", "Object Not Found", "Another user has deleted this transaction.", "", "missing_in_quickbooks"),
    ("620", "TxnID Cannot Be Linked", "Cannot validate linked transactions", "", "other"),
    ("630", "Duplicate Object", "", "", "other"),
    ("800", "Cannot delete object", "", "", "other"),
    ("2000", "Invalid object name", "a batch item needs one entity", "", "other"),
    ("2010", "Request has invalid or unsupported property", "failed to parse json object", "", "other"),
    ("2020", "Required param missing", "Required parameter Line is missing in the request", "Line",
     "required_param_missing"),
    ("2020", "Required param missing", "Required parameter TaxCodeRef is missing", "TaxCodeRef",
     "business_validation_tax"),
    ("2030", "Invalid ID", "Invalid ID : x", "Id", "other"),
    ("2040", "Invalid String", "illegal characters", "", "other"),
    ("2050", "String length is not supported", "Min:0 Max:21 supported.", "DocNumber", "number_too_long"),
    ("2050", "String length is either shorter or longer than supported", "Min:0 Max:4,000 supported.", "Line",
     "other"),
    ("2060", "Invalid Date Format", "Invalid Date : x", "TxnDate", "other"),
    ("2090", "Invalid Number", "Invalid Number : x", "Amount", "other"),
    ("2110", "Invalid Decimal", "", "", "other"),
    ("2130", "Invalid Request Id Format", "", "", "other"),
    ("2170", "Invalid Enumeration", "Invalid Enumeration : HAS_BEEN_BILLED", "", "other"),
    ("2290", "NegativeAmount", "Negative amounts aren't supported on transaction lines", "", "other"),
    ("2500", "Invalid Reference Id", INACTIVE, "CustomerRef", "inactive_reference"),
    ("2500", "Invalid Reference Id", INACTIVE, "TaxCodeRef", "business_validation_tax"),
    ("3000", "Invalid Custom Field", "", "", "other"),
    ("5020", "Permission Denied", "", "", "other"),
    ("6000", BUSINESS, CALCULATING, "", "business_validation_tax"),
    ("6000", BUSINESS, "Make sure all your transactions have a GST rate before you save.", "",
     "business_validation_tax"),
    ("6000", BUSINESS, "Switch it on to use the currency NZD.", "", "currency_mismatch"),
    ("6000", BUSINESS, "Transaction amount must be 0 or greater.", "", "other"),
    ("6070", "Amount is not equal to UnitPrice * Qty", "Supplied value:1,000", "", "other"),
    ("6080", "No Name Provided", "", "", "other"),
    ("6090", "Discount Line missing info", "", "", "other"),
    ("6100", "Invalid tax code", "", "", "business_validation_tax"),
    ("6140", "Duplicate Document Number Error", TAKEN, "", "duplicate_document_number"),
    ("6160", "Invalid tax code", "", "", "business_validation_tax"),
    ("6170", "Invalid TxnTaxDetail Error", "", "", "business_validation_tax"),
    ("6180", "Sub Level Limit", "", "", "other"),
    ("6200", "Account Period Closed", "", "", "period_closed"),
    ("6210", "Account Period Closed", "The account period has closed", "", "period_closed"),
    ("6220", "Delete List Has Balance Error", "", "", "other"),
    ("6230", "Invalid tax code", "", "", "business_validation_tax"),
    ("6240", "Duplicate Name Exists Error", "The name supplied already exists.", "", "customer_name_taken"),
    ("6250", "Invalid Customer", "", "", "inactive_reference"),
    ("6270", "Inventory date", "", "", "inventory_item"),
    ("6420", "Email address is required", "", "BillEmail", "other"),
    ("6430", "Invalid account type", "You can't associate a product with accounts of certain types", "",
     "setup_incomplete"),
    ("6440", "Transaction Detail Information Required", "", "", "other"),
    ("6450", "Void of a settled transaction", "", "", "payment_locked"),
    ("6470", "TaxLiabilityAccount or TaxRateError", "", "", "business_validation_tax"),
    ("6480", "Matched transaction", "", "", "payment_locked"),
    ("6520", "Quantity required", "", "Qty", "inventory_item"),
    ("6540", "Deposited Transaction cannot be changed", "It has been deposited.", "", "payment_locked"),
    ("6560", "CustomerRef is missing in the request", "", "", "other"),
    ("10100", "Result set too big", "", "", "other"),
    ("99", "A fault nobody has listed", "with words of its own", "", "other"),
]  # fmt: skip

HEALING = [
    ("120", "Authorization Failure", ": -11014-You do not have access", "", "invalid_refresh_token"),
    ("3100", "ApplicationAuthorizationFailed", "", "", "invalid_refresh_token"),
    ("6190", "Invalid Company Status", "Subscription period has ended", "", "subscription_ended"),
]
"""Listed under a shared cause that the next run looks at again by itself: nobody presses Retry."""

NOT_NOW = [
    ("3001", "ThrottleExceeded", "The request limit was reached.", ""),
    ("3200", "AuthenticationFailed", "Token expired", ""),
    ("5010", "Stale Object Error", "You and somebody were working on this at the same time.", ""),
    ("6000", BUSINESS, LOCKED, ""),
]
"""Certainly not carried out and nobody's fault: not listed, the next run sends it."""

IN_DOUBT = [
    ("130", "Wrong Cluster", "", ""),
    ("140", "Company Locked Out", "", ""),
    ("150", "Under Maintenance", "", ""),
    ("600", "Duplicate Request ID", "", ""),
    ("6000", BUSINESS, WAIT, ""),
    ("10000", "An application error has occurred", "System Failure Error", ""),
    ("10200", "Company reset", "", ""),
]
"""It may have been carried out: looked for and repeated in the same run."""

WHOLE = [
    ("400", "MalformedRequest", "Batch Request is Empty", ""),
    ("1040", "Batch size exceeds allowed limit", "", ""),
]
"""The batch as a whole is refused before any item is looked at."""


SYNCED = ("Synced", None)


@pytest.fixture
def batch(shared_flow: Flow) -> Iterator[Callable[[int], list[int]]]:
    """Makes invoices that go in one batch; afterwards nothing is listed and each is in QuickBooks once."""
    if not shared_flow.caspen_rows("SELECT FROM caspen.invoice"):
        shared_flow.invoice("1.00")
        shared_flow.post()  # makes the customer, so that the next batch holds invoices
    elif shared_flow.listed():  # an earlier test failed; this one stands on its own
        retry(shared_flow)
        shared_flow.post()
    yield lambda count: [shared_flow.invoice(f"{10 + position}.00") for position in range(count)]
    assert shared_flow.listed() == {}
    numbers = [row["DocNumber"] for row in shared_flow.books("Invoice")]
    assert (
        len(numbers)
        == len(set(numbers))
        == shared_flow.caspen_rows("SELECT count(*) FROM caspen.invoice")[0][0]
    )


def refuse(flow: Flow, cases: Sequence[tuple[str, ...]], **rule: Any) -> None:
    """The next batch's items are refused, one with each of these."""
    errors = [dict(zip(("code", "message", "detail", "element"), case[:4], strict=True)) for case in cases]
    flow.door("fail-next", kind="refuse", endpoint=rule.pop("endpoint", "batch"), errors=errors, **rule)


def shown(flow: Flow, ids: Sequence[int]) -> list[tuple[str, str | None]]:
    """What Caspen's screen says of each."""
    rows = flow.caspen_rows(
        "SELECT id, quickbooks_status, quickbooks_status_detail FROM caspen.invoice WHERE id = ANY(%s)",
        list(ids),
    )
    return [next(row[1:] for row in rows if row[0] == one) for one in ids]


def retry(flow: Flow) -> int:
    with wiring.open_store() as store:
        return release(store.for_workspace(flow.workspace_id), who="test")


@pytest.mark.parametrize("half", [REFUSED[:29], REFUSED[29:]], ids=["lower codes", "higher codes"])
def test_refused_documents_are_listed_and_post_on_retry(
    shared_flow: Flow, batch: Callable[[int], list[int]], half: Sequence[tuple[str, ...]]
) -> None:
    """Every item but the last is refused, each with another fault; the last one posts."""
    *refused, last = batch(len(half) + 1)
    refuse(shared_flow, half)

    shared_flow.post()
    listed = shared_flow.listed()
    numbers = [shared_flow.staff.invoice(one).number for one in refused]
    # Where nothing of it is inactive when it is looked up, the same run sends it again.
    held = {number: case for number, case in zip(numbers, half, strict=True) if case[4] != INACTIVE_KEY}
    assert sorted(listed) == sorted((number, case[4]) for number, case in held.items())
    for number, (code, message, _, _, key) in held.items():
        assert f"({code})" in listed[number, key] and message in listed[number, key]
    assert shown(shared_flow, refused) == [
        SYNCED if case[4] == INACTIVE_KEY else ("Not synced", CATALOGUE[case[4]].title) for case in half
    ]
    assert shown(shared_flow, [last]) == [SYNCED]

    assert retry(shared_flow) == len(held)
    shared_flow.post()
    assert shown(shared_flow, refused) == [SYNCED] * len(refused)


def test_causes_that_cannot_be_looked_at_are_listed_and_tried_by_the_next_run(
    shared_flow: Flow, batch: Callable[[int], list[int]]
) -> None:
    *refused, last = batch(len(HEALING) + 1)
    refuse(shared_flow, HEALING)
    shared_flow.post()
    assert sorted(key for _, key in shared_flow.listed()) == sorted(case[4] for case in HEALING)
    assert shown(shared_flow, refused) == [("Not synced", CATALOGUE[case[4]].title) for case in HEALING]
    assert shown(shared_flow, [last]) == [SYNCED]
    shared_flow.post()
    assert shown(shared_flow, refused) == [SYNCED] * len(refused)


def test_what_cannot_go_now_waits_for_the_next_run(
    shared_flow: Flow, batch: Callable[[int], list[int]]
) -> None:
    *refused, last = batch(len(NOT_NOW) + 1)
    refuse(shared_flow, NOT_NOW)
    result = shared_flow.post()
    assert shared_flow.listed() == {}
    assert result.ledger is not None and result.ledger.waiting == len(NOT_NOW)
    assert shown(shared_flow, [*refused, last]) == [("Not synced", None)] * len(NOT_NOW) + [SYNCED]
    shared_flow.post()
    assert shown(shared_flow, refused) == [SYNCED] * len(refused)


def test_what_may_have_been_done_is_settled_in_the_same_run(
    shared_flow: Flow, batch: Callable[[int], list[int]]
) -> None:
    made = batch(len(IN_DOUBT) + 1)
    refuse(shared_flow, IN_DOUBT)
    shared_flow.post()
    assert shown(shared_flow, made) == [SYNCED] * len(made)


@pytest.mark.parametrize("case", WHOLE, ids=lambda case: case[0])
def test_a_refused_batch_lists_each_of_its_documents(
    shared_flow: Flow, batch: Callable[[int], list[int]], case: tuple[str, ...]
) -> None:
    made = batch(2)
    refuse(shared_flow, [case], status=400)
    shared_flow.post()
    numbers = [shared_flow.staff.invoice(one).number for one in made]
    assert sorted(shared_flow.listed()) == sorted((number, "other") for number in numbers)
    assert retry(shared_flow) == 2
    shared_flow.post()
    assert shown(shared_flow, made) == [SYNCED, SYNCED]


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "server_error"}, {"kind": "server_error", "commit": True},
        {"kind": "bad_gateway", "commit": True},
        {"kind": "unavailable"}, {"kind": "drop"}, {"kind": "drop", "commit": True}, {"kind": "truncate"},
        {"kind": "ok_with_fault"}, {"kind": "ok_with_fault", "commit": True},
        {"kind": "transient", "commit": True},
        {"kind": "batch_partial", "items": 1}, {"kind": "token_expired"},
    ],
    ids=lambda rule: "-".join(str(value) for value in rule.values()),
)  # fmt: skip
def test_a_lost_answer_doubles_nothing_and_lists_nothing(
    shared_flow: Flow, batch: Callable[[int], list[int]], rule: dict[str, Any]
) -> None:
    made = batch(2)
    shared_flow.door("fail-next", endpoint="batch", **rule)
    shared_flow.post()
    assert shown(shared_flow, made) == [SYNCED, SYNCED]


@pytest.mark.parametrize("code", ["4000", "4001", "4002"])
def test_a_query_that_is_refused_fails_the_run_aloud_and_loses_nothing(
    shared_flow: Flow, batch: Callable[[int], list[int]], code: str
) -> None:
    made = batch(2)
    refuse(shared_flow, [(code, "Invalid query", "near x", "")], endpoint="query")
    with pytest.raises(SyncError, match="Invalid query"):
        shared_flow.post()
    [(success, message)] = shared_flow.sync_rows(
        "SELECT success, message FROM qbo_sync.sync_run ORDER BY started_at DESC LIMIT 1"
    )
    assert success is False and code in message
    shared_flow.post()
    assert shown(shared_flow, made) == [SYNCED, SYNCED]
