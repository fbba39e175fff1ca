"""Post to QuickBooks: one workspace, from staging to what Caspen's screens show."""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from caspen_qbo.core.cause import BOOKS, CONNECTION, SALES_TAX, SUBSCRIPTION, CauseKind, CauseRef
from caspen_qbo.core.documents import read_facts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.decide import Decided
from caspen_qbo.core.posting.decide.set_back import hold_set_back
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.readiness import check_setup
from caspen_qbo.core.records import DocumentKind, TaxRate
from caspen_qbo.core.reference import ListEntry, TaxCode
from caspen_qbo.errors import ConfigurationError, QboAuthError, StopError, SubscriptionEndedError
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.monitoring.stuck_work import describe_stuck
from caspen_qbo.usecases.posting.carrying_out.carry_out import carry_out
from caspen_qbo.usecases.posting.credits import decide_applications
from caspen_qbo.usecases.posting.customers import fetch_clients, plan_customers
from caspen_qbo.usecases.posting.payments import decide_payments
from caspen_qbo.usecases.posting.removals import (
    decide_credit_note_removals,
    decide_invoice_removals,
    decide_payment_removals,
    hold_deposits,
)
from caspen_qbo.usecases.posting.sales import decide_credit_notes, decide_invoices
from caspen_qbo.usecases.posting.state import Posting
from caspen_qbo.usecases.sending.found_again import find_again
from caspen_qbo.usecases.sending.lookup import fetch_by
from caspen_qbo.usecases.sending.resolve import resolve_unconfirmed, with_documents
from caspen_qbo.usecases.shared.jobs import RunResult, run_job
from caspen_qbo.usecases.shared.session import SHOWN_BY, Session
from caspen_qbo.usecases.shared.staging import stage
from caspen_qbo.usecases.shared.statuses import write_statuses

log = logging.getLogger(__name__)

JOB = "post"
NOT_SET_UP = (
    "Set-up incomplete: choose the payment account and the default items in Settings; nothing posts before."
)

STAGES: tuple[Callable[[Posting], Iterator[Sequence[Decided]]], ...] = (
    decide_payment_removals,
    decide_credit_note_removals,
    decide_invoice_removals,
    decide_invoices,
    decide_credit_notes,
    decide_applications,
    decide_payments,
)
"""Done in order; each part decided is carried out before the next is read, from how things stand by then."""


def post(session: Session) -> RunResult:
    """Everything that is due: removals, invoices, credit notes, applications, payments, statuses, in this
    order. Safe to repeat, to interrupt and to start twice at once: the second waits for the first.

    :raises StopError: nobody can post to this company now; what was done is recorded, what waits is listed
        under that cause and posts automatically once it is fixed.
    :raises RetryError: try again later; nothing is lost.
    """
    with session.store.lock():
        return run_job(session, JOB, _post)


def _post(session: Session, counts: Counter[str]) -> str:
    posting = Posting(session, session.store.documents, session.store.practices.read_clock(), counts)
    staged = stage(session)
    counts["staged"] += staged.invoices
    if session.store.setup.fetch_choices() is None:
        write_statuses(session, counts)
        return NOT_SET_UP
    try:
        found = find_again(session, counts)
        for outcome in resolve_unconfirmed(session):
            counts["found_after_lost_answers"] += outcome.adopted
            counts["sent_again"] += outcome.answer.ok and not outcome.adopted
        tried = _try_closed_books(session)
        if _has_work(session):
            write_all(posting)
            if session.store.customers.release_refused(session.realm_id, posting.started_at):
                write_all(posting)  # the customer was merged or made inactive: looked at, followed or named
            if tried is not None and not _is_held(session, tried):
                session.store.documents.release_causes({BOOKS})
                write_all(posting)
    except (QboAuthError, SubscriptionEndedError) as error:
        list_waiting(session, error)
        write_statuses(session, counts)
        raise
    if counts["payments_posted"]:
        session.store.rhythm.record_written(session.realm_id, posting.started_at)
    write_statuses(session, counts)
    return " ".join(filter(None, (found, warn_of_expiry(session), describe_stuck(session))))


def write_all(posting: Posting) -> None:
    """Once more where the company keeps several currencies since its preferences were read: what was refused
    for that is still work.
    """
    posting.session.reference_was_old = False
    _write_stages(posting)
    if posting.session.reference_was_old:
        _write_stages(posting)


def _write_stages(posting: Posting) -> None:
    for decided in decide_all(posting):
        carry_out(posting, decided)


def decide_all(posting: Posting) -> Iterator[Sequence[Decided]]:
    """Part after part; the next is read once the one before was carried out."""
    for decide in STAGES:
        for decided in decide(posting):
            yield hold_deposits(posting.session, hold_set_back(decided))


def warn_of_expiry(session: Session) -> str:
    """A sentence 14, 7 and 2 days before the connection ends, each once; empty otherwise."""
    due = session.store.setup.claim_expiry_warning()
    if due is None:
        return ""
    days, ends_at = due
    log.warning(
        "connection ends workspace=%d within_days=%d at=%s", session.workspace_id, days, ends_at.isoformat()
    )
    return (
        f"The connection to QuickBooks ends on {ends_at:%Y-%m-%d}, in less than {days} days: "
        "reconnect it in Set-up."
    )


def _try_closed_books(session: Session) -> DocumentKey | None:
    """Release one document held by closed books, to see whether they were reopened: QuickBooks mostly keeps
    its closing date to itself, and trying all of them would be many refusals.
    """
    if BOOKS not in session.store.unsynced.fetch_open_causes():
        return None
    return session.store.documents.release_one(BOOKS)


def _is_held(session: Session, key: DocumentKey) -> bool:
    return any(row.cause == BOOKS for row in session.store.unsynced.fetch_open([key]))


def _has_work(session: Session) -> bool:
    """Whether anything would be sent; a run without work makes no QuickBooks calls."""
    session.store.documents.release_causes(find_fixed_causes(session))
    return bool(session.store.links.fetch_unapplied_payments(session.realm_id)) or any(
        next(iter(session.store.documents.fetch_work(kind, wanted)), None)
        for kind in DocumentKind
        for wanted in ("absent", "present")
    )


def find_fixed_causes(session: Session) -> set[CauseRef]:
    """Shared causes that are gone, so that what they held may go. Connection and subscription cannot be seen
    from outside: what they held is tried, and listed again if need be.
    """
    causes = session.store.unsynced.fetch_open_causes()
    visible = {cause for cause in causes if cause.kind in SHOWN_BY}
    fixed = causes & {CONNECTION, SUBSCRIPTION} | _find_renumbered(session, causes)
    fixed |= visible - _find_broken(session, visible) if visible else set()
    return fixed | _find_fixed_currencies(session, causes)


def _find_broken(session: Session, causes: set[CauseRef]) -> set[CauseRef]:
    session.refresh_causes(causes)
    try:
        context = session.context()
    except ConfigurationError:
        return causes
    broken = {problem.cause for problem in check_setup(context) if problem.cause}
    if context.reference.company.tax_on is False:
        broken.add(SALES_TAX)
    rates = session.billing.fetch_tax_rates(session.workspace_id)
    for cause in causes:
        if cause.kind is CauseKind.ITEM and cause.of == context.choices.product_item_id:
            if _find_early(session, context.reference.items, cause):
                broken.add(cause)
        if cause.kind is CauseKind.TAX_RATE:
            rate_id = int(cause.of)
            code, rate = context.tax_code(rate_id), rates.get(rate_id)
            if code is None or not code.usable_for_sales or not _may_fit(code, rate):
                broken.add(cause)
    return broken


def _find_renumbered(session: Session, causes: set[CauseRef]) -> set[CauseRef]:
    """Numbers that the other Caspen document no longer has in QuickBooks; known without asking there."""
    clashes = {cause: DocumentKey.parse(cause.of) for cause in causes if cause.kind is CauseKind.OWN_NUMBER}
    if not clashes:
        return set()
    others = session.store.documents.fetch(clashes.values())
    taken = {
        (key, document.as_posted.doc_number.casefold())
        for key, document in others.items()
        if document.as_posted is not None
    }
    held = {
        row.cause
        for row in session.store.unsynced.fetch_open()
        if row.cause in clashes and (clashes[row.cause], row.document_number.casefold()) in taken
    }
    return clashes.keys() - held


def _find_early(session: Session, items: Mapping[str, ListEntry], cause: CauseRef) -> bool:
    """Whether everything that waits for an inventory item is still dated before its start."""
    item = items.get(cause.of)
    if item is None or item.since is None:
        return False
    held = [row.key for row in session.store.unsynced.fetch_open() if row.cause == cause]
    documents = session.store.documents.fetch(held).values()
    return all(document.document_date < item.since for document in documents)


def _may_fit(code: TaxCode, rate: TaxRate | None) -> bool:
    """Whether a document at this rate may go on some day; which one may is decided by its own date."""
    return rate is None or rate.rate in code.percents


def _find_fixed_currencies(session: Session, causes: Collection[CauseRef]) -> set[CauseRef]:
    """Of these causes, those that are gone. Writes nothing; asks QuickBooks only where one is open."""
    customers = {cause for cause in causes if cause.kind is CauseKind.CUSTOMER_CURRENCY}
    documents = {cause for cause in causes if cause.kind is CauseKind.DOCUMENT_CURRENCY}
    fixed = customers - _find_customers_in_the_way(session) if customers else set[CauseRef]()
    return fixed | (documents - _find_foreign_documents(session, documents))


def _find_customers_in_the_way(session: Session) -> set[CauseRef]:
    """Chosen again for the clients of what is held: one is renamed, or the client linked to another."""
    held = [
        row.key
        for row in session.store.unsynced.fetch_open()
        if row.cause is not None and row.cause.kind is CauseKind.CUSTOMER_CURRENCY
    ]
    ids = {document.client_id for document in session.store.documents.fetch(held).values()}
    clients = fetch_clients(session, {client_id for client_id in ids if client_id is not None})
    choices = plan_customers(session, {client.id: client for client in clients.values()}, reads_all=True)
    return {choice.problem.cause for choice in choices.values() if choice.problem and choice.problem.cause}


def _find_foreign_documents(session: Session, causes: Collection[CauseRef]) -> set[CauseRef]:
    """Those that QuickBooks still has in another currency; what is gone holds nothing any more."""
    ids: dict[str, dict[str, CauseRef]] = defaultdict(dict)
    for cause in causes:
        quickbooks_type, _, quickbooks_id = cause.of.partition(" ")
        ids[quickbooks_type][quickbooks_id] = cause
    return {
        wanted[facts.quickbooks_id]
        for quickbooks_type, wanted in ids.items()
        for body in fetch_by(session, quickbooks_type, "Id", wanted)
        if not (facts := read_facts(quickbooks_type, body)).gone and facts.is_foreign(session.home_currency)
    }


def list_waiting(session: Session, error: StopError) -> None:
    """Show all that waits, the unconfirmed too, under the cause that stopped the run, as one card."""
    cause = CONNECTION if isinstance(error, QboAuthError) else SUBSCRIPTION

    def list_all(documents: Iterable[Document]) -> None:
        session.store.unsynced.record(
            [Listing(document, error.error_key, error.message, cause) for document in documents]
        )

    for kind in DocumentKind:
        for wanted in ("absent", "present"):
            for page in session.store.documents.fetch_work(kind, wanted):
                list_all(page)
    unconfirmed = session.store.requests.fetch_unconfirmed()
    list_all(document for _, document in with_documents(session, unconfirmed))
