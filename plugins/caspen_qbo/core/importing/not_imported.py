"""Why a payment made in QuickBooks is not imported: what a person must decide, in which amounts."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from caspen_qbo.core.documents import amount_text
from caspen_qbo.core.importing.pair import ImportProblem, Pair, amounts_of, by_total
from caspen_qbo.core.importing.plan import (
    AllocationView,
    BlockerKind,
    BooksPayment,
    ClinicInvoice,
    ImportBlocker,
    ImportSnapshot,
    find_blocker,
    find_likely_duplicate,
)
from caspen_qbo.core.money import ZERO
from caspen_qbo.core.posting.decide.decisions import UNREADABLE
from caspen_qbo.core.reconciling.matching import Difference


def find_foreign(pairs: Sequence[Pair]) -> Iterator[ImportProblem]:
    """110 USD are not 110 AUD: nothing of it is imported, and what was imported as such is named."""
    first = pairs[0]
    number, ours = first.invoice.number, first.invoice.currency
    names = ", ".join(map(str, pairs))
    detail = (
        f"QuickBooks payment {names} pays invoice {number}, of which Caspen shows "
        f"{amount_text(first.invoice.balance, ours)} due. Money of another currency is not imported. Put the "
        f"invoice in QuickBooks on a customer kept in {ours} and record the money in {ours}; or delete the "
        "payment there."
    )
    problem = first.on_invoice("currency_mismatch", detail, sum((pair.allocated for pair in pairs), ZERO))
    theirs = amount_text(sum((pair.share for pair in pairs), ZERO), first.payment.currency)
    yield replace(
        problem, difference=Difference("currency", amount_text(first.invoice.balance, ours), theirs)
    )
    for pair in pairs:
        for view in pair.views(live=True):
            detail = (
                f"Caspen payment {view.allocation.payment_number} of "
                f"{amount_text(view.allocation.amount, ours)} on invoice {number} came from QuickBooks "
                f"payment {pair}. Unlink it in Caspen, unless it was received in {ours}; it is not followed."
            )
            difference = Difference("currency", ours, pair.payment.currency)
            yield replace(pair.on_payment(view, "currency_mismatch", detail), difference=difference)


def find_split(payments: Sequence[Pair], missing: Sequence[Pair]) -> ImportProblem:
    imported = ", ".join(pair.payment_id for pair in payments if pair not in missing)
    not_imported = ", ".join(pair.payment_id for pair in missing)
    names, number = ", ".join(map(str, payments)), missing[0].invoice.number
    which = f"Imported: {imported}; not imported: {not_imported}." if imported else "None was imported."
    return missing[0].on_invoice(
        "split_payment",
        f"QuickBooks payments {names} pay invoice {number}. {which}",
        sum((pair.allocated for pair in payments), ZERO),
        sum((pair.share for pair in payments), ZERO),
    )


def find_not_imported(pair: Pair) -> Iterator[ImportProblem]:
    invoice, blocker = pair.invoice, find_blocker(pair.snapshot, pair.payment)
    if blocker is not None and blocker.duplicate is not None and blocker.invoice_id == invoice.id:
        yield from _likely_duplicate(pair, blocker.duplicate)
        return
    if blocker is not None and blocker.kind is BlockerKind.UNREAD and blocker.invoice_id == invoice.id:
        return  # listed with what was not shown
    if blocker is not None and blocker.kind is BlockerKind.CLIENTS:
        yield from _several_clients(pair)
        return
    key, why = "overpayment", f", which has {invoice.due:.2f} due."
    if blocker is not None and blocker.kind is BlockerKind.CURRENCY:
        there = pair.snapshot.invoices[blocker.invoice_id]
        key = "currency_mismatch"
        why = (
            f" and also invoice {there.number} in {there.currency}, while the payment is in "
            f"{pair.payment.currency}. A payment is imported whole or not at all."
        )
    elif blocker is not None and blocker.kind is BlockerKind.UNCLEAR:
        key, why = "split_payment", f" but {pair.payment.unclear}. Record it in Caspen."
    elif blocker is not None:
        key, why = _blocked_elsewhere(pair, blocker)
    elif invoice.status not in ("open", "paid"):
        why = f", which is {invoice.status} in Caspen."
    detail = f"QuickBooks payment {pair} pays invoice {invoice.number}{why}{pair.agreed}"
    yield by_total(pair, pair.on_invoice(key, detail, ZERO))


def _several_clients(pair: Pair) -> Iterator[ImportProblem]:
    """One receipt for several clients: Caspen's payments are one client's each. What the staff recorded of it
    for an invoice's client makes that invoice whole.
    """
    if find_likely_duplicate(pair.snapshot, pair.payment, pair.invoice.id) is not None:
        return
    invoices = pair.snapshot.invoices
    parts = ", ".join(
        f"{share:.2f} on invoice {invoices[id_].number} of client {invoices[id_].client_id}"
        for id_, share in sorted(pair.payment.shares.items())
    )
    detail = (
        f"QuickBooks payment {pair.payment_id} pays for several clients: {parts}. A payment in Caspen is one "
        "client's, so it is not imported. Split it in QuickBooks into a payment for each client, and they "
        "are imported; or record each client's part in Caspen and accept those payments as they are, and "
        "they are not posted."
    )
    yield pair.on_invoice("split_payment", detail, ZERO)


def _likely_duplicate(pair: Pair, duplicate: AllocationView) -> Iterator[ImportProblem]:
    ours = duplicate.allocation
    detail = (
        f"QuickBooks payment {pair} and Caspen payment {ours.payment_number} "
        f"({ours.payment_date.isoformat()}, {ours.amount:.2f}) on invoice {pair.invoice.number} look like "
        "one receipt recorded on both sides: neither is carried over. Remove one of them; if they are two "
        "receipts, Retry posts Caspen's and the other then follows."
    )
    # The whole share is open: one of the two has still to be carried over.
    difference = replace(amounts_of("paid", ours.amount, pair.share), delta=pair.share)
    # On the invoice for anyone who looks there, and on the payment, so that it is not posted in the meantime.
    yield replace(pair.on_invoice("overpayment", detail, ZERO), difference=difference)
    yield replace(pair.on_payment(duplicate, "overpayment", detail), difference=difference, blocks=True)


def find_unread(
    snapshot: ImportSnapshot, invoice: ClinicInvoice, missing: Sequence[Pair]
) -> Iterator[ImportProblem]:
    """What QuickBooks did not show stays in Caspen as it is; what may be a split with it waits."""
    unseen = {one.quickbooks_id: one.why for one in snapshot.unread_on(invoice.id)}
    for payment_id, why in list(unseen.items()):
        pair = Pair(snapshot, invoice, BooksPayment(payment_id, None, {}))
        if live := pair.views(live=True):
            detail = (
                f"QuickBooks payment {payment_id} is on invoice {invoice.number} in Caspen with "
                f"{pair.allocated:.2f}. {why}. It is left as it is in Caspen, and read again by every run."
            )
            problem = pair.on_payment(live[0], UNREADABLE, detail)
            yield replace(problem, difference=Difference("amount", f"{pair.allocated:.2f}", ""))
            if not missing:
                del unseen[payment_id]
    blocked = [pair for pair in missing if _waits_for_unread(pair)]
    if not blocked and not unseen:
        return
    what = "; ".join(f"payment {payment_id}: {why}" for payment_id, why in unseen.items())
    waits = f" Payment {', '.join(map(str, blocked))} on it waits for that." if blocked else ""
    detail = f"Invoice {invoice.number}: {what or invoice.unread}. Every run reads it again.{waits}"
    first = Pair(snapshot, invoice, BooksPayment(next(iter(unseen), ""), None, {})) if unseen else blocked[0]
    yield replace(
        first.on_invoice(UNREADABLE, detail, first.allocated), difference=Difference("paid", "", "")
    )


def _waits_for_unread(pair: Pair) -> bool:
    blocker = find_blocker(pair.snapshot, pair.payment)
    return blocker is not None and (blocker.kind, blocker.invoice_id) == (BlockerKind.UNREAD, pair.invoice.id)


def _blocked_elsewhere(pair: Pair, blocker: ImportBlocker) -> tuple[str, str]:
    """(error key, end of the detail) of a payment that is blocked on another of its invoices."""
    key, why = "overpayment", "where the staff recorded the same receipt"
    if blocker.kind is BlockerKind.UNREAD:
        key, why = UNREADABLE, "which QuickBooks cannot show with all its payments"
    if blocker.kind is BlockerKind.SPLIT:
        key, why = "split_payment", "on which other payments were made in QuickBooks"
    there = pair.snapshot.invoices[blocker.invoice_id].number
    return key, f" and also invoice {there}, {why}. A payment is imported whole or not at all."
