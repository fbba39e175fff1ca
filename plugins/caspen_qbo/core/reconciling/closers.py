"""What closes an invoice in QuickBooks and is not in Caspen: named for what it is, with its own amounts."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.money import ZERO

NOT_CLOSING = frozenset(
    {"Estimate", "TimeActivity", "ReimburseCharge", "BillableExpense", "Charge", "StatementCharge"}
)
"""Links of an invoice to what it was made from."""

ENTITIES = {
    "Expense": "Purchase",
    "Check": "Purchase",
    "CreditCardCredit": "Purchase",
    "CreditCardExpense": "Purchase",
    "CashExpense": "Purchase",
}
"""The entity to read where it is not named like the type of the link."""


@dataclass(frozen=True, slots=True)
class Closer:
    txn_type: str
    """As links name it: CreditMemo, JournalEntry, Payment, Expense, ..."""
    txn_id: str
    amount: Decimal | None
    """What of it is used where it pays the invoice; None: QuickBooks does not say."""
    alone: bool = True
    """Whether that pays this invoice alone."""
    facts: DocumentFacts | None = None
    """The transaction itself, as far as it could be read."""

    @property
    def entity(self) -> str:
        return ENTITIES.get(self.txn_type, self.txn_type)

    @property
    def key(self) -> tuple[str, str]:
        return self.txn_type, self.txn_id

    def __str__(self) -> str:
        name = f"{_words(self.txn_type)} {self.txn_id}"
        if self.facts is not None:
            number = f"number {self.facts.doc_number}" if self.facts.doc_number else "no number"
            name += f" ({number}, {self.facts.txn_date}, {self.facts.total:.2f})"
        if self.amount is None:
            return name
        whole = "" if self.alone else ", together with other invoices"
        return f"{name} with {self.amount:.2f}{whole}"


def find_closers(
    invoice: DocumentFacts, payments: Mapping[str, DocumentFacts], known: Collection[tuple[str, str]]
) -> tuple[Closer, ...]:
    """:param payments: Those the invoice names, by id, as far as they were read.
    :param known: Type and id of the payments and credits that Caspen has on this invoice.
    """
    found: dict[tuple[str, str], Closer] = {}
    for one in _closers(invoice, payments):
        before = found.get(one.key)
        if one.key not in known:
            found[one.key] = one if before is None else _add(before, one)
    return tuple(found.values())


def _add(one: Closer, other: Closer) -> Closer:
    """The same transaction, used in two payments."""
    amount = None if one.amount is None or other.amount is None else one.amount + other.amount
    return replace(one, amount=amount, alone=one.alone and other.alone)


def _closers(invoice: DocumentFacts, payments: Mapping[str, DocumentFacts]) -> Iterator[Closer]:
    for link in dict.fromkeys((link.txn_type, link.txn_id) for link in invoice.links):
        txn_type, txn_id = link
        if txn_type in NOT_CLOSING:
            continue
        facts = payments.get(txn_id) if txn_type == "Payment" else None
        if facts is None:
            yield Closer(txn_type, txn_id, None)
        else:
            yield from _of_payment(invoice.quickbooks_id, facts)


def _of_payment(invoice_id: str, payment: DocumentFacts) -> Iterator[Closer]:
    """The money, where there is any, and each credit it uses up."""
    on_invoices = [link for link in payment.links if link.txn_type == "Invoice"]
    others = [link for link in payment.links if link.txn_type != "Invoice"]
    alone = {link.txn_id for link in on_invoices} == {invoice_id}
    if payment.total > 0:
        yield Closer("Payment", payment.quickbooks_id, payment.total - payment.balance, alone, payment)
    paid = sum((link.amount or ZERO for link in on_invoices), ZERO)
    used = sum((link.amount or ZERO for link in others), ZERO)
    if paid + used + payment.balance == payment.total:
        return  # charges it pays as well, no credits
    for link in others:
        yield Closer(link.txn_type, link.txn_id, link.amount or ZERO, alone)


def describe_balance(closers: Sequence[Closer]) -> str:
    """What closes an invoice whose balance differs, and what a person can do about it."""
    if not closers:
        return "Correct the side that is wrong; or accept the difference."
    names = ", ".join(map(str, closers))
    it = "it" if len(closers) == 1 else "them"
    return (
        f"In QuickBooks it is closed by {names}: not in Caspen. Take {it} off the invoice there; or record a "
        f"credit note in Caspen, which is applied once {it} came off there; or accept the difference."
    )


def _words(txn_type: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", txn_type).lower()
