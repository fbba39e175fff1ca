"""What a person must decide about payments made in QuickBooks: which document, why, which amounts."""

from collections.abc import Iterator
from dataclasses import replace

from caspen_qbo.core.importing.followed import find_edits, find_left_over
from caspen_qbo.core.importing.not_imported import find_foreign, find_not_imported, find_split, find_unread
from caspen_qbo.core.importing.pair import ImportProblem, Pair
from caspen_qbo.core.importing.plan import ClinicInvoice, ImportSnapshot, find_blocker
from caspen_qbo.core.keys import DocumentKey


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
    found = [Pair(snapshot, invoice, payment) for payment in snapshot.payments_on(invoice.id)]
    if foreign := [pair for pair in found if pair.is_foreign]:
        yield from find_foreign(foreign)
    payments = [pair for pair in found if not pair.is_foreign]
    missing = [pair for pair in payments if not snapshot.imported(pair.payment_id)]
    if missing and len(payments) > 1:
        yield find_split(payments, missing)
    elif missing and find_blocker(snapshot, missing[0].payment) is None and missing[0].is_agreed:
        yield from find_left_over(missing[0])
    elif missing:
        yield from find_not_imported(missing[0])
    yield from find_unread(snapshot, invoice, missing)
    for payment in snapshot.payments.values():
        if snapshot.imported(payment.quickbooks_id):
            pair = Pair(snapshot, invoice, payment)
            if pair.is_foreign and not payment.gone:
                continue
            yield from find_edits(pair)
            yield from find_left_over(pair)
