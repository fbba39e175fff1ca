"""One invoice as texts: both sides beside each other, line by line, with what differs marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest

from caspen_qbo.catalogue import entry_for
from caspen_qbo.core.decisions.decide import may_decide
from caspen_qbo.core.documents import DocumentFacts, LineFacts
from caspen_qbo.core.posting.mapping import describe_line
from caspen_qbo.core.posting.totals import line_amounts
from caspen_qbo.core.records import Invoice, InvoiceLine
from caspen_qbo.hooks.database import Row
from caspen_qbo.ui import texts
from caspen_qbo.ui.access import Right
from caspen_qbo.ui.views.words import KINDS, NOT_RETRIED, TURNS
from caspen_qbo.ui.visit import Visit

DETAIL_SHOWN = 240
"""Characters; QuickBooks' own words mostly fit."""


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact of the whole document."""

    name: str
    caspen: str
    quickbooks: str
    difference: str
    differs: bool
    money: bool


@dataclass(frozen=True, slots=True)
class LineRow:
    number: str
    caspen_text: str
    caspen_quantity: str
    caspen_net: str
    quickbooks_text: str
    quickbooks_quantity: str
    quickbooks_net: str
    difference: str
    differs: bool


@dataclass(frozen=True, slots=True)
class ListingRow:
    what: str
    number: str
    may_choose: bool
    """A person may choose between both versions: send Caspen's again, or accept QuickBooks'."""
    title: str
    detail: str
    rest: str
    """All of the detail where only its beginning is shown; both sides below show the same."""
    cause: str
    fix: str
    turn: str
    since: str
    attempts: str
    resolved: str


@dataclass(frozen=True, slots=True)
class RelativeRow:
    kind: str
    number: str
    date: str
    total: str
    status: str
    standing: str
    standing_kind: str
    quickbooks: str
    url: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    at: str
    at_iso: str
    what: str
    detail: str
    who: str


@dataclass(frozen=True, slots=True)
class InvoiceView:
    invoice_id: int
    number: str
    client_id: str
    status: str
    standing: str
    standing_kind: str
    quickbooks_url: str
    quickbooks_id: str
    source: str
    """Which QuickBooks side is shown: read now, or as it was posted."""
    facts: tuple[FactRow, ...]
    lines: tuple[LineRow, ...]
    open_listings: tuple[ListingRow, ...]
    closed_listings: tuple[ListingRow, ...]
    relatives: tuple[RelativeRow, ...]
    history: tuple[HistoryRow, ...]
    may_retry: bool


LinkTo = Callable[[str | None, str | None], str]
"""QuickBooks type and id to an address."""


def invoice_view(
    visit: Visit,
    invoice: Invoice | None,
    family: Sequence[Row],
    listings: Sequence[Row],
    history: Sequence[Row],
    *,
    theirs: DocumentFacts | None,
    customer_id: str | None,
    source: str,
    link_to: LinkTo,
) -> InvoiceView:
    """
    :param invoice: As Caspen shows it now; None when it is not there any more.
    :param theirs: QuickBooks' side; None while it is not posted.
    :param customer_id: The QuickBooks customer the client is linked to.
    """
    own = next((row for row in family if row["document_kind"] == "invoice"), None)
    number = invoice.number if invoice else own["document_number"] if own else "?"
    standing, standing_kind = _standing(own)
    linked = own is not None and own["removed_at"] is None
    opened = [row for row in listings if row["resolved_at"] is None]
    return InvoiceView(
        invoice_id=invoice.id if invoice else own["document_id"] if own else 0,
        number=number,
        client_id=str(invoice.client_id if invoice else own["client_id"] if own else texts.NONE),
        status=invoice.status if invoice else own["caspen_status"] if own else texts.NONE,
        standing=standing,
        standing_kind=standing_kind,
        quickbooks_url=link_to(own["quickbooks_type"], own["quickbooks_id"]) if own and linked else "",
        quickbooks_id=own["quickbooks_id"] or "" if own else "",
        source=source,
        facts=_facts(visit.currency, invoice, theirs, customer_id) if invoice else (),
        lines=_lines(visit.currency, invoice, theirs) if invoice else (),
        open_listings=tuple(_listing(visit, row) for row in opened),
        closed_listings=tuple(_listing(visit, row) for row in listings if row["resolved_at"] is not None),
        relatives=tuple(
            _relative(visit, row, link_to) for row in family if row["document_kind"] != "invoice"
        ),
        history=tuple(
            HistoryRow(
                texts.moment(row["at"], visit.zone),
                row["at"].isoformat(),
                f"{KINDS.get(row['document_kind'], '')} {row['document_number']}: {row['what']}",
                row["detail"],
                row["who"].removeprefix("airflow:"),
            )
            for row in history
        ),
        may_retry=any(row["error_key"] not in NOT_RETRIED for row in opened) and visit.may(Right.OPERATE),
    )


REASONS = {
    "historical": "historical: from before the connection",
    "imported": "came from QuickBooks",
    "never_synced": "was never synced",
}


def _standing(row: Row | None) -> tuple[str, str]:
    """How a document stands in QuickBooks, in words and as a kind of badge."""
    if row is None:
        return "Not seen yet by a run", ""
    if row["listed"]:
        return "Needs somebody", "open"
    if row["excluded_reason"]:
        reason = REASONS.get(row["excluded_reason"], row["excluded_reason"].replace("_", " "))
        return f"Does not go to QuickBooks ({reason})", ""
    if row["removed_at"]:
        return "Taken out of QuickBooks", ""
    if row["version"] == row["synced_version"]:
        return "Synced", "done"
    return ("Waits for the next run", "partly") if row["wanted"] != "as_is" else ("Nothing to post", "")


def _facts(
    currency: str, invoice: Invoice, theirs: DocumentFacts | None, customer_id: str | None
) -> tuple[FactRow, ...]:
    def amount(name: str, ours: Decimal, other: Decimal | None) -> FactRow:
        differs = other is not None and ours != other
        difference = f"{texts.signed(other - ours, currency)}" if other is not None and differs else ""
        return FactRow(
            name, texts.money(ours, currency), texts.money(other, currency), difference, differs, True
        )

    def fact(name: str, ours: str, other: str | None) -> FactRow:
        return FactRow(
            name, ours or texts.NONE, other or texts.NONE, "", other is not None and ours != other, False
        )

    there = theirs is not None and not theirs.gone
    side = theirs if there else None
    return (
        fact("Number", invoice.number, side.doc_number if side else None),
        fact("Customer", customer_id or f"client {invoice.client_id}", side.customer_id if side else None),
        fact("Date", texts.day(invoice.issue_date), texts.day(side.txn_date) if side else None),
        fact("Due", texts.day(invoice.due_date), texts.day(side.due_date) if side else None),
        amount("Subtotal", invoice.subtotal, side.subtotal if side else None),
        amount("Tax", invoice.tax_total, side.tax if side else None),
        amount("Total", invoice.total, side.total if side else None),
        amount("Balance", invoice.balance, side.balance if side else None),
    )


def _lines(currency: str, invoice: Invoice, theirs: DocumentFacts | None) -> tuple[LineRow, ...]:
    posted = theirs.lines if theirs is not None and not theirs.gone else ()
    compare = bool(posted)
    return tuple(
        _line(currency, position, invoice, ours, other, compare)
        for position, (ours, other) in enumerate(zip_longest(invoice.lines, posted), start=1)
    )


def _line(
    currency: str,
    position: int,
    invoice: Invoice,
    ours: InvoiceLine | None,
    other: LineFacts | None,
    compare: bool,
) -> LineRow:
    net = line_amounts(ours, invoice.tax_mode, None).net if ours else None
    text = describe_line(ours) if ours else ""
    if ours is not None and other is not None:
        differs = net != other.amount or text != other.description
    else:
        differs = compare
    delta = other.amount - net if other is not None and net is not None else None
    return LineRow(
        number=str(position),
        caspen_text=text or "(no such line in Caspen)",
        caspen_quantity=texts.quantity(ours.quantity) if ours else "",
        caspen_net=texts.money(net, currency),
        quickbooks_text=other.description if other else "(no such line in QuickBooks)" if compare else "",
        quickbooks_quantity=texts.quantity(other.quantity) if other else "",
        quickbooks_net=texts.money(other.amount, currency) if other else texts.NONE,
        difference=texts.signed(delta, currency) if delta else "",
        differs=differs,
    )


def _listing(visit: Visit, row: Row) -> ListingRow:
    entry = entry_for(row["error_key"])
    short = texts.clipped(row["detail"], DETAIL_SHOWN)
    resolved = ""
    if row["resolved_at"] is not None:
        resolved = f"{texts.moment(row['resolved_at'], visit.zone)}: {row['resolution'] or 'resolved'}"
    return ListingRow(
        what=f"{KINDS.get(row['document_kind'], row['document_kind'])} {row['document_number']}",
        number=row["document_number"],
        may_choose=may_decide(row["error_key"], blocks=row["blocks"])
        and not resolved
        and visit.may(Right.OPERATE),
        title=row["title"],
        detail=short,
        rest=row["detail"] if short != row["detail"] else "",
        cause=entry.cause,
        fix=row["fix"],
        turn=TURNS[entry.turn],
        since=texts.moment(row["first_seen_at"], visit.zone),
        attempts=texts.counted(row["attempts"], "try", "tries"),
        resolved=resolved,
    )


def _relative(visit: Visit, row: Row, link_to: LinkTo) -> RelativeRow:
    standing, kind = _standing(row)
    linked = row["quickbooks_id"] and not row["removed_at"]
    return RelativeRow(
        kind=KINDS[row["document_kind"]],
        number=row["document_number"],
        date=texts.day(row["document_date"]),
        total=texts.money(row["total"], visit.currency),
        status=row["caspen_status"],
        standing=standing,
        standing_kind=kind,
        quickbooks=f"{row['quickbooks_type']} {row['quickbooks_id']}" if linked else texts.NONE,
        url=link_to(row["quickbooks_type"], row["quickbooks_id"]) if linked else "",
    )
