"""One write to QuickBooks that is to be done, before it is recorded and sent."""

from dataclasses import dataclass
from enum import StrEnum

from caspen_qbo.core.documents import Body
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.records import DocumentKind


class Step(StrEnum):
    """Why something is written; a document may take several. Stored, so existing values never change."""

    CUSTOMER = "customer"
    POST = "post"
    """Create the document, or bring it to Caspen's new version."""
    CORRECT = "correct"
    """State Caspen's tax explicitly, once, because QuickBooks computed another."""
    APPLY = "apply"
    """Apply a credit memo to its own invoice."""
    UNAPPLY = "unapply"
    """Take away an application: ours of a void credit note, or one QuickBooks made automatically."""
    REMOVE = "remove"
    """Delete or void what Caspen no longer has."""
    UNDO = "undo"
    """Delete a payment of ours that does not fit on its invoice, or whose invoice is not in QuickBooks."""
    RENUMBER = "renumber"
    """Take the number of what is to be created off our own voided document."""


CLIENT = "client"
"""The kind under which a customer is recorded: it stands for a Caspen client, not for a document."""

ENTITY = {
    DocumentKind.INVOICE: "Invoice",
    DocumentKind.CREDIT_NOTE: "CreditMemo",
    DocumentKind.PAYMENT: "Payment",
}


@dataclass(frozen=True, slots=True)
class Write:
    document_kind: str
    """invoice, credit_note, payment or client."""
    document_id: int
    step: Step
    entity: str
    operation: str
    """create, update, delete or void."""
    payload: Body
    version: str
    """The document's version this was made from."""

    @property
    def key(self) -> DocumentKey:
        """:raises ValueError: it is made for a client, not for a document."""
        return DocumentKey(DocumentKind(self.document_kind), self.document_id)
