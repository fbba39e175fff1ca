"""How much money a QuickBooks payment puts on which of our invoices, less the credits it uses up."""

from collections.abc import Mapping
from decimal import Decimal

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.money import CENT, ZERO


def read_shares(
    facts: DocumentFacts, invoices: Mapping[str, int], credited: Mapping[str, int]
) -> tuple[dict[int, Decimal], str]:
    """The money a payment puts on each of our invoices: lines of invoices less lines of credits used up. A
    credit memo of ours belongs to its own invoice; any other is clear only where one invoice alone is paid.

    :param invoices: QuickBooks id -> ours; ``credited``: credit memo id -> our credit note's invoice.
    :return: The shares above zero, and why they are unclear (then the lines as they are); empty: clear.
    """
    paid: dict[str, Decimal] = {}
    others: dict[tuple[str, str], Decimal] = {}
    for link in facts.links:
        amount = link.amount or ZERO
        if link.txn_type == "Invoice":
            paid[link.txn_id] = paid.get(link.txn_id, ZERO) + amount
        else:
            key = (link.txn_type, link.txn_id)
            others[key] = others.get(key, ZERO) + amount
    unclear = ""
    # Lines of anything else are credits used up, or charges paid: only the sum shows which.
    on_invoices, on_others = sum(paid.values(), ZERO), sum(others.values(), ZERO)
    if others and on_invoices + on_others + facts.balance != facts.total:
        unclear = _take_off_credits(paid, others, invoices, credited)
    ours = {invoices[txn_id]: amount for txn_id, amount in paid.items() if txn_id in invoices and amount > 0}
    if not unclear and any(amount != amount.quantize(CENT) for amount in ours.values()):
        unclear = "holds amounts that are not whole cents"
    return ours, unclear


def _take_off_credits(
    paid: dict[str, Decimal],
    others: Mapping[tuple[str, str], Decimal],
    invoices: Mapping[str, int],
    credited: Mapping[str, int],
) -> str:
    by_our_id = {our_id: txn_id for txn_id, our_id in invoices.items()}
    for (txn_type, txn_id), amount in others.items():
        own = by_our_id.get(credited.get(txn_id, 0)) if txn_type == "CreditMemo" else None
        target = own if own in paid else next(iter(paid)) if len(paid) == 1 else None
        if target is None or paid[target] < amount:
            return f"also uses {txn_type} {txn_id} of {amount:.2f}, and it is unclear which invoice that pays"
        paid[target] -= amount
    return ""
