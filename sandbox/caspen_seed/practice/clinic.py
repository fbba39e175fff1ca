"""The sample practice at one moment: its staff, its clients, and what they put on an invoice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any

from caspen_seed.arithmetic import half_up
from caspen_seed.practice.catalogue import (
    CREDIT_REASONS,
    GST_FREE,
    ITEMS,
    LINE_NOTES,
    METHODS,
    PAYERS,
    PAYMENT_NOTES,
)
from caspen_seed.practice.diary import ZONE, Diary
from caspen_seed.records import NewLine, Payment
from caspen_seed.staff import Staff


class Clinic:
    """What a story acts through. Every action happens at the diary's present moment."""

    def __init__(self, staff: Staff, diary: Diary, rng: Random, rates: dict[str, int]) -> None:
        self.staff = staff
        self.diary = diary
        self.rng = rng
        self.rates = rates
        """Name of a tax rate to its id."""

    @property
    def now(self) -> dt.datetime:
        return self.diary.now

    @property
    def today(self) -> dt.date:
        return self.now.astimezone(ZONE).date()

    def draft(self, client: int, lines: Sequence[NewLine] | None = None, **options: Any) -> int:
        """Draft an ordinary invoice, or one with the given lines."""
        rng = self.rng
        if lines is None:
            lines = self.basket()
            options.setdefault("tax_mode", rng.choices((None, "inclusive", "none"), (78, 18, 4))[0])
        if rng.random() < 0.08:
            invoice_to, reference = rng.choice(PAYERS)
            options = {"invoice_to": invoice_to, "reference": reference, **options}
        return self.staff.draft_invoice(client, lines, **options)

    def bill(self, client: int, lines: Sequence[NewLine] | None = None, **options: Any) -> int:
        """Draft and finalise at once, as reception does when the client leaves."""
        invoice = self.draft(client, lines, **options)
        self.staff.finalise(invoice)
        return invoice

    def basket(self) -> list[NewLine]:
        """One to five lines, services and goods mixed, some discounted."""
        count = self.rng.choices((1, 2, 3, 5), (55, 28, 12, 5))[0]
        return [self.line() for _ in range(count)]

    def line(self, rate: str | None = None, **more: Any) -> NewLine:
        """One ordinary line; at the named tax rate instead of its item's own when given."""
        rng, item = self.rng, self.rng.choice(ITEMS)
        discount = rng.choices(
            (
                ("none", "0"),
                ("percentage", "10"),
                ("percentage", "33.3333"),
                ("fixed", "5"),
                ("fixed", "7.125"),
            ),
            (84, 7, 3, 4, 2),
        )[0]
        fields: dict[str, Any] = {
            "kind": item.kind,
            "name": item.name,
            "item_code": item.code,
            "unit_price": item.price,
            "quantity": rng.choice(item.quantities),
            "tax_rate_id": self.rates[rate or item.tax],
            "discount_type": discount[0],
            "discount_value": discount[1],
            "service_date": self.today,
            "description": rng.choice(LINE_NOTES) if rng.random() < 0.25 else None,
        }
        return NewLine(**{**fields, **more})

    def awkward_lines(self, discount_type: str = "none", discount_value: str = "0") -> list[NewLine]:
        """Third parts of hours, four decimals and mixed rates on one invoice: where cents get lost."""
        shared = {"discount_type": discount_type, "discount_value": discount_value}
        return [
            self.line(quantity="0.33", unit_price="193.9900", **shared),
            self.line(GST_FREE, quantity="0.3333", unit_price="100.0050", **shared),
            self.line(quantity="7", unit_price="12.4950", **shared),
        ]

    def pay(self, client: int, *invoices: int, share: str = "1", over: str = "0") -> Payment | None:
        """Pay invoices of a client with one payment.

        :param share: The part of each balance that is paid.
        :param over: Dollars on top, which stay unallocated.
        :return: None when nothing was due.
        """
        due = {key: half_up(self.staff.balance(key) * Decimal(share)) for key in invoices}
        due = {key: amount for key, amount in due.items() if amount}
        if not due:
            return None
        return self.staff.pay(
            client,
            due,
            amount=sum(due.values()) + Decimal(over),
            method=self.rng.choice(METHODS),
            description=self.rng.choice(PAYMENT_NOTES) if self.rng.random() < 0.1 else None,
        )

    def reason(self) -> str:
        """Why a credit note is issued; stays in Caspen."""
        return self.rng.choice(CREDIT_REASONS)
