"""One write to QuickBooks that is to be done, before it is recorded and sent."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.documents import Body, read_links, ref_of
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


@dataclass(frozen=True, slots=True)
class Batch:
    """Writes that are sent in one call."""

    writes: tuple[Write, ...]
    touches: frozenset[str]
    """What its writes change besides the documents they make."""
    ordered: bool
    """Not only new documents: nothing before it may be under way still, and nothing after it yet."""

    def may_go_with(self, other: "Batch") -> bool:
        """Whether both may be under way at once: in whichever order QuickBooks does them, the books are the
        same and neither gets in the other's way.
        """
        return not (self.ordered or other.ordered or self.touches & other.touches)


def plan_batches(writes: Iterable[Write], size: int, stocked: Collection[str] = ()) -> Iterator[Batch]:
    """In order, each as full as can be; a void goes alone.

    :param stocked: Ids of inventory items: QuickBooks refuses two documents of such at the same time.
    """
    for chunk in chunked(writes, size):
        others = [write for write in chunk if write.operation != "void"]
        if others:
            touches = {one for write in others for one in _touched(write, stocked)}
            creates = all(write.operation == "create" for write in others)
            yield Batch(tuple(others), frozenset(touches), ordered=not creates)
        for write in chunk:
            if write.operation == "void":
                yield Batch((write,), frozenset(), ordered=True)


def _touched(write: Write, stocked: Collection[str]) -> Iterator[str]:
    """The documents that a payment or an application changes, and the stock that is sold from."""
    for link in read_links(write.payload):
        yield f"{link.txn_type} {link.txn_id}"
    if stocked:
        for line in write.payload.get("Line") or ():
            if ref_of(line.get("SalesItemLineDetail") or {}, "ItemRef") in stocked:
                yield "stock"
