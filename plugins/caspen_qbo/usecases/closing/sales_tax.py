"""Sales and tax of one month by tax code, in the layout of the activity statement and as a tie-out."""

from collections import defaultdict
from decimal import Decimal

from caspen_qbo.core.closing.figures import statement_lines
from caspen_qbo.core.closing.month import Month
from caspen_qbo.core.closing.stored import CodeLine, OtherSales, SalesTax
from caspen_qbo.core.money import ZERO
from caspen_qbo.core.reconciling.stored import TieOut
from caspen_qbo.core.reconciling.tie_outs import Item, Sum, TieOutDraft
from caspen_qbo.usecases.reconciling.tax_by_code import Taxed, by_code, name_codes
from caspen_qbo.usecases.reconciling.tie_outs import find_reasons
from caspen_qbo.usecases.shared.session import Session

FIGURES = ("Net sales", "Tax")
OTHERS = {
    "other": "QuickBooks documents that are not of Caspen's",
    "held": "Posted documents of which Caspen has a newer version that waits or is listed",
}


def collect_sales_tax(session: Session, run_id: str, month: Month) -> tuple[SalesTax, TieOut]:
    """What the frozen comparison of that run has in the month. Asks Caspen for lines, never QuickBooks."""
    names, links = name_codes(session), session.store.setup.fetch_tax_links().values()
    rates = {link.tax_code_id: link.rate for link in links}
    sides = defaultdict[str, list[Decimal]](lambda: [ZERO] * 4)
    sums: dict[tuple[str, int], Sum] = {}
    for taxed in by_code(session, month.first):
        if taxed.month == month.first:
            _add(taxed, names.get(taxed.code, taxed.code), sides[taxed.code], sums)
    codes = tuple(
        CodeLine(
            code,
            names.get(code, f"Tax code [{code}]" if code else "No tax code"),
            rates.get(code),
            *sides[code],
        )
        for code in sorted(sides, key=lambda code: (code == "", -rates.get(code, ZERO), code))
    )
    rest = session.store.tie_outs.sum_other_tax(session.realm_id, month.first, month.last)
    others = {one.name: one for one in rest}
    tax = SalesTax(
        codes,
        statement_lines(codes, session.workspace.country_code),
        tuple(
            OtherSales(words, one.documents, one.net, one.tax)
            for name, words in OTHERS.items()
            if (one := others.get(name))
        ),
    )
    return tax, _tie_out(session, run_id, month, sums)


def _add(taxed: Taxed, name: str, sides: list[Decimal], sums: dict[tuple[str, int], Sum]) -> None:
    for figure in (0, 1):
        caspen, quickbooks = (side and side[figure] for side in (taxed.caspen, taxed.quickbooks))
        if caspen or quickbooks:
            label = f"{FIGURES[figure]} at {name or 'no tax code'}, {taxed.month:%B %Y}"
            one = sums.setdefault((taxed.code, figure), Sum(label, month=taxed.month))
            one.add(Item(taxed.key, taxed.number, caspen, quickbooks))
        sides[figure] += caspen or ZERO
        sides[figure + 2] += quickbooks or ZERO


def _tie_out(session: Session, run_id: str, month: Month, sums: dict[tuple[str, int], Sum]) -> TieOut:
    draft = TieOutDraft(
        "tax",
        "Tax by code",
        f"Synced invoices less credit notes of {month.words}, each side in the month of its own date.",
        [sums[key] for key in sorted(sums)],
    )
    return draft.finish(find_reasons(session, run_id, (item.key for _, item in draft.shown)))
