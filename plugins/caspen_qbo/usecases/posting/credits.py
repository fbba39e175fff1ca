"""Applying each credit memo to its own invoice only, also when QuickBooks' auto-apply got there first."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from caspen_qbo.core.documents import Body, DocumentFacts, read_facts
from caspen_qbo.core.posting.decide import Decided
from caspen_qbo.core.posting.decide.credits import (
    ApplicationSituation,
    decide_application,
    find_foreign_applications,
)
from caspen_qbo.core.posting.decide.decisions import Remove
from caspen_qbo.core.posting.document import Document, InvoiceStanding
from caspen_qbo.core.records import CreditNote, DocumentKind
from caspen_qbo.usecases.posting.standings import read_invoices, with_customers
from caspen_qbo.usecases.posting.state import Posting
from caspen_qbo.usecases.sending.lookup import fetch_by, look_up

LATE_AT_MOST = timedelta(hours=1)
"""How long QuickBooks may be late with showing what was posted."""


def decide_applications(posting: Posting) -> Iterator[Sequence[Decided]]:
    """Bring every posted credit memo onto its own invoice with a zero payment."""
    session = posting.session
    for work in posting.documents.fetch_work(DocumentKind.CREDIT_NOTE, "present"):
        standings = posting.documents.fetch_invoice_standings([document.invoice_id for document in work])
        page = [d for d in work if d.linked and d.invoice_id in standings and standings[d.invoice_id].ready]
        if not page:
            continue
        wanted = {document.invoice_id for document in page}
        invoices = read_invoices(posting, {id_: one for id_, one in standings.items() if id_ in wanted})
        standings = with_customers(posting, standings)
        notes = session.billing.fetch_credit_notes(session.workspace_id, [document.id for document in page])
        situations = _read_situations(posting, page, notes, standings, invoices)
        taken_back: set[str] = set()
        while foreign := _find_foreign(situations, taken_back):  # more may show while some are taken back
            yield list(foreign.values())
            taken_back |= foreign.keys()
            situations = _read_situations(posting, page, notes, standings, invoices)
        yield [(situation, decide_application(situation)) for situation in situations]


def _find_foreign(
    situations: Iterable[ApplicationSituation], known: Collection[str]
) -> dict[str, tuple[ApplicationSituation, Remove]]:
    """Applications that auto-apply made, by their QuickBooks id; without those that are known."""
    return {
        removal.quickbooks_id: (situation, removal)
        for situation in situations
        for removal in find_foreign_applications(situation)
        if removal.quickbooks_id not in known
    }


def _read_closing(posting: Posting, invoices: Iterable[DocumentFacts]) -> dict[str, DocumentFacts]:
    """The payments on invoices that have nothing open, by id; a call, and only where there is one."""
    ids = {
        link.txn_id
        for invoice in invoices
        if invoice.balance <= 0
        for link in invoice.links
        if link.txn_type == "Payment"
    }
    return {
        str(body["Id"]): read_facts("Payment", body)
        for body in fetch_by(posting.session, "Payment", "Id", ids)
    }


def _read_situations(
    posting: Posting,
    page: Sequence[Document],
    notes: Mapping[int, CreditNote],
    standings: Mapping[int, InvoiceStanding],
    invoices: Mapping[str, Body],
) -> list[ApplicationSituation]:
    session = posting.session
    found = look_up(session, "CreditMemo", [str(document.quickbooks_id) for document in page])
    # Where a late one is used is seen by a query for its customer's payments: the next run decides. One that
    # queries never show is used as it reads by its id: QuickBooks applies no more of it than is left.
    settled = {
        link.quickbooks_id
        for document in page
        if (link := document.standing_link) and link.posted_at < posting.started_at - LATE_AT_MOST
    }
    memos = {
        id_: read_facts("CreditMemo", body)
        for id_, body in found.there.items()
        if id_ not in found.late or id_ in settled
    }
    used = {
        memo.customer_id
        for document in page
        if (memo := memos.get(str(document.quickbooks_id))) and memo.balance != document.total
    }
    applications: dict[str, list[tuple[DocumentFacts, Body]]] = {}
    hidden: set[str] = set()
    for body in fetch_by(session, "Payment", "CustomerRef", used, hidden):
        facts = read_facts("Payment", body)
        if facts.total == 0 and not facts.voided:  # a zero payment applies credits to charges
            applications.setdefault(facts.customer_id, []).append((facts, body))
    closed = {id_: read_facts("Invoice", body) for id_, body in invoices.items()}
    payments = _read_closing(
        posting, (closed[id_] for one in page if (id_ := standings[one.invoice_id].quickbooks_id) in closed)
    )
    situations = []
    for document in page:
        quickbooks_id = standings[document.invoice_id].quickbooks_id
        memo = memos.get(str(document.quickbooks_id))
        zero_payments = tuple(applications.get(memo.customer_id, ())) if memo else ()
        situations.append(
            ApplicationSituation(
                document,
                notes.get(document.id),
                standings[document.invoice_id],
                memo,
                zero_payments,
                posting.foreign_invoices.get(quickbooks_id),
                found.describe("CreditMemo", document.quickbooks_id) or _describe_hidden(memo, hidden),
                closed.get(quickbooks_id),
                payments,
            )
        )
    return situations


def _describe_hidden(memo: DocumentFacts | None, customers: Collection[str]) -> str:
    if memo is None or memo.customer_id not in customers:
        return ""
    return (
        f"QuickBooks fails to show a payment of customer {memo.customer_id}, which may be what applies "
        f"credit memo {memo.quickbooks_id}. It is applied once all are shown."
    )
