"""What a person leaves as it is: a listed row that neither side has to follow."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.decide.decisions import UNREADABLE
from caspen_qbo.core.posting.document import DocumentRef, StagedDocument
from caspen_qbo.core.posting.eligibility import LEFT_OUT, DesiredState
from caspen_qbo.core.quality.expected import PRACTICE_CHECK
from caspen_qbo.core.quality.own_rows import INCONSISTENT
from caspen_qbo.core.records import DocumentKind

DUPLICATE_NUMBER = "duplicate_document_number"
ABOUT_PAYMENTS = frozenset({"split_payment", "overpayment", "currency_mismatch"})
"""What the import says of payments made in QuickBooks; the invoice itself is there."""


@dataclass(frozen=True, slots=True)
class LeavableRow(DocumentRef):
    """An open row that a person may leave as it is."""

    version: str
    error_key: str
    detail: str
    quickbooks_id: str | None
    as_posted: DocumentFacts | None


def may_leave(error_key: str, *, blocks: bool, linked: bool) -> bool:
    """Whether an open row may be left as it is: the rule of ``select_leavable``."""
    if blocks:
        return not linked and error_key != "outcome_unknown"
    if error_key == UNREADABLE:  # what is not linked may still be on its way
        return linked
    if error_key in (INCONSISTENT, DUPLICATE_NUMBER):  # in QuickBooks as it was posted, and it stays
        return linked
    return error_key in ("historical_invoice", PRACTICE_CHECK) or error_key in ABOUT_PAYMENTS


def leave_out(
    documents: Iterable[StagedDocument],
    linked: Collection[DocumentKey],
    left: Collection[tuple[DocumentKey, str]],
) -> list[StagedDocument]:
    """The documents, those left out by a person as excluded: not in QuickBooks, and in Caspen's version of
    then. What hangs on an invoice that is left out stays out with it.
    """
    documents = list(documents)
    out = {one.key for one in documents if one.key not in linked and (one.key, one.version) in left}
    invoices = {key.id for key in out if key.kind is DocumentKind.INVOICE}
    return [
        replace(one, wanted=DesiredState.LEAVE, excluded_reason=LEFT_OUT)
        if one.wanted == DesiredState.PRESENT
        and one.key not in linked
        and (one.key in out or one.invoice_id in invoices)
        else one
        for one in documents
    ]
