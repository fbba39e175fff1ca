"""What is stored of a closed month, to make its pack years later: JSON under these names, amounts as texts,
moments in ISO 8601. Fields are only ever added, with a default: months closed earlier are read with these
classes too. Differences are QuickBooks minus Caspen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from caspen_qbo.core.closing.month import Month
from caspen_qbo.core.money import ZERO
from caspen_qbo.core.reconciling.stored import Side, TieOut
from caspen_qbo.core.records import DocumentKind


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist."""

    key: str
    title: str
    met: bool
    found: str
    """What was seen, as a sentence."""
    missing: str = ""
    """What has to be done, as a sentence; empty where it is met."""
    link: str = ""
    """Where that is done: a page of the practice, below its own address."""
    link_text: str = ""


@dataclass(frozen=True, slots=True)
class CodeLine:
    """Sales of a month at one tax code, invoices less credit notes, each side by its own date."""

    code: str
    """Its id in QuickBooks; empty: lines without a code."""
    name: str
    rate: Decimal | None
    """Percent, as linked; None: not linked to a rate of Caspen's."""
    caspen_net: Decimal
    caspen_tax: Decimal
    quickbooks_net: Decimal
    quickbooks_tax: Decimal

    @property
    def net_delta(self) -> Decimal:
        return self.quickbooks_net - self.caspen_net

    @property
    def tax_delta(self) -> Decimal:
        return self.quickbooks_tax - self.caspen_tax


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A label of the activity statement."""

    label: str
    title: str
    caspen: Decimal
    quickbooks: Decimal

    @property
    def delta(self) -> Decimal:
        return self.quickbooks - self.caspen


@dataclass(frozen=True, slots=True)
class OtherSales:
    """What QuickBooks dates into the month and nothing above counts."""

    what: str
    documents: int
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class SalesTax:
    codes: tuple[CodeLine, ...] = ()
    statement: tuple[StatementLine, ...] = ()
    others: tuple[OtherSales, ...] = ()


@dataclass(frozen=True, slots=True)
class AgedLine:
    """What one client owes at the month's end, by how long it has been due; the groups of ``AGES``."""

    client: str
    customer_ids: str
    """In QuickBooks."""
    caspen: tuple[Decimal, ...]
    quickbooks: tuple[Decimal, ...]

    @property
    def caspen_total(self) -> Decimal:
        return sum(self.caspen, ZERO)

    @property
    def quickbooks_total(self) -> Decimal:
        return sum(self.quickbooks, ZERO)

    @property
    def delta(self) -> Decimal:
        return self.quickbooks_total - self.caspen_total


@dataclass(frozen=True, slots=True)
class Aged:
    """Receivables at the month's end; the largest clients by name, the others in one line."""

    total: AgedLine
    lines: tuple[AgedLine, ...] = ()
    others: AgedLine | None = None
    clients: int = 0
    """In all."""


@dataclass(frozen=True, slots=True)
class Takings:
    """Money of one day and payment method, on its way to the bank."""

    day: date
    method: str
    """As Caspen names it; of what only QuickBooks has, empty."""
    received: Decimal | None
    """What clients paid in Caspen, whether or not it is applied to an invoice; None: not of Caspen's."""
    caspen: Decimal
    """Of it, what Caspen applies to synced invoices and so belongs on the payment account."""
    quickbooks: Decimal
    """What QuickBooks has of that on the payment account."""

    @property
    def delta(self) -> Decimal:
        return self.quickbooks - self.caspen

    @property
    def elsewhere(self) -> Decimal:
        """Received, and not applied to a synced invoice: unallocated, or on an older or unsynced invoice."""
        return (self.received or ZERO) - self.caspen


@dataclass(frozen=True, slots=True)
class Exceptional:
    """Something about a document of the month that needed a person, and what became of it."""

    kind: DocumentKind
    number: str
    title: str
    delta: Decimal | None
    since: datetime
    ended: datetime | None
    """None: open when the month was closed."""
    outcome: str
    """How it ended, in our own words; empty where it is open."""
    decided: str
    """What a person chose; empty where nobody had to."""
    decided_by: str
    decided_at: datetime | None
    field: str = ""
    """What ``delta`` is the difference of; empty where there is none, and in packs of before it was kept."""


@dataclass(frozen=True, slots=True)
class Volume:
    """Documents of the month that both sides hold, and what they come to."""

    kind: DocumentKind
    documents: int
    caspen: Decimal
    quickbooks: Decimal

    @property
    def delta(self) -> Decimal:
        return self.quickbooks - self.caspen


@dataclass(frozen=True, slots=True)
class MonthPack:
    """Everything the pack of a month shows."""

    workspace_id: int
    workspace: str
    company: str
    realm_id: str
    currency: str
    country: str
    time_zone: str
    month: date
    """Its first day."""
    run_id: str
    """The reconciliation it is based on."""
    run_at: datetime
    documents_checked: int
    full_compare: bool
    made_at: datetime
    """When these figures were collected."""
    closed_by: str
    """Empty: a draft, the month is not closed."""
    note: str
    checks: tuple[Check, ...]
    volumes: tuple[Volume, ...]
    tie_outs: tuple[TieOut, ...]
    sales_tax: SalesTax
    aged: Aged
    takings: tuple[Takings, ...]
    exceptions: tuple[Exceptional, ...]
    exceptions_in_all: int
    refunded: int = 0
    """Payments of the month that Caspen shows as refunded in whole or in part."""
    format: int = 1
    """Raised when a reader of older ones would misunderstand."""

    @property
    def period(self) -> Month:
        return Month(self.month)

    @property
    def closer(self) -> str:
        return self.closed_by.removeprefix("airflow:")

    @property
    def draft(self) -> bool:
        return not self.closed_by

    @property
    def unmet(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.met)


@dataclass(frozen=True, slots=True)
class MonthChange:
    """A document of a closed month that stands otherwise than it was closed; no total: not there."""

    kind: DocumentKind
    number: str
    caspen_closed: Side
    caspen_now: Side
    quickbooks_closed: Side
    quickbooks_now: Side

    @property
    def caspen_delta(self) -> Decimal:
        """Now minus closed."""
        return (self.caspen_now.total or ZERO) - (self.caspen_closed.total or ZERO)

    @property
    def quickbooks_delta(self) -> Decimal:
        return (self.quickbooks_now.total or ZERO) - (self.quickbooks_closed.total or ZERO)


@dataclass(frozen=True, slots=True)
class MonthChanges:
    """What a reconciliation found changed in a closed month; the first of all."""

    changes: tuple[MonthChange, ...] = ()
    in_all: int = 0


def total_of(lines: Sequence[AgedLine], client: str) -> AgedLine:
    """The sum of some lines, as a line of that name."""
    return AgedLine(
        client, "", _columns([one.caspen for one in lines]), _columns([one.quickbooks for one in lines])
    )


def _columns(rows: Sequence[tuple[Decimal, ...]]) -> tuple[Decimal, ...]:
    return tuple(sum(column, ZERO) for column in zip(*rows, strict=True)) if rows else (ZERO,) * 5
