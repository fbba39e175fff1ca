"""
Payments imported from QuickBooks, written to Caspen. Besides these only statuses are.

Every transaction locks the invoices it touches first, in id order, then the payment: Caspen's staff may be
recording a payment on the same invoice in that second, and whoever comes second sees what the first left due.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from caspen_qbo.core.money import ZERO, to_cents
from caspen_qbo.errors import InvariantError
from caspen_qbo.hooks.database import Database, Row
from caspen_qbo.ports import ImportedPayment, ImportResult

_NUMBERS_TRIED_MAX = 100


class CaspenWrites:
    """What :class:`caspen_qbo.ports.BillingSource` says of imported payments."""

    _database: Database

    def record_payment(self, payment: ImportedPayment) -> ImportResult:
        """
        Record a payment made in QuickBooks: payment, allocations, balances and statuses in one transaction.

        Each invoice gets at most what is due on it at that moment; only open invoices of the workspace get
        anything. The payment sits on the client of the first of them. Where nothing is due nothing is
        written.

        :param payment: Amounts above zero, in whole cents. A number that the practice uses gets a suffix.
        :raises InvariantError: an amount is not above zero or not in whole cents; nothing was written.

        Safe to repeat: a ``source_ref`` that is there already is answered with its live allocations.
        """
        asked = _asked(payment)
        with self._database.transaction():
            # Locked before looking for the payment: of two imports at once the second sees the first one's.
            invoices = self._lock_invoices(payment.workspace_id, asked)
            earlier = self._fetch_imported(payment)
            if earlier is not None:
                return earlier
            due = {id_: max(ZERO, row["balance"]) for id_, row in invoices.items() if row["status"] == "open"}
            shares = {id_: min(amount, due[id_]) for id_, amount in asked.items() if due.get(id_)}
            refused = {
                id_: amount - shares.get(id_, ZERO)
                for id_, amount in asked.items()
                if amount > shares.get(id_, ZERO)
            }
            if not shares:
                return ImportResult(payment_id=None, refused=refused)
            payment_id = self._insert_payment(
                payment, client_id=invoices[min(shares)]["client_id"], amount=sum(shares.values(), ZERO)
            )
            if payment_id is None:  # imported in this second for other invoices than the ones locked here
                return self._fetch_imported(payment)
            return ImportResult(
                payment_id=payment_id,
                allocations=self._allocate(payment.workspace_id, payment_id, shares),
                refused=refused,
            )

    def unlink_allocation(self, workspace_id: int, allocation_id: int) -> Decimal | None:
        """
        Take back an imported allocation in one transaction: its amount is due, a paid invoice open again.

        :return: The amount, or None when it was not live or not imported; then nothing is written.

        Safe to repeat.
        """
        with self._database.transaction():
            found = self._fetch_imported_allocation(workspace_id, allocation_id)
            if found is None:
                return None
            self._lock_invoices(workspace_id, [found["invoice_id"]])
            amount = self._delete_allocation(workspace_id, allocation_id)
            if amount is not None:
                self._move_balance(workspace_id, found["invoice_id"], amount)
            return amount

    def change_allocation(self, workspace_id: int, allocation_id: int, amount: Decimal) -> Decimal:
        """See :meth:`caspen_qbo.ports.BillingSource.change_allocation`."""
        _check_cents(amount, f"allocation {allocation_id}", lowest=ZERO)
        with self._database.transaction():
            found = self._fetch_imported_allocation(workspace_id, allocation_id)
            if found is None:
                return ZERO
            invoice_id, payment_id = found["invoice_id"], found["payment_id"]
            invoice = self._lock_invoices(workspace_id, [invoice_id])[invoice_id]
            recorded = self._database.fetch_one("caspen/lock_payment", {"payment_id": payment_id})["amount"]
            live = self._database.fetch_all(
                "caspen/select_payment_shares",
                {"workspace_id": workspace_id, "payment_id": payment_id, "invoice_id": invoice_id},
            )
            current = sum((row["amount"] for row in live if row["of_invoice"]), ZERO)
            elsewhere = sum((row["amount"] for row in live if not row["of_invoice"]), ZERO)
            if not current:  # staff took it back meanwhile: that stands
                return ZERO
            target = min(amount, invoice["balance"] + current, recorded - elsewhere)
            if target == current:
                return current
            for row in live:
                if row["of_invoice"]:
                    self._delete_allocation(workspace_id, row["id"])
            # First up, then down: the balance is never below zero, and the status follows from where it ends.
            self._move_balance(workspace_id, invoice_id, current)
            if target > 0:
                self._allocate(workspace_id, payment_id, {invoice_id: target})
            return max(target, ZERO)

    def _lock_invoices(self, workspace_id: int, ids: Mapping[int, Decimal] | Sequence[int]) -> dict[int, Row]:
        rows = self._database.fetch_all(
            "caspen/lock_invoices", {"workspace_id": workspace_id, "ids": sorted(ids)}
        )
        return {row["id"]: row for row in rows}

    def _fetch_imported(self, payment: ImportedPayment) -> ImportResult | None:
        rows = self._database.fetch_all(
            "caspen/select_imported_payment",
            {"workspace_id": payment.workspace_id, "source_ref": payment.source_ref},
        )
        if not rows:
            return None
        return ImportResult(
            payment_id=rows[0]["payment_id"],
            allocations=tuple(
                (row["allocation_id"], row["invoice_id"], row["amount"])
                for row in rows
                if row["allocation_id"] is not None
            ),
            already_there=True,
        )

    def _fetch_imported_allocation(self, workspace_id: int, allocation_id: int) -> Row | None:
        return self._database.fetch_one(
            "caspen/select_imported_allocation",
            {"workspace_id": workspace_id, "allocation_id": allocation_id},
        )

    def _insert_payment(self, payment: ImportedPayment, *, client_id: int, amount: Decimal) -> int | None:
        """The new payment's id, or None when somebody imported the same payment meanwhile."""
        for number in _numbers(payment.number):
            inserted = self._database.fetch_one(
                "caspen/insert_payment",
                {
                    "workspace_id": payment.workspace_id,
                    "number": number,
                    "client_id": client_id,
                    "payment_date": payment.payment_date,
                    "amount": amount,
                    "source_ref": payment.source_ref,
                },
            )
            if inserted is not None:
                return inserted["id"]
            if self._fetch_imported(payment) is not None:
                return None
        raise InvariantError(
            f"payment {payment.source_ref}: number {payment.number!r} and its first {_NUMBERS_TRIED_MAX - 1} "
            f"suffixes are all used in workspace {payment.workspace_id}; expected a free one. "
            "Nothing was recorded."
        )

    def _allocate(
        self, workspace_id: int, payment_id: int, shares: Mapping[int, Decimal]
    ) -> tuple[tuple[int, int, Decimal], ...]:
        rows = self._database.fetch_all(
            "caspen/insert_allocations",
            {
                "workspace_id": workspace_id,
                "payment_id": payment_id,
                "invoice_ids": list(shares),
                "amounts": list(shares.values()),
            },
        )
        for invoice_id, amount in shares.items():
            self._move_balance(workspace_id, invoice_id, -amount)
        return tuple((row["id"], row["invoice_id"], row["amount"]) for row in rows)

    def _delete_allocation(self, workspace_id: int, allocation_id: int) -> Decimal | None:
        row = self._database.fetch_one(
            "caspen/delete_allocation", {"workspace_id": workspace_id, "allocation_id": allocation_id}
        )
        return None if row is None else row["amount"]

    def _move_balance(self, workspace_id: int, invoice_id: int, delta: Decimal) -> None:
        touched = self._database.execute(
            "caspen/update_invoice_balance",
            {"workspace_id": workspace_id, "invoice_id": invoice_id, "delta": delta},
        )
        if touched != 1:
            raise InvariantError(
                f"invoice {invoice_id}: moving its balance by {delta} would take it below zero although the "
                "row is locked. Nothing was recorded; compare its balance with its allocations in Caspen."
            )


def _asked(payment: ImportedPayment) -> dict[int, Decimal]:
    """What should be allocated to each invoice, by id ascending."""
    asked: dict[int, Decimal] = {}
    for allocation in sorted(payment.allocations, key=lambda one: one.invoice_id):
        _check_cents(allocation.amount, f"payment {payment.source_ref}, invoice {allocation.invoice_id}")
        asked[allocation.invoice_id] = asked.get(allocation.invoice_id, ZERO) + allocation.amount
    return asked


def _check_cents(amount: Decimal, of_what: str, *, lowest: Decimal = Decimal("0.01")) -> None:
    # The columns hold two decimals and would round a third one away without a word.
    if amount < lowest or amount != to_cents(amount):
        raise InvariantError(
            f"{of_what}: amount {amount}, expected whole cents, at least {lowest}. Nothing was recorded."
        )


def _numbers(number: str) -> Iterator[str]:
    """The number itself, then with suffixes: QB-17, QB-17-2, QB-17-3."""
    yield number
    for attempt in range(2, _NUMBERS_TRIED_MAX + 1):
        yield f"{number}-{attempt}"
