"""A large company: 200,000 invoices in under a minute, and answers that stay quick."""

from __future__ import annotations

import time

from qbo_emulator.entities import KINDS
from qbo_emulator.query import run_query
from qbo_emulator.seed import COUNTRIES, seed_company
from qbo_emulator.seed.bulk import load_invoices
from qbo_emulator.values.clock import Clock
from qbo_emulator.values.money import dec

INVOICES = 200_000
QUICK_SECONDS = 1.0


def test_two_hundred_thousand_invoices_load_within_a_minute_and_answer_quickly() -> None:
    company = seed_company(COUNTRIES[0], Clock())
    started = time.perf_counter()
    made = load_invoices(company, INVOICES, 5_000, "2024-07-01", "2026-06-30")
    assert made["invoices"] == INVOICES and time.perf_counter() - started < 60
    questions = {
        "select * from Invoice where DocNumber = 'l0123456'": 1,
        "select * from Invoice where CustomerRef = '1000' maxresults 1000": 40,
        "select * from Invoice where TxnDate = '2025-03-01' maxresults 1000": 274,
        "select * from Invoice where TxnDate >= '2026-06-30' and Balance > '0' maxresults 1000": 27,
        "select * from Invoice startposition 199001 maxresults 1000": 1000,
        "select * from Invoice orderby TxnDate desc maxresults 1000": 1000,
    }
    for text, rows in questions.items():
        started = time.perf_counter()
        answer = run_query(company, text)
        assert answer.get("maxResults") == rows, text
        assert time.perf_counter() - started < QUICK_SECONDS, text


def test_loaded_invoices_are_like_those_made_one_by_one() -> None:
    """Same totals and tax from the same lines, and customers who owe what is open."""
    company = seed_company(COUNTRIES[0], Clock())
    company.switches.auto_apply_credit = False
    load_invoices(company, 100, 7, "2026-01-01", "2026-01-31")
    loaded = list(company.table("Invoice").rows.values())
    owed: dict[str, object] = {}
    for invoice in loaded:
        customer = invoice["CustomerRef"]["value"]
        owed[customer] = dec(owed.get(customer, 0)) + dec(invoice["Balance"])
        lines = [line for line in invoice["Line"] if line["DetailType"] == "SalesItemLineDetail"]
        made = KINDS["Invoice"].create(company, {"CustomerRef": {"value": customer}, "Line": lines})
        assert made["TotalAmt"] == invoice["TotalAmt"] and made["TxnTaxDetail"] == invoice["TxnTaxDetail"]
        KINDS["Invoice"].delete(company, {"Id": made["Id"], "SyncToken": "0"})
    for customer, amount in owed.items():
        assert dec(company.table("Customer").rows[customer]["Balance"]) == amount
