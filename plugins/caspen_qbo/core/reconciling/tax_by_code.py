"""Which tax code the tax of a QuickBooks document belongs to: lines carry codes, tax lines carry rates."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from caspen_qbo.core.documents import DocumentFacts, TaxFacts

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def net_by_code(facts: DocumentFacts) -> dict[str, Decimal]:
    nets: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in facts.lines:
        nets[line.tax_code_id] += line.amount
    return dict(nets)


def tax_by_code(facts: DocumentFacts, percents: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """A document's tax by tax code, to the cent, adding up to ``facts.tax``; under ``""`` what belongs to no
    code. Tax at a rate belongs to the code of that rate; several such codes share it by their net amounts.
    Where none has it (several rates, or not linked), it belongs to the one code that can bear it; of several,
    to none.
    """
    nets = net_by_code(facts)
    taxes = facts.taxes or (TaxFacts(None, facts.tax),)
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for tax in taxes:
        for code, amount in _shares(tax.amount, _bearers(tax, nets, percents), nets).items():
            found[code] += amount
    # What was typed over by hand in QuickBooks is in the total alone.
    if rest := facts.tax - sum(found.values(), ZERO):
        found[""] += rest
    return {code: amount for code, amount in found.items() if amount}


def _bearers(tax: TaxFacts, nets: Mapping[str, Decimal], percents: Mapping[str, Decimal]) -> Sequence[str]:
    exact = [code for code in nets if tax.percent is not None and percents.get(code) == tax.percent]
    if exact:
        return sorted(exact)
    able = [code for code in nets if code and percents.get(code) != 0]
    return able if len(able) == 1 else [""]


def _shares(amount: Decimal, codes: Sequence[str], nets: Mapping[str, Decimal]) -> dict[str, Decimal]:
    total = sum((nets.get(code, ZERO) for code in codes), ZERO)
    shares: dict[str, Decimal] = {}
    left = amount
    for code in codes[:-1]:
        shares[code] = (amount * nets[code] / total).quantize(CENT) if total else ZERO
        left -= shares[code]
    return {**shares, codes[-1]: left}
