"""Net sales and tax by month and tax code on both sides, document by document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.reconciling.tax_by_code import net_by_code, tax_by_code
from caspen_qbo.core.records import CreditNote, DocumentKind, Invoice, TaxMode
from caspen_qbo.hooks.store.codec import decode
from caspen_qbo.usecases.shared.session import Session

ZERO = Decimal("0.00")
Amounts = tuple[Decimal, Decimal]
"""Net and tax; invoices count positive, credit notes negative."""
ByCode = dict[str, Amounts]
"""By tax code id in QuickBooks; ``""`` is what has none."""


@dataclass(frozen=True, slots=True)
class Taxed:
    """One document at one code in one month. A side that dates it into another month has None."""

    kind: DocumentKind
    document_id: int
    number: str
    month: date
    code: str
    caspen: Amounts | None
    quickbooks: Amounts | None


def by_code(session: Session, since: date) -> Iterator[Taxed]:
    """
    Every document, month and code with net or tax on either side, in the documents' order.

    Each side counts in the month of its own date, as its tax return does. Caspen's amounts are those of the
    lines at the codes their rates are linked to; QuickBooks' those of the lines' codes, and what it computed
    at each rate. They add up to the frozen subtotal and tax of each document.

    :param since: The first day of a month; what either side dates from then on.
    """
    links = session.store.setup.fetch_tax_links()
    codes = {rate: row["tax_code_id"] for rate, row in links.items()}
    percents = {row["tax_code_id"]: row["rate"] for row in links.values()}
    for page in session.store.tie_outs.fetch_taxed(session.realm_id, since):
        lines = _fetch_lines(session, page)
        for row in page:
            kind = DocumentKind(row["document_kind"])
            sign = -1 if kind is DocumentKind.CREDIT_NOTE else 1
            ours = _ours(row, lines.get((kind, row["document_id"])), codes)
            theirs = _theirs(row, percents)
            sides = (
                (_month(row["caspen_date"], since), ours),
                (_month(row["quickbooks_date"], since), theirs),
            )
            for month in sorted({month for month, amounts in sides if month and amounts}):
                here = [amounts if own == month else {} for own, amounts in sides]
                for code in sorted(here[0].keys() | here[1].keys()):
                    caspen, quickbooks = (_signed(amounts.get(code), sign) for amounts in here)
                    yield Taxed(
                        kind, row["document_id"], row["document_number"], month, code, caspen, quickbooks
                    )


def name_codes(session: Session) -> dict[str, str]:
    """The linked codes' names by id, each with its id; whatever else a line carries is named by its id."""
    links = session.store.setup.fetch_tax_links()
    return {row["tax_code_id"]: f"{row['tax_code_name']} [{row['tax_code_id']}]" for row in links.values()}


def _fetch_lines(
    session: Session, page: list[dict[str, Any]]
) -> dict[tuple[DocumentKind, int], Invoice | CreditNote]:
    found: dict[tuple[DocumentKind, int], Invoice | CreditNote] = {}
    for kind, read in (
        (DocumentKind.INVOICE, session.billing.fetch_invoices),
        (DocumentKind.CREDIT_NOTE, session.billing.fetch_credit_notes),
    ):
        if ids := [row["document_id"] for row in page if row["document_kind"] == kind]:
            found |= {(kind, id_): document for id_, document in read(session.workspace_id, ids).items()}
    return found


def _ours(row: Mapping[str, Any], document: Invoice | CreditNote | None, codes: Mapping[int, str]) -> ByCode:
    """Of the frozen document; where Caspen has changed since, the lines no longer tell its codes."""
    frozen = row["caspen_subtotal"], row["caspen_tax"]
    found: dict[str, Amounts] = defaultdict(lambda: (ZERO, ZERO))
    for line in document.lines if document else ():
        taxed = document is not None and document.tax_mode is not TaxMode.NONE
        inclusive = document is not None and document.tax_mode is TaxMode.INCLUSIVE
        code = codes.get(line.tax_rate_id or 0, "") if taxed else ""
        net = line.amount - (line.tax_amount if inclusive else ZERO)
        found[code] = found[code][0] + net, found[code][1] + line.tax_amount
    return _that_add_up(found, frozen) if _sums(found) == frozen else _that_add_up({}, frozen)


def _theirs(row: Mapping[str, Any], percents: Mapping[str, Decimal]) -> ByCode:
    if row["facts"] is None:
        return {}
    facts = decode(DocumentFacts, row["facts"])
    nets, taxes = net_by_code(facts), tax_by_code(facts, percents)
    found = {code: (nets.get(code, ZERO), taxes.get(code, ZERO)) for code in nets.keys() | taxes.keys()}
    return _that_add_up(found, (facts.subtotal, facts.tax))


def _that_add_up(found: Mapping[str, Amounts], frozen: Amounts) -> ByCode:
    """What belongs to no code makes up the rest, so that no cent is in the total alone."""
    net, tax = (whole - part for whole, part in zip(frozen, _sums(found), strict=True))
    none = found.get("", (ZERO, ZERO))
    full = {**found, "": (none[0] + net, none[1] + tax)}
    return {code: amounts for code, amounts in full.items() if any(amounts)}


def _sums(found: Mapping[str, Amounts]) -> Amounts:
    return (
        sum((net for net, _ in found.values()), ZERO),
        sum((tax for _, tax in found.values()), ZERO),
    )


def _signed(amounts: Amounts | None, sign: int) -> Amounts | None:
    return None if amounts is None else (sign * amounts[0], sign * amounts[1])


def _month(day: date | None, since: date) -> date | None:
    return day.replace(day=1) if day and day >= since else None
