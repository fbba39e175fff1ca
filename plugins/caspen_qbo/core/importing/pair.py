"""A payment in QuickBooks and an invoice in Caspen that it pays: their amounts, and what is listed."""

from dataclasses import dataclass, replace
from decimal import Decimal

from caspen_qbo.core.documents import amount_text
from caspen_qbo.core.importing.plan import AllocationView, BooksPayment, ClinicInvoice, ImportSnapshot
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


@dataclass(frozen=True, slots=True)
class Pair:
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
        difference = amounts_of("paid", caspen, self.share if quickbooks is None else quickbooks)
        return ImportProblem(document, key, detail, self.payment_id, difference)

    def on_payment(self, view: AllocationView, key: str, detail: str) -> ImportProblem:
        number = view.allocation.payment_number
        document = DocumentRef(DocumentKind.PAYMENT, view.allocation.id, number, view.invoice_id)
        difference = amounts_of("amount", self.allocated, self.share)
        return ImportProblem(document, key, detail, self.payment_id, difference)


def amounts_of(field: str, caspen: Decimal, quickbooks: Decimal) -> Difference:
    return Difference(field, f"{caspen:.2f}", f"{quickbooks:.2f}", quickbooks - caspen)


def by_total(pair: Pair, problem: ImportProblem) -> ImportProblem:
    """Of a payment that also uses credits, its own total: how much money is on each invoice is not known."""
    if not pair.payment.unclear:
        return problem
    seen = Difference("paid", f"{pair.allocated:.2f}", f"{pair.payment.total:.2f} in all")
    return replace(problem, difference=seen)
