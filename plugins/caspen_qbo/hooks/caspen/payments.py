"""Payments imported from QuickBooks, written to Caspen. Every transaction locks its invoices first, in id
order, then the payment: staff may be recording a payment concurrently, and the second sees what the first
left due.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from caspen_qbo.core.importing.payments import ImportedPayment, ImportResult
from caspen_qbo.core.money import ZERO, to_cents
from caspen_qbo.errors import InvariantError
from caspen_qbo.hooks.caspen.session import CaspenSession

_NUMBERS_TRIED_MAX = 100


@dataclass(frozen=True, slots=True)
class _LockedInvoice:
    id: int
    client_id: int
    status: str
    balance: Decimal


@dataclass(frozen=True, slots=True)
class _Place:
    payment_id: int
    invoice_id: int


@dataclass(frozen=True, slots=True)
class _Share:
    """A live allocation of a payment: of the invoice asked about, or of another."""

    id: int
    amount: Decimal
    of_invoice: bool


class CaspenPayments(CaspenSession):
    """Imported payments. Each method is one transaction and safe to repeat."""

    def record_payment(self, payment: ImportedPayment) -> ImportResult:
        """Record a payment made in QuickBooks: payment, allocations, balances and statuses. Each open invoice
        of the workspace gets at most what is due on it; where nothing is due nothing is written. The payment
        sits on the client of the first. A known ``source_ref`` is answered with its live allocations. Amounts
        are above zero, in whole cents, or InvariantError is raised and nothing written; a number in use gets
        a suffix.
        """
        asked = _asked(payment)
        with self._database.transaction():
            # Locked before looking for the payment: of two concurrent imports the second sees the first's.
            invoices = self._lock_invoices(payment.workspace_id, asked)
            if (earlier := self._fetch_imported(payment)) is not None:
                return earlier
            due = {id_: max(ZERO, found.balance) for id_, found in invoices.items() if found.status == "open"}
            shares = {id_: min(amount, due[id_]) for id_, amount in asked.items() if due.get(id_)}
            beyond = {id_: amount - shares.get(id_, ZERO) for id_, amount in asked.items()}
            refused = {id_: amount for id_, amount in beyond.items() if amount}
            if not shares:
                return ImportResult(payment_id=None, refused=refused)
            amount = sum(shares.values(), ZERO)
            inserted = self._insert_payment(payment, invoices[min(shares)].client_id, amount)
            if isinstance(inserted, ImportResult):
                return inserted
            allocations = self._allocate(payment.workspace_id, inserted, shares)
            return ImportResult(inserted, allocations, refused=refused)

    def unlink_allocation(self, workspace_id: int, allocation_id: int) -> Decimal | None:
        """Take back an imported allocation: its amount is due, a paid invoice open again. Returns the amount;
        None, with nothing written, when it was not live or not imported.
        """
        with self._database.transaction():
            if (place := self._find_place(workspace_id, allocation_id)) is None:
                return None
            self._lock_invoices(workspace_id, [place.invoice_id])
            amount = self._delete_allocation(workspace_id, allocation_id)
            if amount is not None:
                self._move_balance(workspace_id, place.invoice_id, amount)
            return amount

    def change_allocation(self, workspace_id: int, allocation_id: int, amount: Decimal) -> Decimal:
        """Follow an imported payment that was edited in QuickBooks. Caspen lets no amount be changed: the
        live allocation is taken back and a new row written on the same payment, which :meth:`record_payment`
        then answers with.

        :param allocation_id: Of the imported payment on the invoice; an id replaced since will do.
        :param amount: What should be allocated now; zero only takes back.
        :return: What is allocated: at most what is due and what is left of the payment as recorded; zero when
            the allocation is not live or was not imported.
        """
        _check_cents(amount, f"allocation {allocation_id}", lowest=ZERO)
        with self._database.transaction():
            if (place := self._find_place(workspace_id, allocation_id)) is None:
                return ZERO
            invoice, recorded, live = self._lock_place(workspace_id, place)
            current = sum((share.amount for share in live if share.of_invoice), ZERO)
            elsewhere = sum((share.amount for share in live if not share.of_invoice), ZERO)
            if not current:  # staff took it back in the meantime: that stands
                return ZERO
            target = min(amount, invoice.balance + current, recorded - elsewhere)
            if target == current:
                return current
            for share in live:
                if share.of_invoice:
                    self._delete_allocation(workspace_id, share.id)
            # First up, then down: the balance is never below zero, and the status follows from where it ends.
            self._move_balance(workspace_id, invoice.id, current)
            if target > 0:
                self._allocate(workspace_id, place.payment_id, {invoice.id: target})
            return max(target, ZERO)

    def restore_allocation(self, workspace_id: int, allocation_id: int, amount: Decimal) -> Decimal:
        """Put an imported payment on its invoice again, by a new allocation of the payment that is there.

        :param allocation_id: The one that was taken back.
        :return: What is allocated: at most what is due and what is left of the payment as recorded; zero,
            with nothing written, where the payment is on the invoice already, or there is no room.
        """
        _check_cents(amount, f"allocation {allocation_id}")
        with self._database.transaction():
            if (place := self._find_place(workspace_id, allocation_id)) is None:
                return ZERO
            invoice, recorded, live = self._lock_place(workspace_id, place)
            target = min(amount, invoice.balance, recorded - sum((share.amount for share in live), ZERO))
            if target <= 0 or invoice.status != "open" or any(share.of_invoice for share in live):
                return ZERO
            self._allocate(workspace_id, place.payment_id, {invoice.id: target})
            return target

    def _lock_place(
        self, workspace_id: int, place: _Place
    ) -> tuple[_LockedInvoice, Decimal, Sequence[_Share]]:
        """The invoice, then the payment, as every writer does; what was recorded, and its live shares."""
        invoice = self._lock_invoices(workspace_id, [place.invoice_id])[place.invoice_id]
        params = {"workspace_id": workspace_id, **asdict(place)}
        recorded = self._database.fetch_only(_amount, "caspen/lock_payment", params)
        return invoice, recorded, self._database.fetch_values(_Share, "caspen/select_payment_shares", params)

    def _lock_invoices(self, workspace_id: int, ids: Iterable[int]) -> dict[int, _LockedInvoice]:
        params = {"workspace_id": workspace_id, "ids": sorted(ids)}
        rows = self._database.fetch_values(_LockedInvoice, "caspen/lock_invoices", params)
        return {row.id: row for row in rows}

    def _fetch_imported(self, payment: ImportedPayment) -> ImportResult | None:
        params = {"workspace_id": payment.workspace_id, "source_ref": payment.source_ref}
        rows = self._database.fetch_all("caspen/select_imported_payment", params)
        if not rows:
            return None
        live = (row for row in rows if row["allocation_id"] is not None)
        allocations = tuple((row["allocation_id"], row["invoice_id"], row["amount"]) for row in live)
        return ImportResult(rows[0]["payment_id"], allocations, already_there=True)

    def _find_place(self, workspace_id: int, allocation_id: int) -> _Place | None:
        params = {"workspace_id": workspace_id, "allocation_id": allocation_id}
        return self._database.fetch_value(_Place, "caspen/select_imported_allocation", params)

    def _insert_payment(
        self, payment: ImportedPayment, client_id: int, amount: Decimal
    ) -> int | ImportResult:
        """The new payment's id; or what is there, when it was imported concurrently for other invoices."""
        params = {
            "workspace_id": payment.workspace_id,
            "client_id": client_id,
            "payment_date": payment.payment_date,
            "amount": amount,
            "source_ref": payment.source_ref,
        }
        suffixes = ("", *(f"-{attempt}" for attempt in range(2, _NUMBERS_TRIED_MAX + 1)))
        for number in (f"{payment.number}{suffix}" for suffix in suffixes):
            inserted = self._database.fetch_one("caspen/insert_payment", {**params, "number": number})
            if inserted is not None:
                return int(inserted["id"])
            if (earlier := self._fetch_imported(payment)) is not None:
                return earlier
        raise InvariantError(
            f"payment {payment.source_ref}: number {payment.number!r} and its first {_NUMBERS_TRIED_MAX - 1} "
            f"suffixes are all used in workspace {payment.workspace_id}; expected a free one. "
            "Nothing was recorded."
        )

    def _allocate(
        self, workspace_id: int, payment_id: int, shares: Mapping[int, Decimal]
    ) -> tuple[tuple[int, int, Decimal], ...]:
        params = {
            "workspace_id": workspace_id,
            "payment_id": payment_id,
            "invoice_ids": list(shares),
            "amounts": list(shares.values()),
        }
        rows = self._database.fetch_all("caspen/insert_allocations", params)
        for invoice_id, amount in shares.items():
            self._move_balance(workspace_id, invoice_id, -amount)
        return tuple((row["id"], row["invoice_id"], row["amount"]) for row in rows)

    def _delete_allocation(self, workspace_id: int, allocation_id: int) -> Decimal | None:
        params = {"workspace_id": workspace_id, "allocation_id": allocation_id}
        return self._database.fetch_value(_amount, "caspen/delete_allocation", params)

    def _move_balance(self, workspace_id: int, invoice_id: int, delta: Decimal) -> None:
        params = {"workspace_id": workspace_id, "invoice_id": invoice_id, "delta": delta}
        if self._database.execute("caspen/update_invoice_balance", params) != 1:
            raise InvariantError(
                f"invoice {invoice_id}: moving its balance by {delta} would take it below zero although the "
                "row is locked. Nothing was recorded; compare its balance with its allocations in Caspen."
            )


def _amount(amount: Decimal) -> Decimal:
    return amount


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
