"""Net sales and tax by month and tax code on both sides, document by document."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from caspen_qbo.core.documents import DocumentFacts, in_home_currency
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.money import ZERO
from caspen_qbo.core.reconciling.tax_by_code import net_by_code, tax_by_code
from caspen_qbo.core.records import CreditNote, DocumentKind, Invoice, TaxMode
from caspen_qbo.hooks.store.reconciling.tie_outs import TaxedDocument
from caspen_qbo.usecases.shared.session import Session

Amounts = tuple[Decimal, Decimal]
"""Net and tax; invoices count positive, credit notes negative."""
ByCode = Mapping[str, Amounts]
"""By tax code id in QuickBooks; ``""`` is what has none."""


@dataclass(frozen=True, slots=True)
class Taxed:
    """One document at one code in one month. A side that dates it into another month has None."""

    key: DocumentKey
    number: str
    month: date
    code: str
    caspen: Amounts | None
    quickbooks: Amounts | None


def by_code(session: Session, since: date) -> Iterator[Taxed]:
    """Every document, month and code with net or tax on either side, in the documents' order, from ``since``,
    the first day of a month. Each side counts in the month of its own date, as its tax return does. Caspen's
    amounts are those of the lines at the codes their rates are linked to; QuickBooks' those of the lines'
    codes, and what it computed at each rate. They add up to the frozen subtotal and tax of each document.
    """
    links = session.store.setup.fetch_tax_links()
    codes = {rate: link.tax_code_id for rate, link in links.items()}
    linked: dict[str, set[Decimal]] = defaultdict(set)
    for link in links.values():
        linked[link.tax_code_id].add(link.rate)
    for read in session.store.tie_outs.fetch_taxed(session.realm_id, since):
        page = [_in_home(row, session.home_currency) for row in read]
        documents = _fetch_documents(session, page)
        for row in page:
            sides = (
                (_month(row.caspen_date, since), _ours(row, documents.get(row.key), codes)),
                (_month(row.quickbooks_date, since), _theirs(row, documents.get(row.key), codes, linked)),
            )
            for month in sorted({month for month, amounts in sides if month and amounts}):
                ours, theirs = (amounts if own == month else {} for own, amounts in sides)
                for code in sorted(ours.keys() | theirs.keys()):
                    yield Taxed(row.key, row.document_number, month, code, ours.get(code), theirs.get(code))


def _in_home(row: TaxedDocument, home: str) -> TaxedDocument:
    return replace(row, facts=in_home_currency(row.facts, home)) if row.facts else row


def name_codes(session: Session) -> dict[str, str]:
    """The linked codes' names by id, each with its id; whatever else a line carries is named by its id."""
    links = session.store.setup.fetch_tax_links()
    return {link.tax_code_id: f"{link.tax_code_name} [{link.tax_code_id}]" for link in links.values()}


def _fetch_documents(
    session: Session, page: Sequence[TaxedDocument]
) -> dict[DocumentKey, Invoice | CreditNote]:
    found: dict[DocumentKey, Invoice | CreditNote] = {}
    for kind, fetch in (
        (DocumentKind.INVOICE, session.billing.fetch_invoices),
        (DocumentKind.CREDIT_NOTE, session.billing.fetch_credit_notes),
    ):
        if ids := [row.document_id for row in page if row.document_kind is kind]:
            for document_id, document in fetch(session.workspace_id, ids).items():
                found[DocumentKey(kind, document_id)] = document
    return found


def _ours(row: TaxedDocument, document: Invoice | CreditNote | None, codes: Mapping[int, str]) -> ByCode:
    """Of the frozen document; where Caspen has changed since, its lines no longer give its codes."""
    frozen = row.caspen_subtotal, row.caspen_tax
    found = defaultdict[str, Amounts](lambda: (ZERO, ZERO))
    if document:
        for line in document.lines:
            code = "" if document.tax_mode is TaxMode.NONE else codes.get(line.tax_rate_id or 0, "")
            net = line.amount - (line.tax_amount if document.tax_mode is TaxMode.INCLUSIVE else ZERO)
            found[code] = found[code][0] + net, found[code][1] + line.tax_amount
    return _that_add_up(row, found if _sums(found) == frozen else {}, frozen)


def _theirs(
    row: TaxedDocument,
    document: Invoice | CreditNote | None,
    codes: Mapping[int, str],
    linked: Mapping[str, Collection[Decimal]],
) -> ByCode:
    if row.facts is None:
        return {}
    percents = _percents_then(row.facts, document, codes, linked)
    nets, taxes = net_by_code(row.facts), tax_by_code(row.facts, percents)
    found = {code: (nets.get(code, ZERO), taxes.get(code, ZERO)) for code in nets.keys() | taxes.keys()}
    return _that_add_up(row, found, (row.facts.subtotal, row.facts.tax))


def _percents_then(
    facts: DocumentFacts,
    document: Invoice | CreditNote | None,
    codes: Mapping[int, str],
    linked: Mapping[str, Collection[Decimal]],
) -> dict[str, Decimal]:
    """Each code's rate at this document's date: a code's rate may change on a day. Caspen's lines were taxed
    at it; for a code they do not have, the linked rate that the document shows counts.
    """
    shown = {tax.percent for tax in facts.taxes}
    found = {code: next((one for one in rates if one in shown), min(rates)) for code, rates in linked.items()}
    for line in document.lines if document else ():
        if code := codes.get(line.tax_rate_id or 0):
            found[code] = line.tax_percent
    return found


def _that_add_up(row: TaxedDocument, found: ByCode, frozen: Amounts) -> ByCode:
    """With the sign of the document; no code takes the rest, so that no cent is in the total alone."""
    net, tax = (whole - part for whole, part in zip(frozen, _sums(found), strict=True))
    none = found.get("", (ZERO, ZERO))
    full = {**found, "": (none[0] + net, none[1] + tax)}
    sign = -1 if row.document_kind is DocumentKind.CREDIT_NOTE else 1
    return {code: (sign * net, sign * tax) for code, (net, tax) in full.items() if net or tax}


def _sums(found: ByCode) -> Amounts:
    return sum((net for net, _ in found.values()), ZERO), sum((tax for _, tax in found.values()), ZERO)


def _month(day: date | None, since: date) -> date | None:
    return day.replace(day=1) if day and day >= since else None
