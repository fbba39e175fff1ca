"""What is stored of a reconciliation, to make its report years later: JSON under these names, amounts as
texts, moments in ISO 8601. Fields are only ever added, with a default: earlier runs are read with these
classes too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from caspen_qbo.core.money import ZERO
from caspen_qbo.core.reconciling.verdict import CheckResult
from caspen_qbo.core.records import DocumentKind


@dataclass(frozen=True, slots=True)
class LedgerLine:
    finalised: int
    synced: int
    waiting: int
    listed: int
    excluded: int
    stale: int


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One open row of the list of unsynced documents, as it was when the run finished."""

    kind: DocumentKind
    number: str
    error_key: str
    title: str
    detail: str
    fix: str
    turn: str
    """Who acts next: a value of :class:`caspen_qbo.catalogue.Turn`."""
    cause_ref: str
    blocks: bool
    field: str | None
    caspen_value: str | None
    quickbooks_value: str | None
    delta: Decimal | None
    """QuickBooks minus Caspen."""
    since: datetime
    days: int
    attempts: int


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One run in the trend; its differences are fields."""

    run_id: str
    at: datetime
    documents: int
    differences: int
    unexplained: int

    @property
    def explained(self) -> int:
        return self.differences - self.unexplained


@dataclass(frozen=True, slots=True)
class TieOutRow:
    label: str
    caspen: Decimal
    quickbooks: Decimal
    delta: Decimal
    """QuickBooks minus Caspen."""
    explained: Decimal | None = None
    """What all items of this sum come to; None in runs from before sums had items of their own."""
    total: bool = False
    """Of the sums above it, whose items are its own."""
    month: date | None = None
    """Of a sum that is of one month: its first day. None as well in runs from before it was kept."""

    @property
    def unexplained(self) -> Decimal | None:
        """What no document accounts for: anything but 0.00 says that the report is wrong."""
        return None if self.explained is None else self.delta - self.explained


@dataclass(frozen=True, slots=True)
class TieOutItem:
    """One document by which a sum differs; None on the side that does not have it there."""

    number: str
    caspen: Decimal | None
    quickbooks: Decimal | None
    delta: Decimal
    reason: str
    of: str = ""
    """The label of its sum; empty in runs from before sums had items of their own, as is the kind."""
    kind: DocumentKind | None = None


@dataclass(frozen=True, slots=True)
class TieOutStep:
    """What comes on top of QuickBooks' side of the last sum on the way to what QuickBooks itself shows."""

    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class TieOut:
    key: str
    title: str
    explanation: str
    rows: tuple[TieOutRow, ...]
    items: tuple[TieOutItem, ...]
    """The largest of each sum."""
    items_in_all: int
    notes: tuple[str, ...]
    steps: tuple[TieOutStep, ...] = ()
    leads_to: TieOutStep | None = None
    """What QuickBooks itself shows; None where this run did not read it."""

    @property
    def equal(self) -> bool:
        return all(row.delta == 0 for row in self.rows)


@dataclass(frozen=True, slots=True)
class Side:
    """One system's figures of a document; all None where it does not have the document."""

    total: Decimal | None
    tax: Decimal | None
    day: date | None

    @property
    def there(self) -> bool:
        return self.total is not None


@dataclass(frozen=True, slots=True)
class Figures:
    caspen_total: Decimal | None
    caspen_tax: Decimal | None
    caspen_date: date | None
    quickbooks_total: Decimal | None
    quickbooks_tax: Decimal | None
    quickbooks_date: date | None

    @property
    def caspen(self) -> Side:
        return Side(self.caspen_total, self.caspen_tax, self.caspen_date)

    @property
    def quickbooks(self) -> Side:
        return Side(self.quickbooks_total, self.quickbooks_tax, self.quickbooks_date)


@dataclass(frozen=True, slots=True)
class Signature:
    through: date
    """The last day signed."""
    signed_at: datetime
    signed_by: str

    @property
    def signer(self) -> str:
        return self.signed_by.removeprefix("airflow:")


@dataclass(frozen=True, slots=True)
class SignOff(Signature):
    documents: int
    """Whose figures it recorded."""
    changes: int
    """Of them, how many stand otherwise since."""


@dataclass(frozen=True, slots=True)
class SignedChange(Signature):
    """One document that stands otherwise than it was signed."""

    kind: DocumentKind
    number: str
    since: datetime
    """When a run first saw it so."""
    signed: Figures
    now: Figures

    @property
    def caspen_delta(self) -> Decimal:
        """Now minus signed; a side that is not there counts as nothing."""
        return (self.now.caspen_total or ZERO) - (self.signed.caspen_total or ZERO)

    @property
    def quickbooks_delta(self) -> Decimal:
        return (self.now.quickbooks_total or ZERO) - (self.signed.quickbooks_total or ZERO)


@dataclass(frozen=True, slots=True)
class SignedPeriods:
    sign_offs: tuple[SignOff, ...] = ()
    """Newest first."""
    changes: tuple[SignedChange, ...] = ()
    in_all: int = 0
    """Documents changed; ``changes`` are the first of them."""

    @property
    def left_off(self) -> int:
        return self.in_all - len(self.changes)


@dataclass(frozen=True, slots=True)
class StoredReport:
    """What a report shows besides the checks and the differences, which are stored in columns and rows."""

    workspace: str
    currency: str
    company: str
    realm_id: str
    at: datetime
    """When all was collected."""
    time_zone: str
    local_date: date
    compared: Mapping[DocumentKind, int]
    """Documents, by kind."""
    ledger: Mapping[DocumentKind, LedgerLine]
    """Of invoices, those from before the connection are counted too."""
    listed: tuple[ListedRow, ...] = ()
    listed_left_off: int = 0
    trend: tuple[TrendPoint, ...] = ()
    """Of the runs before this one, oldest first."""
    tie_outs: tuple[TieOut, ...] = ()
    signed_periods: SignedPeriods = SignedPeriods()
    format: int = 1
    """Raised when a reader of older ones would misunderstand."""


@dataclass(frozen=True, slots=True)
class ReconciliationRun:
    run_id: str
    workspace_id: int
    full_compare: bool
    documents_checked: int
    success: bool | None
    """Every check ran and no unexplained difference was found; None while the run is repeated."""
    checks: tuple[CheckResult, ...]
    calls: Mapping[str, int]
    """To QuickBooks, by sort of call."""
    report: StoredReport
    signed_at: datetime | None
    signed_by: str | None
    signed_through: date | None
    """None as well where it was signed before days were kept."""


@dataclass(frozen=True, slots=True)
class RecordedDifference:
    document_kind: DocumentKind
    document_number: str
    field: str
    caspen_value: str | None
    quickbooks_value: str | None
    delta: Decimal | None
    """QuickBooks minus Caspen; None where the field is not money."""
    explained: bool
    """By a listed cause, or accepted by a person."""
