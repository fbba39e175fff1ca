"""Everything that can be known before sending, checked before sending: all problems of a document at once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from caspen_qbo.core.cause import BOOKS, SALES_TAX, CauseKind, CauseRef, Setting
from caspen_qbo.core.documents import amount_text
from caspen_qbo.core.posting.document import StagedDocument
from caspen_qbo.core.posting.mapping import MappingContext
from caspen_qbo.core.quality.own_rows import INCONSISTENT, OF_ONE_RECORD, OwnProblem, check_sale_rows
from caspen_qbo.core.reconciling.matching import Difference
from caspen_qbo.core.records import (
    PRODUCT_KINDS,
    CreditNote,
    CreditNoteLine,
    Invoice,
    InvoiceLine,
    TaxMode,
)
from caspen_qbo.core.reference import (
    PAYMENT_ACCOUNT_TYPES,
    PRODUCT_ITEM_TYPES,
    SERVICE_ITEM_TYPES,
    ListEntry,
    TaxCode,
)

DOC_NUMBER_MAX = 21
INVOICE_LINES_MAX = 750


@dataclass(frozen=True, slots=True)
class Problem:
    error_key: str
    detail: str
    """What was seen and what was expected, in words."""
    cause: CauseRef | None = None
    """What one fix repairs for every document it holds; None: this document alone."""
    difference: Difference | None = None
    """The figure it is about, shown in columns of its own."""


def check_setup(context: MappingContext, settings: Collection[Setting] = tuple(Setting)) -> list[Problem]:
    """These choices of the practice still exist, are active and of a right type."""
    choices, reference = context.choices, context.reference
    accounts, items = reference.accounts, reference.items
    checked = {
        Setting.PAYMENT_ACCOUNT: (choices.payment_account_id, accounts, PAYMENT_ACCOUNT_TYPES),
        Setting.SERVICE_ITEM: (choices.service_item_id, items, SERVICE_ITEM_TYPES),
        Setting.PRODUCT_ITEM: (choices.product_item_id, items, PRODUCT_ITEM_TYPES),
    }
    problems = []
    for setting, (chosen, entries, types) in checked.items():
        home = reference.company.home_currency
        if setting in settings and (
            detail := _check_choice(setting, chosen, entries.get(chosen), types, home)
        ):
            problems.append(Problem("setup_incomplete", detail, CauseRef(CauseKind.SETTING, setting)))
    return problems


def _check_choice(
    setting: Setting, chosen: str, found: ListEntry | None, types: tuple[str, ...], home: str
) -> str:
    if found is None:
        return f"The {setting} (QuickBooks id {chosen}) is not in QuickBooks."
    if not found.active:
        return f"The {setting}, {found.name}, was made inactive in QuickBooks."
    if found.type not in types:
        expected = " or ".join(types)
        return f"The {setting}, {found.name}, is of type {found.type}; it must be {expected}."
    if home and found.currency not in ("", home):
        return f"The {setting}, {found.name}, is kept in {found.currency}; it must be kept in {home}."
    return ""


def _item_settings(lines: Iterable[InvoiceLine | CreditNoteLine]) -> set[Setting]:
    return {Setting.PRODUCT_ITEM if line.kind in PRODUCT_KINDS else Setting.SERVICE_ITEM for line in lines}


def check_sale(record: Invoice | CreditNote, context: MappingContext) -> list[Problem]:
    return (
        check_invoice(record, context) if isinstance(record, Invoice) else check_credit_note(record, context)
    )


def check_invoice(invoice: Invoice, context: MappingContext) -> list[Problem]:
    """Every problem that would stop it or make its figures differ, its items' too; empty: it may go."""
    problems = _check_number(invoice.number)
    if not invoice.lines:
        problems.append(Problem("required_param_missing", "The invoice was finalised without any line."))
    if len(invoice.lines) > INVOICE_LINES_MAX:
        problems.append(
            Problem(
                "other", f"The invoice has {len(invoice.lines)} lines; QuickBooks takes {INVOICE_LINES_MAX}."
            )
        )
    home = context.reference.company.home_currency
    if home and invoice.currency != home:
        problems.append(
            Problem(
                "currency_mismatch",
                f"The invoice is {amount_text(invoice.total, invoice.currency)}; QuickBooks' home currency "
                f"is {home}. Only documents in {home} are sent, also where the client has a customer kept in "
                f"{invoice.currency}. Issue it again in {home}, or void it.",
            )
        )
    problems += _check_period(invoice.issue_date, context)
    problems += _check_tax(invoice, context)
    problems += own_rows_problems(check_sale_rows(invoice))
    problems += _check_item_start(invoice, context)
    return problems + check_setup(context, _item_settings(invoice.lines))


def check_credit_note(credit_note: CreditNote, context: MappingContext) -> list[Problem]:
    problems = _check_number(credit_note.number)
    if not credit_note.lines:
        problems.append(Problem("required_param_missing", "The credit note has no line."))
    problems += _check_period(credit_note.issue_date, context)
    problems += _check_tax(credit_note, context)
    problems += own_rows_problems(check_sale_rows(credit_note))
    problems += _check_item_start(credit_note, context)
    return problems + check_setup(context, _item_settings(credit_note.lines))


def check_payment(payment_date: date, context: MappingContext) -> list[Problem]:
    return check_setup(context, {Setting.PAYMENT_ACCOUNT}) + _check_period(payment_date, context)


def _check_item_start(document: Invoice | CreditNote, context: MappingContext) -> list[Problem]:
    """QuickBooks sells no inventory item before its start date (6270)."""
    item = context.reference.items.get(context.choices.product_item_id)
    if Setting.PRODUCT_ITEM not in _item_settings(document.lines) or item is None or item.since is None:
        return []
    if document.issue_date >= item.since:
        return []
    detail = (
        f"Dated {document.issue_date}; the default Product item {item.name} (QuickBooks id {item.id}) is an "
        f"inventory item that starts on {item.since}. Change its start date in QuickBooks, or choose another "
        "default Product item in Settings; what waits then posts automatically."
    )
    return [Problem("inventory_item", detail, CauseRef(CauseKind.ITEM, item.id))]


def _check_number(number: str) -> list[Problem]:
    if len(number) <= DOC_NUMBER_MAX:
        return []
    detail = f"The number has {len(number)} characters; QuickBooks takes {DOC_NUMBER_MAX}."
    return [Problem("number_too_long", detail)]


def _check_period(dated: date, context: MappingContext) -> list[Problem]:
    closing = context.reference.company.closing_date
    if closing is None or dated > closing:
        return []
    return [
        Problem(
            "period_closed",
            f"Dated {dated.isoformat()}; QuickBooks' books are closed up to {closing}.",
            BOOKS,
        )
    ]


def _check_tax(document: Invoice | CreditNote, context: MappingContext) -> list[Problem]:
    if document.tax_mode is TaxMode.NONE:
        return []
    if context.reference.company.tax_on is False:
        return [_tax_off(document)] if document.carries_tax else []
    found: dict[str, Problem] = {}
    for line in document.lines:
        problem = _tax_problem(line, document, context)
        if problem is not None:
            found.setdefault(problem.detail, problem)
    return list(found.values())


def _tax_problem(
    line: InvoiceLine | CreditNoteLine, document: Invoice | CreditNote, context: MappingContext
) -> Problem | None:
    key = "business_validation_tax"
    if line.tax_rate_id is None:
        return Problem(key, "A line has no tax rate although the invoice is taxed.")
    cause = CauseRef(CauseKind.TAX_RATE, str(line.tax_rate_id))
    if line.tax_rate_id not in context.tax_code_by_rate:
        return Problem(
            key,
            f"Caspen's tax rate of {line.tax_percent.normalize():f} % (id {line.tax_rate_id}) is not linked "
            "to a QuickBooks tax code.",
            cause,
        )
    code = context.tax_code(line.tax_rate_id)
    if code is None:
        gone = context.tax_code_by_rate[line.tax_rate_id]
        return Problem(key, f"The linked tax code (QuickBooks id {gone}) is no longer in QuickBooks.", cause)
    if not code.usable_for_sales:
        return Problem(key, f"The linked tax code {code.name} is inactive or not for sales.", cause)
    if code.percent_on(document.issue_date) != line.tax_percent:
        return Problem(key, _other_rate(line.tax_percent, document, code), cause)
    return None


def _tax_off(document: Invoice | CreditNote) -> Problem:
    """QuickBooks would take it and drop its tax. One without tax goes: see :func:`map_invoice`."""
    detail = (
        f"GST is switched off in QuickBooks, which would drop the tax of {document.tax_total:.2f}. Switch it "
        "on there (Taxes > Set up GST); all that waits for it then posts automatically."
    )
    return Problem("business_validation_tax", detail, SALES_TAX)


def _other_rate(taxed_at: Decimal, document: Invoice | CreditNote, code: TaxCode) -> str:
    """A code's rate may change on a day; QuickBooks taxes each document by its own date."""
    ours, theirs = _percent(taxed_at), _percent(code.percent_on(document.issue_date))
    if len(code.spans) == 1:
        return f"A line was taxed at {ours} %; the linked tax code {code.name} is {theirs} %."
    what, fix = "invoice", "finalise it again in Caspen at that rate, or link"
    if isinstance(document, CreditNote):
        what, fix = "credit note, taxed as its invoice was,", "link"
    return (
        f"A line was taxed at {ours} %; the linked tax code {code.name} is {theirs} % on "
        f"{document.issue_date}, the date of the {what} by which QuickBooks taxes it ({code.rates}). To post "
        f"it, {fix} Caspen's rate to a tax code that is {ours} % on that date too."
    )


def _percent(value: Decimal) -> str:
    return format(value.normalize(), "f")


def own_rows_problems(problems: Iterable[OwnProblem]) -> list[Problem]:
    """What is wrong in Caspen itself could only be posted wrong."""
    return [Problem(INCONSISTENT, problem.detail) for problem in problems]


def check_staged(document: StagedDocument) -> list[Problem]:
    """What staging saw on the documents around it."""
    return own_rows_problems(problem for problem in document.unsound if problem.check not in OF_ONE_RECORD)
