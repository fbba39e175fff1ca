"""What Caspen's staff do."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from caspen_seed import NewLine
from tests.support.lives.world import NotPossible, World

CENT = Decimal("0.01")


class StaffActs(World):
    def staff_bills(self) -> int:
        return self.bill(number=None)

    def bill(self, *, number: str | None, currency: str | None = None, client: int | None = None) -> int:
        cents = self.rng.randrange(100, 20000)
        lines = [
            NewLine(
                "service",
                "Visit",
                Decimal(cents) / 100,
                self.rng.choice(["1", "0.75", "3"]),
                tax_rate_id=self.flow.rates["GST"],
            )
        ]
        if self.rng.randrange(2):
            lines.append(NewLine("product", "Tape", "9.95", tax_rate_id=self.flow.rates["GST free"]))
        invoice = self.flow.staff.draft_invoice(
            client or self.one(self.clients),
            lines,
            number=number,
            currency=currency,
            tax_mode=self.rng.choice(["exclusive", "inclusive", "none"]),
        )
        self.flow.staff.finalise(invoice)
        return invoice

    def staff_bills_under_a_long_number(self) -> None:
        self.bill(number=f"LONG-{self.rng.randrange(10**20):020d}")

    def staff_bills_in_dollars(self) -> None:
        invoice = self.bill(number=None, currency="USD")
        if self.rng.randrange(2):
            self.pay(invoice, self.rng.randrange(1, 5))

    def staff_finalises_without_lines(self) -> None:
        self.flow.staff.finalise(self.flow.staff.draft_invoice(self.one(self.clients), []))

    def staff_bills_under_the_number_of_a_deleted_one(self) -> None:
        gone = self.pick("SELECT id FROM caspen.invoice WHERE deleted_at IS NOT NULL")
        self.bill(number=self.row("SELECT number FROM caspen.invoice WHERE id = %s", gone)[0])

    def staff_recreates_an_invoice(self) -> None:
        """Reverted, deleted, and made again under its number."""
        invoice = self.invoice("open")
        number = self.row("SELECT number FROM caspen.invoice WHERE id = %s", invoice)[0]
        self.flow.staff.revert_to_draft(invoice)
        self.flow.staff.delete_draft(invoice)
        self.bill(number=number)

    def staff_bills_under_a_number_used_in_quickbooks(self) -> None:
        taken = self.book("Invoice")["DocNumber"]
        self.bill(number=str(taken))

    def staff_is_paid_for_an_older_invoice(self) -> None:
        """Created and finalised before the connection."""
        then = self.row("SELECT now() - interval '400 days'")[0]
        line = NewLine("service", "Visit", "80", tax_rate_id=self.flow.rates["GST"])
        invoice = self.flow.staff.draft_invoice(self.one(self.clients), [line], at=then)
        self.flow.staff.finalise(invoice, at=then)
        self.pay(invoice, 2)

    def staff_takes_money(self) -> None:
        self.pay(self.invoice("open"), self.rng.randrange(1, 5))

    def pay(self, invoice: int, share: int) -> None:
        client, balance = self.row("SELECT client_id, balance FROM caspen.invoice WHERE id = %s", invoice)
        amount = (balance * share / 4).quantize(CENT)
        if amount <= 0:
            raise NotPossible("nothing is due")
        self.flow.staff.pay(client, {invoice: amount})

    def staff_takes_money_for_two_clients(self) -> None:
        """A parent pays once for both."""
        parts = {}
        for client in self.clients:
            invoice = self.invoice("open", f"client_id = {client} AND balance > 1")
            parts[invoice] = self.row("SELECT balance FROM caspen.invoice WHERE id = %s", invoice)[0]
        self.flow.staff.pay(self.clients[0], parts)

    def staff_takes_money_in_advance(self) -> None:
        self.flow.staff.pay(self.one(self.clients), {}, amount=Decimal(self.rng.randrange(10, 90)))

    def staff_uses_money_left_over(self) -> None:
        """Taken off an invoice before, or paid in advance; applied again, to the same or to another one."""
        payment, client, left = self.one(
            self.flow.caspen_rows(
                "SELECT p.id, p.client_id, p.amount - coalesce((SELECT sum(a.amount) FROM"
                " caspen.payment_allocation a WHERE a.payment_id = p.id AND a.deleted_at IS NULL), 0)"
                " FROM caspen.payment p WHERE p.status = 'paid' ORDER BY p.id"
            )
        )
        invoice = self.invoice("open", f"client_id = {client} AND balance > 0")
        due = self.row("SELECT balance FROM caspen.invoice WHERE id = %s", invoice)[0]
        if min(left, due) <= 0:
            raise NotPossible("nothing is left")
        self.flow.staff.allocate(payment, invoice, min(left, due))

    def staff_credits(self) -> None:
        self.flow.staff.credit(self.invoice("open"), {1: "1"})

    def staff_voids_a_credit(self) -> None:
        self.flow.staff.void_credit_note(
            self.pick("SELECT id FROM caspen.credit_note WHERE status = 'issued'")
        )

    def staff_unlinks(self) -> None:
        self.flow.staff.unlink(self.pick("SELECT id FROM caspen.payment_allocation WHERE deleted_at IS NULL"))

    def staff_moves_a_payment(self) -> None:
        self.staff_unlinks()
        self.staff_uses_money_left_over()

    def staff_voids_a_payment(self) -> None:
        self.flow.staff.void_payment(self.pick("SELECT id FROM caspen.payment WHERE status <> 'void'"))

    def staff_refunds(self) -> None:
        payment = self.pick("SELECT id FROM caspen.payment WHERE status = 'paid'")
        self.flow.caspen.execute("UPDATE caspen.payment SET status = 'refunded' WHERE id = %s", [payment])

    def staff_reverts(self) -> None:
        self.flow.staff.revert_to_draft(self.invoice("open"))

    def staff_edits_a_draft(self) -> None:
        rate = self.flow.rates[self.rng.choice(["GST", "GST free"])]
        line = NewLine("service", "Longer", Decimal(self.rng.randrange(100, 20000)) / 100, tax_rate_id=rate)
        self.flow.staff.edit_draft(self.invoice("draft"), lines=[line])

    def staff_finalises(self) -> None:
        self.flow.staff.finalise(self.invoice("draft"))

    def staff_corrects(self) -> None:
        """Reverts one, edits it, finalises it again."""
        invoice = self.invoice("open")
        self.flow.staff.revert_to_draft(invoice)
        line = NewLine(
            "service",
            "Corrected",
            Decimal(self.rng.randrange(100, 20000)) / 100,
            tax_rate_id=self.flow.rates["GST"],
        )
        self.flow.staff.edit_draft(invoice, lines=[line])
        self.flow.staff.finalise(invoice)

    def staff_renumbers(self) -> None:
        invoice = self.invoice("open")
        self.flow.staff.revert_to_draft(invoice)
        self.flow.staff.edit_draft(invoice, number=f"NEW-{self.rng.randrange(10**6)}")
        self.flow.staff.finalise(invoice)

    def staff_gives_an_invoice_to_another_client(self) -> None:
        invoice = self.invoice("open")
        self.flow.staff.revert_to_draft(invoice)
        self.flow.staff.edit_draft(invoice, client_id=self.one(self.clients))
        self.flow.staff.finalise(invoice)

    def staff_dates_an_invoice_back(self) -> None:
        invoice = self.invoice("open")
        self.flow.staff.revert_to_draft(invoice)
        today = self.row("SELECT current_date")[0]
        self.flow.staff.edit_draft(invoice, issue_date=today - timedelta(days=40))
        self.flow.staff.finalise(invoice)

    def staff_voids(self) -> None:
        self.flow.staff.void_invoice(self.invoice("open"))

    def staff_deletes(self) -> None:
        self.flow.staff.delete_draft(self.invoice("draft"))

    def staff_merges_clients(self) -> None:
        """A new client is billed and merged into an older one; what was posted stays where it is."""
        twin = self.flow.staff.create_client(f"Twin{self.rng.randrange(100)}", "Smith")
        line = NewLine("service", "Visit", "31.10", tax_rate_id=self.flow.rates["GST"])
        invoice = self.flow.staff.draft_invoice(twin, [line])
        self.flow.staff.finalise(invoice)
        if self.rng.randrange(2):
            self.run("post")
        self.flow.staff.merge_clients(twin, self.one(self.clients))
