"""A day that our database forgets: for each kind of write what was done before the backup, during the lost
day, and after the restore; and how it must end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from caspen_seed import NewLine
from tests.support.bookkeeper import body_of, credit_of, edit, edit_line, invoice_of, payment_of
from tests.support.flow import Flow
from tests.support.importing import in_books, receive

Act = Callable[[Flow, int], None]
"""On one invoice."""


def nothing(flow: Flow, invoice: int) -> None:
    """Nobody does anything."""


@dataclass(frozen=True)
class Case:
    """One kind of write. Each works on an invoice, of a client of its own."""

    name: str
    yesterday: Act = nothing
    """Before the backup; runs follow."""
    morning: Act = nothing
    """On the lost day; runs follow, and what they send is lost from our database."""
    evening: Act = nothing
    """Later on the lost day; runs follow, likewise."""
    today: Act = nothing
    """After the restore, before the first run."""
    new: bool = True
    """The invoice is finalised on the lost day; otherwise the day before."""
    balance: str | None = None
    """What is due on both sides in the end; None: the invoice is in neither."""
    listed: frozenset[str] = frozenset()
    """What a person is asked about in the end."""


def pay(amount: str) -> Act:
    return lambda flow, invoice: flow.pay(invoice, amount)


def unlink(flow: Flow, invoice: int) -> None:
    [(allocation,)] = flow.caspen_rows(
        "SELECT id FROM caspen.payment_allocation WHERE invoice_id = %s AND deleted_at IS NULL", invoice
    )
    flow.staff.unlink(allocation)


def credit(flow: Flow, invoice: int) -> None:
    flow.staff.credit(invoice, {2: 1})


def void_credit(flow: Flow, invoice: int) -> None:
    [(note,)] = flow.caspen_rows("SELECT id FROM caspen.credit_note WHERE invoice_id = %s", invoice)
    flow.staff.void_credit_note(note)


def change(price: str) -> Act:
    def act(flow: Flow, invoice: int) -> None:
        line = NewLine("service", "Consultation", price, tax_rate_id=flow.rates["GST"])
        flow.staff.revert_to_draft(invoice)
        flow.staff.edit_draft(invoice, lines=[line])
        flow.staff.finalise(invoice)

    return act


def void(flow: Flow, invoice: int) -> None:
    flow.staff.void_invoice(invoice)


def received(amount: str) -> Act:
    return lambda flow, invoice: _received(flow, invoice, amount)


def _received(flow: Flow, invoice: int, amount: str) -> None:
    receive(flow, {invoice: amount})


def theirs(flow: Flow, invoice: int) -> str:
    """The id of the payment that a person recorded in QuickBooks on the invoice, as Caspen keeps it."""
    [(ref,)] = flow.caspen_rows(
        "SELECT p.source_ref FROM caspen.payment p JOIN caspen.payment_allocation a ON a.payment_id = p.id"
        " WHERE p.source = 'quickbooks' AND a.invoice_id = %s",
        invoice,
    )
    return str(ref).partition(":")[2]


def delete_theirs(flow: Flow, invoice: int) -> None:
    flow.person("delete", entity="Payment", id=theirs(flow, invoice))


def lower_theirs(flow: Flow, invoice: int) -> None:
    payment = theirs(flow, invoice)
    [body] = [row for row in flow.books("Payment") if row["Id"] == payment]
    line = {"Amount": 30, "LinkedTxn": body["Line"][0]["LinkedTxn"]}
    flow.person("edit", entity="Payment", id=payment, changes={"TotalAmt": 30, "Line": [line]})


def by_person(verb: str) -> Act:
    return lambda flow, invoice: _by_person(flow, verb, in_books(flow, invoice))


def _by_person(flow: Flow, verb: str, quickbooks_id: str) -> None:
    flow.person(verb, entity="Invoice", id=quickbooks_id)


def renumber(flow: Flow, invoice: int) -> None:
    edit(flow, invoice, DocNumber=f"BY-HAND-{invoice}"[:21])


def edit_amount(flow: Flow, invoice: int) -> None:
    edit_line(flow, invoice, amount="90.00")


def edit_words(flow: Flow, invoice: int) -> None:
    edit_line(flow, invoice, Description="Session, as agreed by telephone")


def unapply(flow: Flow, invoice: int) -> None:
    flow.person("edit", entity="Payment", id=payment_of(flow, invoice)["Id"], changes={"Line": []})


def void_payment(flow: Flow, invoice: int) -> None:
    flow.person("void", entity="Payment", id=payment_of(flow, invoice)["Id"])


def void_memo(flow: Flow, invoice: int) -> None:
    flow.person("void", entity="CreditMemo", id=credit_of(flow, invoice)["Id"])


def rename_customer(flow: Flow, invoice: int) -> None:
    customer = invoice_of(flow, invoice)["CustomerRef"]["value"]
    flow.person("edit", entity="Customer", id=customer, changes={"DisplayName": f"Renamed {invoice}"})


def another_invoice(flow: Flow, invoice: int) -> None:
    [(client,)] = flow.caspen_rows("SELECT client_id FROM caspen.invoice WHERE id = %s", invoice)
    flow.invoice("10.00", client=client)


def both(*acts: Act) -> Act:
    def act(flow: Flow, invoice: int) -> None:
        for one in acts:
            one(flow, invoice)

    return act


CHANGED, GONE = frozenset({"changed_in_quickbooks"}), frozenset({"missing_in_quickbooks"})

CASES = (
    # 80.00 and 20.00 plus GST: 110.00
    Case("an invoice", balance="110.00"),
    Case("an invoice, its number changed by a person", evening=renumber, balance="110.00", listed=CHANGED),
    Case("an invoice, its amount changed by a person", evening=edit_amount, balance="110.00", listed=CHANGED),
    Case("an invoice, its words changed by a person", evening=edit_words, balance="110.00", listed=CHANGED),
    Case("an invoice, voided by a person", evening=by_person("void"), balance="110.00", listed=GONE),
    Case("an invoice, changed in Caspen today", today=change("60.00"), balance="66.00"),
    Case("an invoice, voided in Caspen today", today=void),
    Case("an invoice, voided in Caspen on the lost day", evening=void),
    Case("an invoice, paid in Caspen today", today=pay("40.00"), balance="70.00"),
    Case("an older invoice, changed", new=False, morning=change("60.00"), balance="66.00"),
    Case("an older invoice, changed on the lost day and today", new=False, morning=change("60.00"),
         today=change("70.00"), balance="77.00", listed=CHANGED),
    Case("an older invoice, voided", new=False, morning=void),
    Case("an invoice with its payment", morning=pay("40.00"), balance="70.00"),
    Case("a payment on an older invoice", new=False, morning=pay("40.00"), balance="70.00"),
    Case("a payment, unlinked today", new=False, morning=pay("40.00"), today=unlink, balance="110.00"),
    Case("a payment, unlinked on the lost day", new=False, morning=pay("40.00"), evening=unlink,
         balance="110.00"),
    Case("an older payment, unlinked", new=False, yesterday=pay("40.00"), morning=unlink, balance="110.00"),
    Case("a payment, taken off its invoice by a person", morning=pay("40.00"), evening=unapply,
         balance="70.00", listed=CHANGED),
    Case("a payment, voided by a person", morning=pay("40.00"), evening=void_payment,
         balance="70.00", listed=GONE),
    Case("a credit note", morning=credit, balance="88.00"),
    Case("a credit note on an older invoice", new=False, morning=credit, balance="88.00"),
    Case("a credit note, voided today", new=False, morning=credit, today=void_credit, balance="110.00"),
    Case("an older credit note, voided", new=False, yesterday=credit, morning=void_credit, balance="110.00"),
    Case("a credit memo, voided by a person", morning=credit, evening=void_memo, balance="88.00",
         listed=GONE),
    Case("a payment made in QuickBooks", morning=nothing, evening=received("50.00"), balance="60.00"),
    Case("one on an older invoice", new=False, morning=received("50.00"), balance="60.00"),
    Case("one deleted there on the lost day", new=False, morning=received("50.00"), evening=delete_theirs,
         balance="110.00"),
    Case("one deleted there today", new=False, morning=received("50.00"), today=delete_theirs,
         balance="110.00"),
    Case("one lowered there today", new=False, morning=received("50.00"), today=lower_theirs,
         balance="80.00"),
    Case("an older one, deleted there", new=False, yesterday=nothing, morning=nothing, balance="110.00"),
    Case("a new client, renamed in QuickBooks, with another invoice today", evening=rename_customer,
         today=another_invoice, balance="110.00"),
)  # fmt: skip

__all__ = ["CASES", "Case", "body_of"]
