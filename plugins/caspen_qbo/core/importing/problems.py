"""What a person must decide about payments made in QuickBooks: which document, why, which amounts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from caspen_qbo.core.documents import amount_text
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
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.money import ZERO
from caspen_qbo.core.posting.decide.decisions import UNREADABLE
from caspen_qbo.core.posting.document import DocumentRef
from caspen_qbo.core.reconciling.matching import Difference
from caspen_qbo.core.records import DocumentKind


@dataclass(frozen=True, slots=True)
class ImportProblem:
    document: DocumentRef
    error_key: str
    detail: str
    payment_id: str
    """The QuickBooks payment it is about: what one fix repairs."""
    difference: Difference
    blocks: bool = False


def find_problems(snapshot: ImportSnapshot) -> tuple[ImportProblem, ...]:
    """All of a snapshot, one per document and error key, which says everything that there is of that key: who
    leaves it as it is has seen it whole. Not what a person accepted. Empty: both agree.
    """
    views = snapshot.allocations
    accepted = {(view.payment_id, view.invoice_id) for view in views if view.accepted and view.payment_id}
    found: dict[tuple[DocumentKey, str], ImportProblem] = {}
    for invoice in snapshot.invoices.values():
        for problem in _problems_on(snapshot, invoice):
            if (problem.payment_id, problem.document.invoice_id) not in accepted:
                key = problem.document.key, problem.error_key
                found[key] = _together(found[key], problem) if key in found else problem
    return tuple(found.values())


def _together(first: ImportProblem, second: ImportProblem) -> ImportProblem:
    return (
        first if second.detail in first.detail else replace(first, detail=f"{first.detail} {second.detail}")
    )


def _problems_on(snapshot: ImportSnapshot, invoice: ClinicInvoice) -> Iterator[ImportProblem]:
    found = [_Pair(snapshot, invoice, payment) for payment in snapshot.payments_on(invoice.id)]
    if foreign := [pair for pair in found if pair.is_foreign]:
        yield from _foreign(foreign)
    payments = [pair for pair in found if not pair.is_foreign]
    missing = [pair for pair in payments if not snapshot.imported(pair.payment_id)]
    if missing and len(payments) > 1:
        yield _split(payments, missing)
    elif missing and find_blocker(snapshot, missing[0].payment) is None and missing[0].is_agreed:
        yield from _left_over(missing[0])
    elif missing:
        yield from _not_imported(missing[0])
    yield from _unread(snapshot, invoice, missing)
    for payment in snapshot.payments.values():
        if snapshot.imported(payment.quickbooks_id):
            pair = _Pair(snapshot, invoice, payment)
            if pair.is_foreign and not payment.gone:
                continue
            yield from _compare(pair)
            yield from _left_over(pair)


@dataclass(frozen=True, slots=True)
class _Pair:
    snapshot: ImportSnapshot
    invoice: ClinicInvoice
    payment: BooksPayment

    @property
    def payment_id(self) -> str:
        return self.payment.quickbooks_id

    @property
    def share(self) -> Decimal:
        return self.payment.share(self.invoice.id)

    @property
    def allocated(self) -> Decimal:
        return self.snapshot.allocated(self.payment_id, self.invoice.id)

    @property
    def is_foreign(self) -> bool:
        return self.snapshot.is_foreign(self.payment, self.invoice.id)

    @property
    def is_agreed(self) -> bool:
        return self.snapshot.is_agreed(self.invoice.id)

    @property
    def agreed(self) -> str:
        """The accepted total, as a sentence; empty where it is Caspen's."""
        return (
            f" The agreed total of invoice {self.invoice.number} is {self.invoice.agreed_total:.2f}."
            if self.invoice.agreed_more
            else ""
        )

    def views(self, *, live: bool) -> list[AllocationView]:
        return self.snapshot.imported_to(self.payment_id, self.invoice.id, live=live)

    def __str__(self) -> str:
        when = self.payment.paid_on.isoformat() if self.payment.paid_on else "no date"
        money = self.payment.total if self.payment.unclear else self.share
        amount = amount_text(money, self.payment.currency if self.is_foreign else "")
        return f"{self.payment_id} ({when}, {amount})"

    def on_invoice(
        self, key: str, detail: str, caspen: Decimal, quickbooks: Decimal | None = None
    ) -> ImportProblem:
        """:param quickbooks: The payment's share when left out."""
        document = DocumentRef(DocumentKind.INVOICE, self.invoice.id, self.invoice.number, self.invoice.id)
        difference = _amounts("paid", caspen, self.share if quickbooks is None else quickbooks)
        return ImportProblem(document, key, detail, self.payment_id, difference)

    def on_payment(self, view: AllocationView, key: str, detail: str) -> ImportProblem:
        number = view.allocation.payment_number
        document = DocumentRef(DocumentKind.PAYMENT, view.allocation.id, number, view.invoice_id)
        difference = _amounts("amount", self.allocated, self.share)
        return ImportProblem(document, key, detail, self.payment_id, difference)


def _amounts(field: str, caspen: Decimal, quickbooks: Decimal) -> Difference:
    return Difference(field, f"{caspen:.2f}", f"{quickbooks:.2f}", quickbooks - caspen)


def _foreign(pairs: Sequence[_Pair]) -> Iterator[ImportProblem]:
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


def _split(payments: Sequence[_Pair], missing: Sequence[_Pair]) -> ImportProblem:
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


def _not_imported(pair: _Pair) -> Iterator[ImportProblem]:
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
    yield _by_total(pair, pair.on_invoice(key, detail, ZERO))


def _by_total(pair: _Pair, problem: ImportProblem) -> ImportProblem:
    """Of a payment that also uses credits, its own total: how much money is on each invoice is not known."""
    if not pair.payment.unclear:
        return problem
    seen = Difference("paid", f"{pair.allocated:.2f}", f"{pair.payment.total:.2f} in all")
    return replace(problem, difference=seen)


def _several_clients(pair: _Pair) -> Iterator[ImportProblem]:
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


def _likely_duplicate(pair: _Pair, duplicate: AllocationView) -> Iterator[ImportProblem]:
    ours = duplicate.allocation
    detail = (
        f"QuickBooks payment {pair} and Caspen payment {ours.payment_number} "
        f"({ours.payment_date.isoformat()}, {ours.amount:.2f}) on invoice {pair.invoice.number} look like "
        "one receipt recorded on both sides: neither is carried over. Remove one of them; if they are two "
        "receipts, Retry posts Caspen's and the other then follows."
    )
    # The whole share is open: one of the two has still to be carried over.
    difference = replace(_amounts("paid", ours.amount, pair.share), delta=pair.share)
    # On the invoice for anyone who looks there, and on the payment, so that it is not posted in the meantime.
    yield replace(pair.on_invoice("overpayment", detail, ZERO), difference=difference)
    yield replace(pair.on_payment(duplicate, "overpayment", detail), difference=difference, blocks=True)


def _unread(
    snapshot: ImportSnapshot, invoice: ClinicInvoice, missing: Sequence[_Pair]
) -> Iterator[ImportProblem]:
    """What QuickBooks did not show stays in Caspen as it is; what may be a split with it waits."""
    unseen = {one.quickbooks_id: one.why for one in snapshot.unread_on(invoice.id)}
    for payment_id, why in list(unseen.items()):
        pair = _Pair(snapshot, invoice, BooksPayment(payment_id, None, {}))
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
    first = _Pair(snapshot, invoice, BooksPayment(next(iter(unseen), ""), None, {})) if unseen else blocked[0]
    yield replace(
        first.on_invoice(UNREADABLE, detail, first.allocated), difference=Difference("paid", "", "")
    )


def _waits_for_unread(pair: _Pair) -> bool:
    blocker = find_blocker(pair.snapshot, pair.payment)
    return blocker is not None and (blocker.kind, blocker.invoice_id) == (BlockerKind.UNREAD, pair.invoice.id)


def _blocked_elsewhere(pair: _Pair, blocker: ImportBlocker) -> tuple[str, str]:
    """(error key, end of the detail) of a payment that is blocked on another of its invoices."""
    key, why = "overpayment", "where the staff recorded the same receipt"
    if blocker.kind is BlockerKind.UNREAD:
        key, why = UNREADABLE, "which QuickBooks cannot show with all its payments"
    if blocker.kind is BlockerKind.SPLIT:
        key, why = "split_payment", "on which other payments were made in QuickBooks"
    there = pair.snapshot.invoices[blocker.invoice_id].number
    return key, f" and also invoice {there}, {why}. A payment is imported whole or not at all."


def _compare(pair: _Pair) -> Iterator[ImportProblem]:
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
        yield _by_total(pair, pair.on_invoice("split_payment", detail, pair.allocated))
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


def _less_in_caspen(pair: _Pair, linked: Sequence[AllocationView]) -> ImportProblem:
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


def _why_not_followed(pair: _Pair, view: AllocationView) -> str:
    """Why Caspen was not brought in line, as the end of a sentence."""
    if view.allocation.payment_status != "paid":
        status = view.allocation.payment_status.replace("_", " ")
        return f"; not followed, because the payment is {status} in Caspen"
    if pair.invoice.gone and not pair.payment.gone:
        return "; not followed, because the invoice itself is gone from QuickBooks"
    return "" if view.linked else "; not followed, because the staff allocated it in Caspen"


def _left_over(pair: _Pair) -> Iterator[ImportProblem]:
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
