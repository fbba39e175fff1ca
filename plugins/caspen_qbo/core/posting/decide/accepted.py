"""What a person edited in QuickBooks and another accepted, and what Caspen's next version undoes of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from caspen_qbo.core.documents import Body, DocumentFacts, LineFacts, date_of, read_sales_line
from caspen_qbo.core.posting.decide.decisions import Charge
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.mapping import PAYMENT_REFERENCE_MAX, Payload
from caspen_qbo.core.posting.merging import find_own_lines
from caspen_qbo.core.reconciling.matching import LINE_PROPERTIES, Difference, applied_text, drift, text
from caspen_qbo.core.records import Allocation

OVERWRITES = (
    "Caspen has a new version, and it would overwrite what was edited there and accepted by a person. Accept "
    "it again, and Caspen's version is not sent; or send Caspen's version again, and it goes:"
)
"""Before the differences."""


@dataclass(frozen=True, slots=True)
class AcceptedEdits:
    """A document as a person accepted it."""

    facts: DocumentFacts
    posted: DocumentFacts | None
    """As it was before it was edited; None: accepted by a version that did not keep it, anything may be an
    edit.
    """
    added: tuple[LineFacts, ...] = ()
    """Lines that are a person's own: they stay when Caspen's version is sent."""

    def hold(self, now: DocumentFacts) -> bool:
        """Whether it still stands there as it was accepted. A merge of customers moves it, and edits none."""
        return all(one.field == "customer" for one in drift(self.facts, now))

    def edited(self, name: str) -> bool:
        return self.posted is None or getattr(self.posted, name) != getattr(self.facts, name)


def find_overwritten(
    accepted: AcceptedEdits, document: Document, charge: Charge, there: Body, payload: Payload
) -> tuple[Difference, ...]:
    """Of an invoice or credit memo.

    :param there: As QuickBooks holds it now, which is as it was accepted.
    :param payload: The update, merged into that.
    """
    found = [*_overwritten_form(accepted, payload), *_overwritten_lines(accepted, there, payload)]
    return tuple(found) or tuple(_overwritten_tax(accepted, document, charge))


def _overwritten_form(accepted: AcceptedEdits, payload: Payload) -> Iterator[Difference]:
    for name, attribute, sent in (
        ("number", "doc_number", payload.get("DocNumber")),
        ("date", "txn_date", date_of(payload.get("TxnDate"))),
        ("due_date", "due_date", date_of(payload.get("DueDate"))),
    ):
        theirs = getattr(accepted.facts, attribute)
        if sent is not None and accepted.edited(attribute) and sent != theirs:
            yield Difference(name, text(sent), text(theirs))


def _overwritten_tax(accepted: AcceptedEdits, document: Document, charge: Charge) -> Iterator[Difference]:
    """Tax that was stated by hand; where lines were edited it follows from them."""
    posted, theirs = accepted.posted, accepted.facts.tax
    if posted is None or document.tax is None or posted.tax == theirs - charge.tax:
        return
    ours = document.tax + charge.tax
    lines = [one for one in accepted.facts.lines if one not in accepted.added]
    if lines == list(posted.lines) and ours != theirs:
        yield Difference("tax", text(ours), text(theirs), theirs - ours)


def _overwritten_lines(accepted: AcceptedEdits, there: Body, payload: Payload) -> Iterator[Difference]:
    if "Line" not in payload:
        return
    sent = [
        (str(line.get("Id") or ""), facts) for line in payload["Line"] if (facts := read_sales_line(line))
    ]
    lines = there.get("Line") or ()
    own = find_own_lines(lines, accepted.added)
    posted = accepted.posted.lines if accepted.posted else ()
    pairs = _pair(posted, [line for _, line in own])
    for place, (id_, theirs) in enumerate(own):
        was = pairs.get(place)
        ours = next((line for line_id, line in sent if line_id == id_), None)
        if was != theirs:
            yield from _overwritten_line(place + 1, was, ours, theirs)
    paired = list(pairs.values())
    for was in posted:
        if was in paired:
            paired.remove(was)
        elif any(not line_id and _looks_like(was, line) for line_id, line in sent):
            yield Difference("lines", f"'{was.description}' {was.amount:.2f}", "taken out")


def _overwritten_line(
    place: int, was: LineFacts | None, ours: LineFacts | None, theirs: LineFacts
) -> Iterator[Difference]:
    if ours is None:
        yield Difference(f"line {place}", "", f"'{theirs.description}' {theirs.amount:.2f}")
        return
    for name, attribute in LINE_PROPERTIES:
        wanted, there = getattr(ours, attribute), getattr(theirs, attribute)
        if wanted != there and (was is None or getattr(was, attribute) != there):
            delta = there - wanted if isinstance(there, Decimal) and isinstance(wanted, Decimal) else None
            yield Difference(f"line {place} {name}", text(wanted), text(there), delta)


def _pair(posted: Sequence[LineFacts], own: Sequence[LineFacts]) -> dict[int, LineFacts]:
    """Place of a line -> what was posted of it: alike in all, then in words, then in item and amount, then
    what is left in order.
    """
    pairs: dict[int, LineFacts] = {}
    left = list(posted)
    for alike in (_whole, _words, _price, _any):
        for place, line in enumerate(own):
            was = next((one for one in left if alike(one) == alike(line)), None)
            if place not in pairs and was is not None:
                pairs[place] = was
                left.remove(was)
    return pairs


def _whole(line: LineFacts) -> object:
    return line


def _words(line: LineFacts) -> object:
    return line.description


def _price(line: LineFacts) -> object:
    return line.item_id, line.amount


def _any(line: LineFacts) -> object:
    return True


def _looks_like(one: LineFacts, other: LineFacts) -> bool:
    return _words(one) == _words(other) or _price(one) == _price(other)


def find_overwritten_payment(
    accepted: AcceptedEdits, allocation: Allocation, invoice_id: str
) -> tuple[Difference, ...]:
    """Of a payment. Its account and date stay; its amount and what it pays would follow Caspen.

    :param invoice_id: Its invoice in QuickBooks.
    """
    theirs, found = accepted.facts, list[Difference]()
    amount = allocation.amount
    if accepted.edited("total") and theirs.total != amount:
        found.append(Difference("total", text(amount), text(theirs.total), theirs.total - amount))
    if (
        accepted.edited("doc_number")
        and theirs.doc_number != allocation.payment_number[:PAYMENT_REFERENCE_MAX]
    ):
        found.append(Difference("number", allocation.payment_number, theirs.doc_number))
    links = [(link.txn_type, link.txn_id) for link in theirs.links]
    was = [(link.txn_type, link.txn_id) for link in accepted.posted.links] if accepted.posted else None
    if links not in (was, [("Invoice", invoice_id)]):
        found.append(Difference("applied to", f"Invoice {invoice_id}", applied_text(theirs)))
    return tuple(found)


def find_edited_money(accepted: AcceptedEdits) -> tuple[Difference, ...]:
    """What would go with the whole document: money that is another than was posted, or lies elsewhere."""
    if accepted.posted is None:
        theirs = [f"'{line.description}' {line.amount:.2f}" for line in accepted.added]
        return tuple(Difference("lines", "", line) for line in theirs)
    edits = drift(accepted.posted, accepted.facts)
    return tuple(one for one in edits if one.field in ("total", "applied to"))
