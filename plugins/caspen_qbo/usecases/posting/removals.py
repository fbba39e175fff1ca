"""Taking out of QuickBooks what Caspen no longer has: unlinked payments, void credit notes, void invoices."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from caspen_qbo.core.accounting import Absence
from caspen_qbo.core.documents import Body, date_of, read_facts
from caspen_qbo.core.posting.decide import Decided
from caspen_qbo.core.posting.decide.decisions import Remove, hold_deposited, name_deposits
from caspen_qbo.core.posting.decide.removals import RemovalSituation, decide_removals
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.core.writes import ENTITY, Step
from caspen_qbo.usecases.posting.state import Posting
from caspen_qbo.usecases.sending.lookup import fetch_by, fetch_by_id, look_up
from caspen_qbo.usecases.sending.successors import find_merged
from caspen_qbo.usecases.shared.session import Session


def decide_payment_removals(posting: Posting) -> Iterator[Sequence[Decided]]:
    """Delete our payments that did not fit on their invoice, or whose allocation was unlinked in Caspen."""
    session = posting.session
    unapplied = session.store.links.fetch_unapplied_payments(session.realm_id)
    if unapplied:
        there = fetch_by_id(session, "Payment", [payment.quickbooks_id for payment in unapplied])
        documents = posting.documents.fetch_documents(
            DocumentKind.PAYMENT, [payment.document_id for payment in unapplied]
        )
        yield [
            (RemovalSituation(documents[one.document_id], body), Remove.of("Payment", body, Step.UNDO))
            for one in unapplied
            if (body := there.get(one.quickbooks_id)) is not None
        ]
    yield from _decide_absent(posting, DocumentKind.PAYMENT)


def decide_credit_note_removals(posting: Posting) -> Iterator[Sequence[Decided]]:
    """Delete the application and then the credit memo of notes voided in Caspen."""
    for page in posting.documents.fetch_work(DocumentKind.CREDIT_NOTE, "absent"):
        ids = [document.application_id for document in page]
        applications = _read(posting.session, "Payment", ids)
        unapplied: list[Decided] = [
            (RemovalSituation(document, body), Remove.of("Payment", body, Step.UNAPPLY))
            for document in page
            if (body := applications.get(document.application_id or "")) is not None
            and not read_facts("Payment", body).gone
        ]
        if unapplied:
            yield unapplied
        locked = {s.document.key for s, decision in unapplied if name_deposits(decision)}
        if going := [document for document in page if document.key not in locked]:
            yield _decide_page(posting.session, going)


def decide_invoice_removals(posting: Posting) -> Iterator[Sequence[Decided]]:
    """Void the invoices voided, or deleted as drafts, in Caspen. QuickBooks keeps the zero document."""
    yield from _decide_absent(posting, DocumentKind.INVOICE)


def hold_deposits(session: Session, decided: Sequence[Decided]) -> Sequence[Decided]:
    """What would change a payment that lies in a bank deposit waits for a person. One call, and only where
    there is one.
    """
    ids = {deposit for _, decision in decided for deposit in name_deposits(decision)}
    if not ids:
        return decided
    found = (
        (str(body["Id"]), date_of(body.get("TxnDate"))) for body in fetch_by(session, "Deposit", "Id", ids)
    )
    dates = {deposit: dated for deposit, dated in found if dated is not None}
    return [(s, hold_deposited(s.document, decision, dates)) for s, decision in decided]


def _decide_absent(posting: Posting, kind: DocumentKind) -> Iterator[Sequence[Decided]]:
    for page in posting.documents.fetch_work(kind, "absent"):
        yield _decide_page(posting.session, page)


def _decide_page(session: Session, page: Sequence[Document]) -> Sequence[Decided]:
    entity = ENTITY[page[0].kind]
    found = look_up(session, entity, [document.quickbooks_id or "" for document in page])
    # One that is only not shown is removed as it was last seen: its sync token guards it.
    failed = [id_ for id_, reading in found.unread.items() if reading.absence is Absence.UNREADABLE]
    unread = {id_: found.describe(entity, id_) for id_ in failed}
    chosen = session.store.decisions.fetch_accepted(page[0].kind, [document.id for document in page])
    accepted = {id_: acceptance.edits for id_, acceptance in chosen.items()}
    return decide_removals(page, found.there, find_merged(session, page, found.there), unread, accepted)


def _read(session: Session, entity: str, ids: Iterable[str | None]) -> Mapping[str, Body]:
    return fetch_by_id(session, entity, [quickbooks_id for quickbooks_id in ids if quickbooks_id])
