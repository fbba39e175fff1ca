"""Where an imported payment and Caspen no longer agree, and why Caspen did not follow it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from caspen_qbo.core.importing.pair import ImportProblem, Pair, by_total
from caspen_qbo.core.importing.plan import AllocationView
from caspen_qbo.core.reconciling.matching import Difference


def find_edits(pair: Pair) -> Iterator[ImportProblem]:
    payment, number, live = pair.payment, pair.invoice.number, pair.views(live=True)
    linked = [view for view in live if view.linked]
    if live and payment.gone:
        detail = (
            f"QuickBooks payment {pair.payment_id} was voided or deleted there; Caspen still has "
            f"{pair.allocated:.2f} of it on invoice {number} as payment "
            f"{live[0].allocation.payment_number}{_why_not_followed(pair, live[0])}."
        )
        problem = pair.on_payment(live[0], "missing_in_quickbooks", detail)
        yield replace(problem, difference=replace(problem.difference, quickbooks_value=""))
        return
    if payment.unclear and (live or pair.share > 0):
        detail = (
            f"QuickBooks payment {pair} pays invoice {number} but {payment.unclear}. Caspen keeps the "
            f"{pair.allocated:.2f} it has of it there: correct that in Caspen, or the payment in QuickBooks."
        )
        yield by_total(pair, pair.on_invoice("split_payment", detail, pair.allocated))
    elif pair.share > pair.allocated and not pair.is_agreed:
        yield _less_in_caspen(pair, linked)
    elif pair.allocated > pair.share:
        detail = (
            f"Caspen payment {live[0].allocation.payment_number} pays {pair.allocated:.2f} of invoice "
            f"{number}; QuickBooks payment {pair.payment_id} pays {pair.share:.2f} of it"
            f"{_why_not_followed(pair, live[0])}."
        )
        yield pair.on_payment(live[0], "changed_in_quickbooks" if linked else "totals_mismatch", detail)
    for view in linked:
        if view.date_then is not None and payment.paid_on is not None and view.date_then != payment.paid_on:
            ours, theirs = view.allocation.payment_date.isoformat(), payment.paid_on.isoformat()
            detail = (
                f"QuickBooks payment {pair.payment_id} was imported with the date {ours} and is dated "
                f"{theirs} now. A payment's date cannot be changed in Caspen."
            )
            problem = pair.on_payment(view, "changed_in_quickbooks", detail)
            yield replace(problem, difference=Difference("date", ours, theirs))


def _less_in_caspen(pair: Pair, linked: Sequence[AllocationView]) -> ImportProblem:
    name, number = f"QuickBooks payment {pair}", pair.invoice.number
    unlinked = [view for view in pair.views(live=False) if view.linked]
    if unlinked and not pair.allocated:
        detail = (
            f"{name} was imported as {unlinked[0].allocation.payment_number} and taken off invoice "
            f"{number} in Caspen. It is still in QuickBooks: allocate it again in Caspen, or change or "
            "delete it in QuickBooks."
        )
        return pair.on_payment(unlinked[0], "totals_mismatch", detail)
    if linked and linked[0].share_then not in (None, pair.share):
        detail = (
            f"{name} was imported with {linked[0].share_then:.2f} for invoice {number} and pays "
            f"{pair.share:.2f} now; Caspen has {pair.allocated:.2f}, and the payment there cannot be made "
            "larger."
        )
        return pair.on_payment(linked[0], "changed_in_quickbooks", detail)
    detail = (
        f"{name} pays invoice {number}; Caspen has {pair.allocated:.2f} of it there, "
        f"{pair.share - pair.allocated:.2f} less than QuickBooks.{pair.agreed}"
    )
    return pair.on_invoice("overpayment", detail, pair.allocated)


def _why_not_followed(pair: Pair, view: AllocationView) -> str:
    """Why Caspen was not brought in line, as the end of a sentence."""
    if view.allocation.payment_status != "paid":
        status = view.allocation.payment_status.replace("_", " ")
        return f"; not followed, because the payment is {status} in Caspen"
    if pair.invoice.gone and not pair.payment.gone:
        return "; not followed, because the invoice itself is gone from QuickBooks"
    return "" if view.linked else "; not followed, because the staff allocated it in Caspen"


def find_left_over(pair: Pair) -> Iterator[ImportProblem]:
    """Money beyond all that was due: listed once, on the first invoice the payment pays."""
    payment, allocated = pair.payment, pair.snapshot.allocated
    if payment.gone or payment.unapplied <= 0 or min(payment.shares, default=0) != pair.invoice.id:
        return
    if any(
        payment.share(one) > allocated(pair.payment_id, one) and not pair.snapshot.is_agreed(one)
        for one in payment.shares
    ):
        return  # listed already, as less in Caspen
    done = "imported" if pair.snapshot.imported(pair.payment_id) else "beyond Caspen's total"
    detail = (
        f"QuickBooks payment {pair} is {done}; {payment.unapplied:.2f} of it is more than was due and pays "
        f"nothing in QuickBooks.{pair.agreed}"
    )
    yield pair.on_invoice("overpayment", detail, pair.share, pair.share + payment.unapplied)
