"""What changed in Caspen in a month and no run has read yet: it stands in no table of ours."""

from caspen_qbo.core.closing.checklist import UNREAD, OpenDocument
from caspen_qbo.core.closing.month import Month
from caspen_qbo.core.posting.document import Document, StagedDocument
from caspen_qbo.core.posting.eligibility import DesiredState
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import CURSOR, read_changed, read_staged

INVOICES_MAX = 500
"""Changed ones, of any month, that are looked into while a person waits; a post run reads any number."""


def find_unread(session: Session, month: Month) -> tuple[OpenDocument, ...] | None:
    """None: it is not known, since no run has read Caspen yet or too much has changed. As a post run would
    stage it; writes nothing and asks QuickBooks nothing.
    """
    if session.store.documents.fetch_cursor(CURSOR) is None:
        return None
    ids = read_changed(session).ids
    if len(ids) > INVOICES_MAX:
        return None
    staged = read_staged(session, ids)
    stored = session.store.documents.fetch([one.key for one in staged])
    found = [one for one in staged if _is_of(month, one, stored.get(one.key))]
    return tuple(
        OpenDocument(one.kind.value, one.number, one.total, UNREAD, len(found))
        for one in sorted(found, key=lambda one: (one.kind, one.number))
    )


def _is_of(month: Month, staged: StagedDocument, stored: Document | None) -> bool:
    """Whether it is otherwise than it was read, and dated into the month then or now."""
    if stored is not None and (stored.version, stored.wanted) == (staged.version, staged.wanted):
        return False
    if stored is None and (staged.excluded_reason is not None or staged.wanted != DesiredState.PRESENT):
        return False
    dates = [staged.document_date, *([stored.document_date] if stored else [])]
    return any(month.first <= day <= month.last for day in dates)
