"""What is compared, how each check is named, and what a difference means for the list a person clears."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from caspen_qbo.core.cause import CauseKind, CauseRef
from caspen_qbo.core.documents import amount_text
from caspen_qbo.core.money import ZERO
from caspen_qbo.core.posting.document import DocumentRef
from caspen_qbo.core.reconciling.matching import Difference
from caspen_qbo.core.records import DocumentKind

COMPARED = ("subtotal", "tax", "total", "balance", "customer", "date", "number")
"""Fields with a check of their own, in the order shown; all else a person can edit counts as ``edited``."""

COMPARED_OF = {
    DocumentKind.INVOICE: COMPARED,
    DocumentKind.CREDIT_NOTE: COMPARED,
    DocumentKind.PAYMENT: ("total", "balance", "customer", "date", "number"),
}

PRESENCE = "presence"

CUSTOMER_STATUS = "customer status"
"""Active on Caspen's side, inactive in QuickBooks; counted with the edited fields."""


class Severity(StrEnum):
    """How much a failing check matters. It never changes whether the check succeeded."""

    CRITICAL = "critical"
    """Money, or a document that is not there."""
    WARNING = "warning"


CURRENCY = "currency"
"""ISO codes of both sides; counted with the edited fields."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    kind: DocumentKind
    name: str
    """rows, unique, in_quickbooks, in_caspen, one of :data:`COMPARED`, or edited."""
    description: str
    severity: Severity
    success: bool
    checked: int
    """Documents the check applied to."""
    failing: int


DRIFT_FIELDS_COMPARED = frozenset({"number", "customer", "date", "subtotal", "tax", "total", CURRENCY})
"""Compared on their own and named if they still differ; an edit that made them equal is no difference."""


def uncompared(changes: Sequence[Difference]) -> tuple[Difference, ...]:
    """Of the fields edited since posting, those no other check compares."""
    return tuple(change for change in changes if change.field not in DRIFT_FIELDS_COMPARED)


@dataclass(frozen=True, slots=True)
class Cause:
    error_key: str
    blocks: bool
    lead: str
    ref: CauseRef | None = None


@dataclass(frozen=True, slots=True)
class DifferingField:
    """One field as recorded; None where a side has nothing."""

    field: str
    caspen_value: str | None
    quickbooks_value: str | None
    delta: Decimal | None


@dataclass(frozen=True, slots=True)
class DifferingDocument:
    """A compared document with differences that nothing explains."""

    document_kind: DocumentKind
    document_id: int
    """Below zero for a document that is in QuickBooks alone."""
    document_number: str
    invoice_id: int
    """Of a document that is in QuickBooks alone: the id of the document whose mark it carries."""
    quickbooks_type: str | None
    quickbooks_id: str | None
    in_caspen: bool
    in_quickbooks: bool
    drifted: bool
    caspen_total: Decimal | None
    quickbooks_total: Decimal | None
    quickbooks_customer: str | None
    gone: str | None
    """voided or deleted, as last read."""
    differences: tuple[DifferingField, ...]
    origin: str | None = None
    """Of its link; found: after our database was set back, nobody knows who changed it since."""

    @property
    def ref(self) -> DocumentRef:
        return DocumentRef(self.document_kind, self.document_id, self.document_number, self.invoice_id)

    @property
    def found(self) -> list[Difference]:
        return [
            Difference(one.field, one.caspen_value or "nothing", one.quickbooks_value or "nothing", one.delta)
            for one in self.differences
        ]


def decide_cause(document: DifferingDocument, differences: Sequence[Difference]) -> Cause:
    known = document.quickbooks_id is not None
    name = (
        f"QuickBooks {document.quickbooks_type} {document.quickbooks_id}"
        if known
        else "The QuickBooks document"
    )
    if not document.in_caspen:
        lead = (
            f"{name}, total {document.quickbooks_total or ZERO:.2f}, carries this document's mark but is not "
            "the one that was posted: a copy, or a duplicate. Delete it there if it should not be; if it is "
            "to stay, take the mark in square brackets out of its private note."
        )
        copy = CauseRef(CauseKind.COPY, f"{document.quickbooks_type} {document.quickbooks_id}")
        return Cause("changed_in_quickbooks", False, lead, copy)
    if not document.in_quickbooks:
        return Cause("missing_in_quickbooks", True, f"{name} was {document.gone or 'deleted'} there.")
    amounts = _name_currencies(document)
    if document.drifted:
        lost = ", or sent in the time that our database, which was set back, has lost"
        who = f"was edited there{lost if document.origin == 'found' else ''}"
        return Cause("changed_in_quickbooks", False, f"{name} {who}{amounts and f' and {amounts}'}:")
    if amounts:
        return Cause("currency_mismatch", False, f"{name} {amounts}:")
    unused = {one.field for one in differences} == {"balance"}
    if unused and document.document_kind is not DocumentKind.INVOICE:
        return Cause("totals_mismatch", False, f"{name} is not used up on its invoice:")
    return Cause("totals_mismatch", False, "")


def _name_currencies(document: DifferingDocument) -> str:
    """Both totals with their currencies, as the end of a sentence; empty where they are in the same."""
    found = next((one for one in document.differences if one.field == CURRENCY), None)
    if found is None:
        return ""
    theirs = amount_text(document.quickbooks_total or ZERO, found.quickbooks_value or "")
    ours = amount_text(document.caspen_total or ZERO, found.caspen_value or "")
    return f"is {theirs}, in Caspen it is {ours}"
