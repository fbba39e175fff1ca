"""How each listed row is closed: what a person does who reads that row and nothing else.

One entry a kind of row: its error key, words of its detail that make out the kind, who acts, what that person
does as one sentence, and the act. The runbook's table is made of it (tests/docs/test_ways_out.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.lives.closing import Closing

CASPEN, QUICKBOOKS, CHOICE, RUNS = "in Caspen", "in QuickBooks", "a choice", "the next runs"


@dataclass(frozen=True)
class Row:
    """An open row, as a person sees it."""

    kind: str
    id: int
    number: str
    invoice_id: int
    key: str
    detail: str
    blocks: bool
    cause: str

    def find(self, pattern: str) -> list[Any]:
        """Strings, or tuples of them where the pattern has several groups."""
        return re.findall(pattern, self.detail)

    def __str__(self) -> str:
        return f"{self.kind} {self.number} {self.key}{'' if self.blocks else ' (open)'}: {self.detail}"


@dataclass(frozen=True)
class Way:
    key: str
    words: str
    """A pattern in the detail; empty: any row of the key."""
    by: str
    what: str
    act: Callable[[Closing, Row], object]
    kinds: tuple[str, ...] = ("invoice", "credit_note", "payment")
    unless: str = ""
    """A pattern in the detail of rows that it does not close."""

    def fits(self, row: Row) -> bool:
        return (
            self.key == row.key
            and row.kind in self.kinds
            and bool(re.search(self.words, row.detail, re.IGNORECASE))
            and not (self.unless and re.search(self.unless, row.detail, re.IGNORECASE))
        )

    def __str__(self) -> str:
        return f"{self.key} | {self.by}: {self.what}"


INVOICE, PAYMENT, NOTE = ("invoice",), ("payment",), ("credit_note",)

ACCEPT = "`accept`: it is left as it is, with who and when; `retry` takes that back"
RESEND = "`resend`: Caspen's version is sent again"
AGAIN = "nothing: each run tries again"
CLOSED_BY_CREDIT = "closed by credit memo"


def _accept(c: Closing, row: Row) -> None:
    c.accept(row)


def _resend(c: Closing, row: Row) -> None:
    c.resend(row)


WAYS: tuple[Way, ...] = (
    Way(
        "required_param_missing",
        "",
        CASPEN,
        "revert it, add a line, finalise it again",
        lambda c, r: c.edit_in_caspen(r, lines=True),
        INVOICE,
    ),
    Way(
        "required_param_missing",
        "",
        CASPEN,
        "revert it and delete the draft",
        lambda c, r: c.delete_in_caspen(r),
        INVOICE,
    ),
    Way("historical_invoice", "", CASPEN, "take the payment off it", lambda c, r: c.unlink_all(r), INVOICE),
    Way("historical_invoice", "", CHOICE, ACCEPT, _accept, INVOICE),
    Way(
        "invalid_refresh_token",
        "",
        CHOICE,
        "reconnect in Set-up; what waits then posts",
        lambda c, r: c.reconnect(),
    ),
    Way(
        "duplicate_document_number",
        "already has the number",
        QUICKBOOKS,
        "give that document another number, then Retry",
        lambda c, r: c.renumber_the_other(r),
    ),
    Way(
        "duplicate_document_number",
        "was given that number too",
        QUICKBOOKS,
        "give that document another number, or delete it if it is the same sale",
        lambda c, r: c.renumber_the_other(r),
    ),
    Way(
        "duplicate_document_number",
        "",
        CASPEN,
        "revert it, give it another number, finalise it again",
        lambda c, r: c.edit_in_caspen(r, number=True),
        INVOICE,
    ),
    Way("duplicate_document_number", "", CHOICE, ACCEPT, _accept),
    Way(
        "business_validation_tax",
        "",
        CHOICE,
        "`link-tax` to a code of the rate; everything waiting on it posts",
        lambda c, r: c.set_taxes_right(r),
    ),
    Way("business_validation_tax", "", CHOICE, ACCEPT, _accept),
    Way(
        "setup_incomplete",
        "",
        CHOICE,
        "`settings`: choose an active item or account of the right type",
        lambda c, r: c.choose_settings(),
    ),
    Way(
        "setup_incomplete",
        "was made inactive",
        QUICKBOOKS,
        "make it active again",
        lambda c, r: c.activate_all(),
    ),
    Way(
        "setup_incomplete",
        "chose the number",
        QUICKBOOKS,
        "switch custom transaction numbers on, then `resend`",
        lambda c, r: c.number_by_hand(r),
    ),
    Way(
        "customer_name_taken",
        "",
        QUICKBOOKS,
        "rename the one that has the name, then Retry",
        lambda c, r: c.rename_holder(r),
    ),
    Way("customer_name_taken", "", CHOICE, ACCEPT, _accept),
    Way("inactive_reference", "", QUICKBOOKS, "make it active again, then Retry", lambda c, r: c.activate(r)),
    Way("inactive_reference", "", CHOICE, ACCEPT, _accept),
    Way(
        "number_too_long",
        "",
        CASPEN,
        "revert it, shorten the number, finalise it again",
        lambda c, r: c.edit_in_caspen(r, number=True),
        INVOICE,
    ),
    Way("number_too_long", "", CHOICE, ACCEPT, _accept),
    Way(
        "currency_mismatch",
        "",
        CASPEN,
        "revert it, issue it in the home currency, finalise it again",
        lambda c, r: c.edit_in_caspen(r, currency="AUD"),
        INVOICE,
    ),
    Way("currency_mismatch", "", CHOICE, ACCEPT, _accept),
    Way("period_closed", "", QUICKBOOKS, "reopen the books; posting resumes", lambda c, r: c.open_books()),
    Way(
        "period_closed",
        "",
        CASPEN,
        "revert it, change the date, finalise it again",
        lambda c, r: c.edit_in_caspen(r, today=True),
        INVOICE,
    ),
    Way("period_closed", "", CHOICE, ACCEPT, _accept),
    Way(
        "subscription_ended",
        "",
        QUICKBOOKS,
        "renew; posting resumes",
        lambda c, r: c.person("restart-subscription"),
    ),
    Way(
        "inconsistent_in_caspen",
        "lines add up",
        CASPEN,
        "revert it, edit its lines, finalise it again",
        lambda c, r: c.edit_in_caspen(r, lines=True),
        INVOICE,
    ),
    Way(
        "inconsistent_in_caspen",
        "allocated|payments on invoice",
        CASPEN,
        "take the payment off the invoice",
        lambda c, r: c.remove_in_caspen(r),
        PAYMENT,
    ),
    Way(
        "inconsistent_in_caspen",
        "",
        CASPEN,
        "void the credit note",
        lambda c, r: c.remove_in_caspen(r),
        NOTE,
    ),
    Way("inconsistent_in_caspen", "", CHOICE, ACCEPT, _accept),
    Way(
        "totals_mismatch",
        "the staff allocated it in Caspen",
        CASPEN,
        "take the payment off the invoice",
        lambda c, r: c.remove_in_caspen(r),
        PAYMENT,
    ),
    Way(
        "totals_mismatch",
        "was imported as .* and taken off",
        CASPEN,
        "allocate the payment again",
        lambda c, r: c.allocate_again(r),
        PAYMENT,
    ),
    Way(
        "totals_mismatch",
        "was imported as .* and taken off",
        QUICKBOOKS,
        "delete the payment",
        lambda c, r: c.delete_named_payment(r),
        PAYMENT,
    ),
    Way("totals_mismatch", "", CHOICE, ACCEPT, _accept),
    Way("totals_mismatch", "total: Caspen|tax: Caspen|not used up", CHOICE, RESEND, _resend),
    Way(
        "split_payment",
        "",
        QUICKBOOKS,
        "merge them into one payment",
        lambda c, r: c.merge_payments(r),
        INVOICE,
    ),
    Way(
        "split_payment",
        "",
        CASPEN,
        "record them there and delete them in QuickBooks",
        lambda c, r: c.record_payments(r),
        INVOICE,
    ),
    Way("split_payment", "", CHOICE, ACCEPT, _accept, INVOICE),
    Way(
        "overpayment",
        "",
        QUICKBOOKS,
        "delete the payment that should not be",
        lambda c, r: c.delete_named_payment(r),
        unless=CLOSED_BY_CREDIT,
    ),
    Way(
        "overpayment",
        CLOSED_BY_CREDIT,
        QUICKBOOKS,
        "take that credit off the invoice",
        lambda c, r: c.take_credit_off(r),
        NOTE,
    ),
    Way(
        "overpayment",
        "void the credit note",
        CASPEN,
        "void the credit note",
        lambda c, r: c.remove_in_caspen(r),
        NOTE,
    ),
    Way("overpayment", "", CHOICE, ACCEPT, _accept),
    Way("overpayment", "two receipts", CHOICE, "Retry: they are two receipts", lambda c, r: c.retry(r)),
    Way(
        "changed_in_quickbooks",
        "copy, or a duplicate",
        QUICKBOOKS,
        "delete the copy",
        lambda c, r: c.delete_copy(r),
    ),
    Way(
        "changed_in_quickbooks",
        "copy, or a duplicate",
        QUICKBOOKS,
        "take the mark out of the copy's private note, if it is to stay",
        lambda c, r: c.unmark_copy(r),
    ),
    Way("changed_in_quickbooks", "", CHOICE, ACCEPT, _accept, unless="copy, or a duplicate"),
    Way("changed_in_quickbooks", "was edited there|edited the posted one", CHOICE, RESEND, _resend),
    Way(
        "changed_in_quickbooks",
        "then Retry",
        QUICKBOOKS,
        "take off the payment that stands in the way, then Retry",
        lambda c, r: c.delete_named_payment(r),
    ),
    Way("missing_in_quickbooks", "", CHOICE, "`resend`: it is posted again", _resend),
    Way(
        "missing_in_quickbooks",
        "",
        CASPEN,
        "void it, or take the payment off",
        lambda c, r: c.remove_in_caspen(r),
    ),
    Way("missing_in_quickbooks", "", CHOICE, ACCEPT, _accept),
    Way(
        "unreadable_in_quickbooks",
        "",
        RUNS,
        "nothing: every run reads it again, and it leaves when it is shown",
        lambda c, r: c.weather_clears(),
    ),
    Way("unreadable_in_quickbooks", "Compared is what it last showed", CHOICE, ACCEPT, _accept),
    Way(
        "inventory_item",
        "",
        CHOICE,
        "`settings`: choose another default Product item",
        lambda c, r: c.choose_settings(),
    ),
    Way(
        "payment_locked",
        "",
        QUICKBOOKS,
        "take the payment off its deposit, then Retry",
        lambda c, r: c.undeposit(r),
    ),
    Way("payment_locked", "", CHOICE, ACCEPT, _accept),
    Way(
        "practice_check",
        "",
        CASPEN,
        "correct the document; or take the check out of its file",
        lambda c, r: c.accept(r),
    ),
    Way("practice_check", "", CHOICE, ACCEPT, _accept),
    Way("caspen_set_back", "", CHOICE, ACCEPT, _accept),
    Way(
        "caspen_set_back",
        "",
        CHOICE,
        "`resend`: QuickBooks is brought to what Caspen shows; what it no longer has is taken out",
        _resend,
    ),
    Way("outcome_unknown", "", RUNS, AGAIN, lambda c, r: None),
    Way(
        "other",
        "deposit",
        QUICKBOOKS,
        "take the payment off its deposit, then Retry",
        lambda c, r: c.undeposit(r),
    ),
    Way("other", "", CHOICE, "Retry, once the reason is removed", lambda c, r: c.retry(r)),
    Way("other", "", CHOICE, ACCEPT, _accept),
)
"""In the order of the runbook. Every key of the catalogue has one."""


def ways_out(row: Row) -> list[Way]:
    return [way for way in WAYS if way.fits(row)]


def table() -> str:
    """The runbook's: which row is closed by what."""
    lines = ["| Row | Where its detail says | Closed |", "|---|---|---|"]
    for way in WAYS:
        words = f"`{way.words}`".replace("|", " or ") if way.words else ""
        words += f"not `{way.unless}`" if way.unless else ""
        lines.append(f"| `{way.key}` | {words} | {way.by}: {way.what} |")
    return "\n".join(lines)
