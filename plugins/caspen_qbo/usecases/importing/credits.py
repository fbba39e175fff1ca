"""Credit notes that wait because their invoice is paid in QuickBooks. Payment and credit are one matter and
one row, on the credit note; it closes, and the credit follows, when either of the two changes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from caspen_qbo.core.cause import CauseKind, CauseRef
from caspen_qbo.core.importing.pair import ImportProblem
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.usecases.importing.books import BooksState
from caspen_qbo.usecases.shared.session import Session

KEY = "overpayment"


def settle_credits(
    session: Session, books: BooksState, found: Sequence[ImportProblem]
) -> tuple[ImportProblem, ...]:
    """The problems, with a payment that closes an invoice listed on the credit note that finds no room there;
    credit notes whose invoice has something open again are released.
    """
    waiting = _fetch_waiting(session, list(books.invoices))
    rooms = {id_: facts.balance for id_, facts in books.invoices.items() if facts is not None}
    held = [note for note in waiting if rooms.get(note.invoice_id, note.total) < note.total]
    free = {CauseRef(CauseKind.PAID, str(note.invoice_id)) for note in waiting if note not in held}
    session.store.documents.release_causes(free)
    return tuple(listed for problem in found for listed in _on_credits(problem, held))


def _fetch_waiting(session: Session, invoice_ids: list[int]) -> list[Document]:
    """Credit notes that are not on their invoice in QuickBooks yet."""
    ids, _ = session.billing.fetch_related(session.workspace_id, invoice_ids)
    documents = session.store.documents.fetch_documents(DocumentKind.CREDIT_NOTE, ids).values()
    return [
        one for one in documents if one.wanted == "present" and not one.synced and not one.excluded_reason
    ]


def _on_credits(problem: ImportProblem, held: Sequence[Document]) -> Iterator[ImportProblem]:
    notes = [note for note in held if note.invoice_id == problem.document.invoice_id]
    if not notes or problem.error_key != KEY or problem.document.kind is not DocumentKind.INVOICE:
        yield problem
        return
    for note in notes:
        words = (
            f"Credit note {note.number} of {note.total:.2f} finds no room on the invoice for that. Lower the "
            f"payment in QuickBooks by {note.total:.2f}, and the credit is applied automatically; or void "
            "the credit note in Caspen; or accept it as it is, and it is not applied."
        )
        yield replace(problem, document=note, detail=f"{problem.detail} {words}", blocks=True)
