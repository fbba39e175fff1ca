"""Posting payments: one QuickBooks payment per allocation, never more than its invoice has open there."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from caspen_qbo.core.cause import Setting
from caspen_qbo.core.documents import applied_as_sent, read_facts
from caspen_qbo.core.posting.document import Document, InvoiceStanding
from caspen_qbo.core.posting.mapping import map_payment
from caspen_qbo.core.posting.readiness import Problem, check_payment, check_setup
from caspen_qbo.core.records import Allocation, DocumentKind
from caspen_qbo.usecases.posting.open_balance import within_room
from caspen_qbo.usecases.posting.payment_updates import plan_updates, take_off_moved
from caspen_qbo.usecases.posting.removals import remove_payments
from caspen_qbo.usecases.sending.outcome import record
from caspen_qbo.usecases.sending.resolve import settle
from caspen_qbo.usecases.sending.send import send
from caspen_qbo.usecases.shared.intents import Intent, Step
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.unsynced_entries import list_problems

log = logging.getLogger(__name__)


def post_payments(session: Session, counts: Counter[str], *, run_started_at: datetime) -> None:
    """
    Post the allocations whose invoice is in QuickBooks, and bring posted ones to Caspen's version; the others
    wait.

    :param run_started_at: Invoices posted since then are known to be unpaid in QuickBooks and are not read
        again.
    """
    setup = check_setup(session.context(), {Setting.PAYMENT_ACCOUNT})
    misfit = False
    for page in session.store.documents.fetch_work(DocumentKind.PAYMENT, "present"):
        allocations = session.billing.fetch_allocations(session.workspace_id, [work.id for work in page])
        standings = session.store.documents.fetch_invoice_standings([work.invoice_id for work in page])
        live = [work for work in page if _is_live(allocations.get(work.id))]
        take_off_moved(session, live, standings, counts)
        ready = [
            work
            for work in live
            if work.invoice_id in standings
            and standings[work.invoice_id].ready
            and _pass_gate(session, work, allocations[work.id], setup, counts)
        ]
        currencies = _currencies(session, ready)
        posted = [work for work in ready if work.linked]
        new = within_room(
            session,
            [work for work in ready if not work.linked],
            allocations,
            standings,
            run_started_at,
            counts,
        )
        intents = plan_updates(session, posted, allocations, standings, currencies, counts)
        intents += [
            _post(session, work, allocations[work.id], standings[work.invoice_id],
                  currencies.get(work.invoice_id, session.workspace.currency))
            for work in new
        ]  # fmt: skip
        if not intents:
            continue
        for outcome in send(session, intents, record) + settle(session):
            if outcome.answer.ok and outcome.request.document_kind == DocumentKind.PAYMENT:
                updated = outcome.request.operation == "update"
                counts["payments_updated" if updated else "payments_posted"] += 1
                facts = read_facts("Payment", outcome.answer.body or {})
                misfit |= facts.total != applied_as_sent(outcome.request.payload, facts)
    if misfit:
        remove_payments(session, counts)


def _currencies(session: Session, works: Sequence[Document]) -> dict[int, str]:
    """Of their invoices; looked up only where the company keeps more than one."""
    if not works or not session.reference().company.multi_currency:
        return {}
    invoices = session.billing.fetch_invoices(session.workspace_id, [work.invoice_id for work in works])
    return {invoice.id: invoice.currency for invoice in invoices.values()}


def _is_live(allocation: Allocation | None) -> bool:
    return allocation is not None and allocation.deleted_at is None and allocation.payment_status != "void"


def _pass_gate(
    session: Session, work: Document, allocation: Allocation, setup: Sequence[Problem], counts: Counter[str]
) -> bool:
    problems = [*setup, *check_payment(allocation.payment_date, session.context())]
    if problems:
        counts["listed"] += 1
        list_problems(session, work, problems)
    return not problems


def _post(
    session: Session, work: Document, allocation: Allocation, standing: InvoiceStanding, currency: str
) -> Intent:
    payload = map_payment(
        allocation, customer_id=standing.customer_id, invoice_id=standing.quickbooks_id, currency=currency,
        context=session.context(),
    )  # fmt: skip
    return Intent(work.kind, work.id, Step.POST, "Payment", "create", payload, work.version)
