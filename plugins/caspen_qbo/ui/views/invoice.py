"""One invoice: where it stands, and both sides compared, fact by fact and line by line."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from caspen_qbo.core.documents import DocumentFacts, LineFacts
from caspen_qbo.core.posting.mapping import describe_line
from caspen_qbo.core.posting.totals import line_amounts
from caspen_qbo.core.records import Invoice, InvoiceLine

Value = Decimal | date | str | None


@dataclass(frozen=True, slots=True)
class Fact:
    name: str
    caspen: Value
    quickbooks: Value
    differs: bool
    same_currency: bool = True

    @property
    def delta(self) -> Decimal | None:
        """QuickBooks minus Caspen, of amounts that differ in one currency."""
        if (
            self.differs
            and self.same_currency
            and isinstance(self.caspen, Decimal)
            and isinstance(self.quickbooks, Decimal)
        ):
            return self.quickbooks - self.caspen
        return None


@dataclass(frozen=True, slots=True)
class Line:
    caspen: InvoiceLine | None
    net: Decimal | None
    """Caspen's, without tax and after discount."""
    quickbooks: LineFacts | None
    compared: bool

    @property
    def text(self) -> str:
        return describe_line(self.caspen) if self.caspen else ""

    @property
    def differs(self) -> bool:
        if self.caspen is None or self.quickbooks is None:
            return self.compared
        return self.net != self.quickbooks.amount or self.text != self.quickbooks.description

    @property
    def delta(self) -> Decimal | None:
        """QuickBooks minus Caspen; None where nothing differs."""
        if self.net is None or self.quickbooks is None:
            return None
        return self.quickbooks.amount - self.net or None


@dataclass(frozen=True, slots=True)
class Parties:
    """Who an invoice is for, on either side."""

    client: str
    """Caspen's client by name."""
    customer_id: str | None
    """The QuickBooks customer that client is linked to."""
    theirs: str
    """The name of the customer on QuickBooks' invoice; empty where it was not read."""


def compare_facts(invoice: Invoice, theirs: DocumentFacts | None, parties: Parties) -> tuple[Fact, ...]:
    """:param theirs: QuickBooks' side; None while it is not there."""
    apart = theirs is not None and theirs.is_foreign(invoice.currency)

    def fact(name: str, caspen: Value, read: Callable[[DocumentFacts], Value]) -> Fact:
        quickbooks = read(theirs) if theirs else None
        other = apart and isinstance(caspen, Decimal)
        return Fact(
            name, caspen, quickbooks, theirs is not None and (other or caspen != quickbooks), not apart
        )

    return (
        fact("Number", invoice.number, lambda side: side.doc_number),
        _customer(theirs, parties),
        fact("Date", invoice.issue_date, lambda side: side.txn_date),
        fact("Due", invoice.due_date, lambda side: side.due_date),
        *([fact("Currency", invoice.currency, lambda side: side.currency)] if apart else []),
        fact("Subtotal", invoice.subtotal, lambda side: side.subtotal),
        fact("Tax", invoice.tax_total, lambda side: side.tax),
        fact("Total", invoice.total, lambda side: side.total),
        fact("Balance", invoice.balance, lambda side: side.balance),
    )


def _customer(theirs: DocumentFacts | None, parties: Parties) -> Fact:
    """By name, but the same when it is the client's own customer, whatever either system calls it."""
    if theirs is None:
        return Fact("Customer", parties.client, None, differs=False)
    name = f"{parties.theirs or 'customer'} ({theirs.customer_id})"
    return Fact("Customer", parties.client, name, differs=theirs.customer_id != parties.customer_id)


def compare_lines(invoice: Invoice, theirs: DocumentFacts | None) -> tuple[Line, ...]:
    """In Caspen's order, then what QuickBooks alone has: a person may have reordered them there."""
    left = list(theirs.lines) if theirs else []
    compared = bool(left)
    rows = []
    for ours in invoice.lines:
        row = Line(ours, line_amounts(ours, invoice.tax_mode, None).net, None, compared)
        alike = next((line for line in left if not replace(row, quickbooks=line).differs), None)
        if alike is not None:
            left.remove(alike)
        rows.append(replace(row, quickbooks=alike))
    rest = iter(left)
    rows = [row if row.quickbooks else replace(row, quickbooks=next(rest, None)) for row in rows]
    return (*rows, *(Line(None, None, line, compared) for line in rest))
