"""A payment to be imported, and what Caspen's books show of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from caspen_qbo.core.importing.payments import ImportedAllocation, ImportedPayment
from tests.support.caspen_billing import Clinic
from tests.support.caspen_rows import WORKSPACE

REF = "9130:77"


def payment(*shares: tuple[int, str], ref: str = REF, number: str = "QB-77") -> ImportedPayment:
    return ImportedPayment(
        workspace_id=WORKSPACE,
        source_ref=ref,
        number=number,
        payment_date=date(2026, 11, 3),
        allocations=tuple(ImportedAllocation(id_, Decimal(amount)) for id_, amount in shares),
    )


def invoice(clinic: Clinic, id_: int) -> tuple[str, Decimal]:
    query = "SELECT status, balance FROM caspen.invoice WHERE id = %s"
    return clinic.staff.execute(query, [id_]).fetchone()


def payments(clinic: Clinic) -> list[tuple]:
    return clinic.staff.execute(
        "SELECT number, client_id, method, payment_date, amount, status, source, source_ref"
        " FROM caspen.payment ORDER BY id"
    ).fetchall()


def live(clinic: Clinic) -> list[tuple[int, Decimal]]:
    return clinic.staff.execute(
        "SELECT invoice_id, amount FROM caspen.payment_allocation WHERE deleted_at IS NULL ORDER BY id"
    ).fetchall()


def assert_books_add_up(clinic: Clinic) -> None:
    """Caspen's own rule: balance = total - live allocations - issued credit notes, never below zero."""
    wrong = clinic.staff.execute(
        """
        SELECT i.id, i.balance FROM caspen.invoice i
        WHERE i.balance < 0 OR i.balance <> i.total
          - (SELECT coalesce(sum(a.amount), 0) FROM caspen.payment_allocation a
             WHERE a.invoice_id = i.id AND a.deleted_at IS NULL)
          - (SELECT coalesce(sum(n.total), 0) FROM caspen.credit_note n
             WHERE n.invoice_id = i.id AND n.status = 'issued')
        """
    ).fetchall()
    assert wrong == []
