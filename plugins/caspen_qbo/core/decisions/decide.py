"""What a person decides about a document that is not in QuickBooks as it was posted: accept, or send again.
Not what QuickBooks would refuse, nor what would lose something else; never what the person has not seen.
"""

from dataclasses import dataclass

from caspen_qbo.core.cause import CauseKind, CauseRef
from caspen_qbo.core.documents import Body, DocumentFacts, LineFacts
from caspen_qbo.core.money import ZERO
from caspen_qbo.core.posting.decide.accepted import AcceptedEdits
from caspen_qbo.core.posting.decide.decisions import compare_sale
from caspen_qbo.core.posting.decide.set_back import SET_BACK
from caspen_qbo.core.posting.document import ABSENT_VERSION, Document, DocumentRef, InvoiceStanding
from caspen_qbo.core.reconciling.matching import drift
from caspen_qbo.core.records import DocumentKind

INACTIVE = "inactive_reference"
LOCKED = "payment_locked"
NO_ROOM = "overpayment"
"""Of what is in QuickBooks, and finds no room on its invoice: a credit, a payment that was raised."""
DECIDABLE = frozenset(
    {"changed_in_quickbooks", "missing_in_quickbooks", "totals_mismatch", INACTIVE, LOCKED, NO_ROOM, SET_BACK}
)
"""Error keys of rows that leave a decision."""


def closed_by_deciding(kind: DocumentKind) -> frozenset[str]:
    """Error keys of the rows that close. What an invoice says of payments made there, the import decides."""
    return DECIDABLE - {NO_ROOM} if kind is DocumentKind.INVOICE else DECIDABLE


def may_decide(error_key: str, *, blocks: bool, cause: CauseRef | None = None, linked: bool = True) -> bool:
    """Whether a listed row leaves a decision: the rule of ``select_listed``. One that holds a write because
    of an inactive name does not, nor one about a copy or a client, which is no version of the document.

    :param linked: The document is in QuickBooks.
    """
    if error_key == NO_ROOM:
        return blocks and linked
    other = cause is not None and cause.kind in (CauseKind.COPY, CauseKind.CLIENT)
    return error_key in DECIDABLE and not (blocks and error_key == INACTIVE) and not other


def may_resend(kind: DocumentKind, error_key: str, field: str | None, *, imported: bool) -> bool:
    """Whether sending Caspen's version again may do something about a row that leaves a decision.

    :param field: The difference it shows first. A balance follows from what pays an invoice.
    """
    of_payments = kind is DocumentKind.INVOICE and error_key == "totals_mismatch" and field == "balance"
    return not imported and not of_payments and error_key not in (INACTIVE, LOCKED, NO_ROOM)


@dataclass(frozen=True, slots=True)
class ListedDocument(DocumentRef):
    """A linked document that a person names, with what QuickBooks held when it was last read."""

    version: str
    origin: str
    quickbooks_type: str
    quickbooks_id: str
    gone: str | None
    """Why it was not there any more; None: it was."""
    facts: DocumentFacts | None
    open_keys: tuple[str, ...]
    """Error keys of its open rows."""

    @property
    def decidable(self) -> bool:
        return not DECIDABLE.isdisjoint(self.open_keys)

    @property
    def settled_by_accepting(self) -> bool:
        """A version of Caspen's that waits, held by what is accepted, is not sent either, nor removed."""
        return not DECIDABLE.isdisjoint({*self.open_keys} - {INACTIVE})

    @property
    def gone_in_caspen(self) -> bool:
        return self.version == ABSENT_VERSION

    @property
    def theirs(self) -> tuple[str, str]:
        """Type and id of the QuickBooks transaction."""
        return self.quickbooks_type, self.quickbooks_id

    @property
    def imported(self) -> bool:
        return self.origin == "quickbooks"

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


@dataclass(frozen=True, slots=True)
class Acceptance:
    document_id: int
    facts: DocumentFacts
    version: str
    """Caspen's version that it was accepted against."""
    client_id: int | None = None
    """Whose it was then; None: accepted before that was kept."""
    added: tuple[LineFacts, ...] = ()
    """The lines that are a person's own, a late fee for one: they stay when a later version is sent."""
    posted: DocumentFacts | None = None
    """As it was before it was edited; None: accepted before that was kept."""

    @property
    def edits(self) -> AcceptedEdits:
        return AcceptedEdits(self.facts, self.posted, self.added)

    def covers(self, version: str, now: DocumentFacts) -> bool:
        """Whether both sides are just as they were accepted."""
        return self.agrees(version, now) and self.facts.balance == now.balance

    def agrees(self, version: str, now: DocumentFacts) -> bool:
        """Whether its figures are still the agreed ones, whatever was paid since."""
        return self.version == version and not drift(self.facts, now)


def find_posted(posted: DocumentFacts | None, before: Acceptance | None) -> DocumentFacts | None:
    """What a document was before the edits that are accepted now, and those accepted before them.

    :param posted: What edits are measured against now.
    """
    if before is None or posted is None or not before.edits.hold(posted):
        return posted  # sent again since
    return before.posted


def find_added(document: Document, before: Acceptance | None, now: DocumentFacts) -> tuple[LineFacts, ...]:
    """Of what is accepted, the lines beyond those that we posted: alike ones are ours, then in order."""
    if document.as_posted is None:
        return ()
    ours = list(document.as_posted.lines)
    for line in before.added if before else ():
        if line in ours:
            ours.remove(line)
    left = list(now.lines)
    for alike in (_whole, _words, _price):
        for line in list(ours):
            same = next((other for other in left if alike(other) == alike(line)), None)
            if same is not None:
                ours.remove(line)
                left.remove(same)
    return tuple(left[len(ours) :])


def _whole(line: LineFacts) -> object:
    return line


def _words(line: LineFacts) -> object:
    return line.description


def _price(line: LineFacts) -> object:
    return line.item_id, line.amount


def decide_accept(document: ListedDocument, now: DocumentFacts | None) -> str:
    """Why it cannot be accepted, and what to do instead; empty: it can. ``now``: None, or gone: not there."""
    if now is not None and not now.gone:
        return _check_seen(document, now)
    way_out = (
        "Unlink it in Caspen, or record it in QuickBooks again."
        if document.imported
        else "Send it again with `resend`, or void it in Caspen."
    )
    return f"{document}: QuickBooks no longer has it, so there is nothing to accept. {way_out}"


def decide_resend(
    document: ListedDocument,
    staged: Document,
    now: DocumentFacts | None,
    body: Body,
    invoice: InvoiceStanding | None,
) -> str:
    """:param staged: The same document as Caspen shows it.
    :param now: What QuickBooks holds; None, or gone, when it has to be created again.
    :param body: The same, as QuickBooks answered it.
    :param invoice: Of a payment: where its invoice is.
    :return: Why it cannot be sent again, and what to do instead; empty: it can.
    """
    theirs = f"QuickBooks {' '.join(document.theirs)}"
    if document.imported:
        return (
            f"{document}: it came from QuickBooks as {theirs}, so there is no version of Caspen's to send. "
            "Correct it on one of the two sides, or accept it as it is."
        )
    if now is None or now.gone:
        return ""
    if INACTIVE in document.open_keys:
        return (
            f"{document}: QuickBooks refuses every change while its customer {now.customer_id} is inactive. "
            "Make the customer active again there; what else differs can then be sent again. Or accept it as "
            "it is."
        )
    if document.kind is DocumentKind.PAYMENT:
        if reason := _check_pays_nothing_else(document, now, invoice, theirs):
            return reason
        links = body.get("LinkedTxn") or ()
        if deposits := [str(link["TxnId"]) for link in links if link.get("TxnType") == "Deposit"]:
            return (
                f"{document}: {theirs} is part of deposit {', '.join(deposits)}, and QuickBooks changes no "
                "deposited payment. Take it out of the deposit first, or accept it as it is."
            )
    return _check_useful(document, now, staged) or _check_seen(document, now)


def _check_useful(document: ListedDocument, now: DocumentFacts, staged: Document) -> str:
    """What nobody edited, and is Caspen's version, would be sent for nothing; what is paid on an invoice
    stands in the way of some versions.
    """
    theirs = f"QuickBooks {' '.join(document.theirs)}"
    paid = now.total - now.balance
    if document.kind is DocumentKind.INVOICE and paid > (ZERO if document.gone_in_caspen else staged.total):
        return (
            f"{document}: {paid:.2f} is paid on {theirs}, more than Caspen's version comes to. Take that off "
            "or lower it in QuickBooks, then Retry; or accept it as it is."
        )
    if document.gone_in_caspen or staged.as_posted is None or drift(staged.as_posted, now):
        return ""
    if document.kind is DocumentKind.PAYMENT or compare_sale(staged, now.customer_id, now):
        return ""
    if document.kind is DocumentKind.CREDIT_NOTE:
        if now.balance == now.total:
            return ""  # it is applied again
        what = "what it is used on"
    elif "totals_mismatch" not in document.open_keys:
        return ""
    else:
        what = "what is paid on it, or taken off it"
    return (
        f"{document}: {theirs} is Caspen's version already; only {what} differs, and sending it again would "
        "change nothing. Correct that in QuickBooks or in Caspen, or accept it as it is."
    )


def _check_pays_nothing_else(
    document: ListedDocument, now: DocumentFacts, invoice: InvoiceStanding | None, theirs: str
) -> str:
    """Money that someone put on another document would come off it without anyone having asked for that."""
    if not document.gone_in_caspen and (invoice is None or not invoice.ready):
        return (
            f"{document}: its invoice is not in QuickBooks as Caspen shows it. Send the invoice again first."
        )
    own = ("Invoice", invoice.quickbooks_id if invoice else "")
    others = [
        f"{link.txn_type} {link.txn_id} ({link.amount:.2f})"
        for link in now.links
        if (link.txn_type, link.txn_id) != own
    ]
    if not others:
        return ""
    return (
        f"{document}: {theirs} now pays {', '.join(others)}, which Caspen's version would take "
        "off again. Take it off there first, or accept it as it is."
    )


def _check_seen(document: ListedDocument, now: DocumentFacts) -> str:
    """A person decides about what was listed; an edit made since then is another question."""
    if document.facts is not None and document.gone is None and not drift(document.facts, now):
        return ""
    return (
        f"{document}: it was changed in QuickBooks again since it was listed. "
        "Run `reconcile`, look at the new values, and decide then."
    )
