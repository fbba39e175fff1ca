"""Net sales and tax by tax code on both sides, of the documents compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.facts_json import from_json
from caspen_qbo.core.records import CreditNote, DocumentKind, Invoice, TaxMode
from caspen_qbo.core.tax_by_code import net_by_code, tax_by_code
from caspen_qbo.usecases.session import Session

ZERO = Decimal("0.00")
Sums = dict[str, Decimal]
"""Amount by tax code id in QuickBooks; invoices count positive, credit notes negative."""
Figures = tuple[str, Decimal, Decimal]
"""What it is, in Caspen, in QuickBooks."""


def by_code(session: Session, since: date) -> Iterator[Figures]:
    """
    Net sales and tax at each code, in the codes' order.

    Caspen's from the lines and the codes their rates are linked to; QuickBooks' from the lines' codes and
    what it computed at each rate.

    :param since: Documents that Caspen dates from then on.
    """
    links = session.store.setup.fetch_tax_links(session.workspace_id)
    names = {row["tax_code_id"]: row["tax_code_name"] for row in links.values()}
    percents = {row["tax_code_id"]: row["rate"] for row in links.values()}
    our_net, our_tax = _ours(session, since, {rate: row["tax_code_id"] for rate, row in links.items()})
    their_net, their_tax = _theirs(session, since, percents)
    for code in sorted(our_net.keys() | their_net.keys() | our_tax.keys() | their_tax.keys()):
        name = f"{names[code]} [{code}]" if code in names else f"tax code [{code}]" if code else "no tax code"
        net = our_net.get(code, ZERO), their_net.get(code, ZERO)
        tax = our_tax.get(code, ZERO), their_tax.get(code, ZERO)
        if any(net):
            yield f"Net sales at {name}", *net
        if any(tax):
            yield f"Tax at {name}", *tax


def _ours(session: Session, since: date, codes: dict[int, str]) -> tuple[Sums, Sums]:
    net: Sums = defaultdict(lambda: ZERO)
    tax: Sums = defaultdict(lambda: ZERO)

    def add(document: Invoice | CreditNote, sign: int) -> None:
        for line in document.lines:
            code = codes.get(line.tax_rate_id or 0, "") if document.tax_mode is not TaxMode.NONE else ""
            inside = line.tax_amount if document.tax_mode is TaxMode.INCLUSIVE else ZERO
            net[code] += sign * (line.amount - inside)
            tax[code] += sign * line.tax_amount

    for kind, read, sign in (
        (DocumentKind.INVOICE, session.billing.fetch_invoices, 1),
        (DocumentKind.CREDIT_NOTE, session.billing.fetch_credit_notes, -1),
    ):
        compared = session.store.tie_outs.fetch_compared_ids(session.workspace_id, kind, since)
        for chunk in chunked(compared, 500):
            for document in read(session.workspace_id, chunk).values():
                add(document, sign)
    return dict(net), dict(tax)


def _theirs(session: Session, since: date, percents: dict[str, Decimal]) -> tuple[Sums, Sums]:
    net: Sums = defaultdict(lambda: ZERO)
    tax: Sums = defaultdict(lambda: ZERO)
    for page in session.store.tie_outs.fetch_taxed(session.workspace_id, session.realm_id, since):
        for row in page:
            facts, sign = from_json(row["facts"]), -1 if row["document_kind"] == "credit_note" else 1
            for sums, found in ((net, net_by_code(facts)), (tax, tax_by_code(facts, percents))):
                for code, amount in found.items():
                    sums[code] += sign * amount
    return dict(net), dict(tax)
