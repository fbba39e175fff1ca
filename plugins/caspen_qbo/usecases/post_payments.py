"""Posting payments: one QuickBooks payment per allocation, never more than its invoice has open there."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from caspen_qbo.core.documents import DocumentFacts, read_facts
from caspen_qbo.core.mapping import map_payment
from caspen_qbo.core.readiness import Problem, check_payment, check_setup
from caspen_qbo.core.records import Allocation, DocumentKind
from caspen_qbo.hooks.store.documents import InvoiceStanding, Work
from caspen_qbo.usecases.intents import Intent, Step
from caspen_qbo.usecases.listing import list_problems
from caspen_qbo.usecases.look import fetch_by
from caspen_qbo.usecases.record import record
from caspen_qbo.usecases.remove import remove_payments
from caspen_qbo.usecases.send import send
from caspen_qbo.usecases.session import Session
from caspen_qbo.usecases.settle import settle

log = logging.getLogger(__name__)


def post_payments(session: Session, counts: Counter[str], *, run_started_at: datetime) -> None:
    """
    Post the allocations whose invoice is in QuickBooks; the others wait for it.

    :param run_started_at: Invoices posted since then are known to be unpaid in QuickBooks and are not read again.
    """
    setup = [p for p in check_setup(session.context()) if "payment account" in p.cause_ref]
    misfit = False
    for page in session.store.documents.fetch_work(session.workspace_id, DocumentKind.PAYMENT, "present"):
        allocations = session.billing.fetch_allocations(session.workspace_id, [work.document_id for work in page])
        standings = session.store.documents.fetch_invoice_standings(
            session.workspace_id, [work.invoice_id for work in page]
        )
        ready = [
            work
            for work in page
            if not work.linked
            and _is_live(allocations.get(work.document_id))
            and work.invoice_id in standings
            and standings[work.invoice_id].ready
            and _pass_gate(session, work, allocations[work.document_id], setup, counts)
        ]
        ready = _within_balance(session, ready, allocations, standings, run_started_at, counts)
        currencies = {
            invoice.id: invoice.currency
            for invoice in session.billing.fetch_invoices(
                session.workspace_id, [work.invoice_id for work in ready]
            ).values()
        } if session.reference().company.multi_currency else {}
        intents = [
            _post(session, work, allocations[work.document_id], standings[work.invoice_id],
                  currencies.get(work.invoice_id, session.workspace.currency))
            for work in ready
        ]  # fmt: skip
        if not intents:
            continue
        for outcome in send(session, intents, record) + settle(session):
            if outcome.answer.ok and outcome.request.document_kind == DocumentKind.PAYMENT:
                counts["payments_posted"] += 1
                misfit |= read_facts("Payment", outcome.answer.body or {}).balance != 0
    if misfit:
        remove_payments(session, counts)


def _is_live(allocation: Allocation | None) -> bool:
    return allocation is not None and allocation.deleted_at is None and allocation.payment_status != "void"


def _pass_gate(
    session: Session, work: Work, allocation: Allocation, setup: Sequence[Problem], counts: Counter[str]
) -> bool:
    problems = [*setup, *check_payment(allocation.payment_date, session.context())]
    if problems:
        counts["listed"] += 1
        list_problems(session, work, problems)
    return not problems


def _post(
    session: Session, work: Work, allocation: Allocation, standing: InvoiceStanding, currency: str
) -> Intent:
    payload = map_payment(
        allocation, customer_id=standing.customer_id, invoice_id=standing.quickbooks_id, currency=currency,
        context=session.context(),
    )  # fmt: skip
    return Intent(work.kind, work.document_id, Step.POST, "Payment", "create", payload, work.version)


def _within_balance(
    session: Session,
    works: Sequence[Work],
    allocations: dict[int, Allocation],
    standings: dict[int, InvoiceStanding],
    run_started_at: datetime,
    counts: Counter[str],
) -> list[Work]:
    """
    The payments that QuickBooks' open balances can take, in order; the others are listed.

    What is missing was paid in QuickBooks by somebody else, perhaps with the same receipt: posting it as well would
    count the money twice.
    """
    older = {
        standings[w.invoice_id].quickbooks_id for w in works if standings[w.invoice_id].posted_at < run_started_at
    }
    there = {str(b["Id"]): read_facts("Invoice", b) for b in fetch_by(session, "Invoice", "Id", older)}
    open_balance = {quickbooks_id: facts.balance for quickbooks_id, facts in there.items()}
    fitting = []
    for work in works:
        quickbooks_id = standings[work.invoice_id].quickbooks_id
        amount = allocations[work.document_id].amount
        if quickbooks_id not in older:
            fitting.append(work)
        elif quickbooks_id not in there or there[quickbooks_id].gone:
            counts["listed"] += 1
            detail = f"Its invoice, QuickBooks Invoice {quickbooks_id}, was voided or deleted there."
            list_problems(session, work, [Problem("missing_in_quickbooks", detail)])
        elif open_balance[quickbooks_id] >= amount:
            open_balance[quickbooks_id] -= amount
            fitting.append(work)
        else:
            counts["listed"] += 1
            problem = _exceeds(session, amount, open_balance[quickbooks_id], there[quickbooks_id])
            list_problems(session, work, [problem])
    return fitting


def _exceeds(session: Session, amount: Decimal, still_open: Decimal, invoice: DocumentFacts) -> Problem:
    payment_ids = [link.txn_id for link in invoice.links if link.txn_type == "Payment"]
    ours = session.store.links.fetch_by_quickbooks_ids(session.realm_id, "Payment", payment_ids)
    foreign = [payment_id for payment_id in payment_ids if payment_id not in ours]
    by = f" QuickBooks already shows payment {', '.join(foreign)} on it." if foreign else ""
    return Problem(
        "overpayment",
        f"The payment is {amount:.2f}, but QuickBooks invoice {invoice.quickbooks_id} has {still_open:.2f} open.{by}",
    )
