"""Payments are imported while staff and other imports are at work on the same invoices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from caspen_qbo.core.importing.payments import ImportResult
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from tests.integration.caspen.books import assert_books_add_up, invoice, live, payment, payments
from tests.support.caspen_rows import CLIENT, WORKSPACE, insert_invoice

pytestmark = pytest.mark.postgres


class TestStaffAtTheSameTime:
    def test_the_import_waits_for_staff_and_takes_only_what_they_left(self, clinic):
        insert_invoice(clinic.staff, 1, "100.00")
        with clinic.open_staff() as desk, ThreadPoolExecutor(1) as pool:
            staff_pays(desk, 1, "70.00", payment_id=5)
            running = pool.submit(CaspenBilling().record_payment, payment((1, "100.00")))
            clinic.await_lock_waiter()
            assert not running.done()
            desk.commit()
            result = running.result(timeout=20)

        assert result.refused == {1: Decimal("70.00")}
        assert live(clinic) == [(1, Decimal("70.00")), (1, Decimal("30.00"))]
        assert invoice(clinic, 1) == ("paid", Decimal("0.00"))
        assert_books_add_up(clinic)

    def test_staff_waits_for_the_import_and_neither_is_lost(self, clinic):
        insert_invoice(clinic.staff, 1, "100.00")
        session = clinic.open_session()
        with clinic.open_staff() as desk, ThreadPoolExecutor(1) as pool:
            with session.transaction():
                CaspenBilling(session).record_payment(
                    payment((1, "40.00"))
                )  # a savepoint here: the lock is still held
                running = pool.submit(staff_pays, desk, 1, "60.00", payment_id=5)
                clinic.await_lock_waiter()
                assert not running.done()
            running.result(timeout=20)
            desk.commit()

        assert sorted(live(clinic)) == [(1, Decimal("40.00")), (1, Decimal("60.00"))]
        assert invoice(clinic, 1) == ("paid", Decimal("0.00"))
        assert_books_add_up(clinic)

    def test_two_imports_of_one_payment_record_it_once(self, clinic):
        insert_invoice(clinic.staff, 1, "100.00")
        with ThreadPoolExecutor(4) as pool:
            results = list(
                pool.map(lambda _: CaspenBilling().record_payment(payment((1, "100.00"))), range(4))
            )
        assert len({result.payment_id for result in results}) == 1
        assert len({result.allocations for result in results}) == 1
        assert sorted(result.already_there for result in results) == [False, True, True, True]
        assert len(payments(clinic)) == 1
        assert_books_add_up(clinic)

    def test_two_imports_of_one_payment_for_different_invoices_record_it_once(self, clinic):
        insert_invoice(clinic.staff, 1, "100.00")
        insert_invoice(clinic.staff, 2, "100.00")
        first = clinic.open_session()
        with ThreadPoolExecutor(1) as pool:
            with first.transaction():
                recorded = CaspenBilling(first).record_payment(payment((1, "100.00")))
                running = pool.submit(CaspenBilling().record_payment, payment((2, "100.00")))
                clinic.await_lock_waiter()
            other = running.result(timeout=20)

        assert other == ImportResult(recorded.payment_id, recorded.allocations, already_there=True)
        assert live(clinic) == [(1, Decimal("100.00"))]
        assert_books_add_up(clinic)

    def test_money_that_staff_allocates_meanwhile_is_not_allocated_twice(self, clinic):
        insert_invoice(clinic.staff, 1, "100.00")
        insert_invoice(clinic.staff, 2, "100.00")
        [(allocation_id, _, _)] = clinic.billing.record_payment(payment((1, "60.00"))).allocations
        clinic.billing.change_allocation(WORKSPACE, allocation_id, Decimal("10.00"))  # 50.00 are free now
        with clinic.open_staff() as desk, ThreadPoolExecutor(1) as pool:
            desk.execute(
                "INSERT INTO caspen.payment_allocation (id, workspace_id, payment_id, invoice_id, amount)"
                " SELECT 6, workspace_id, id, 2, 50 FROM caspen.payment"
            )
            desk.execute("UPDATE caspen.invoice SET balance = balance - 50 WHERE id = 2")
            running = pool.submit(
                clinic.billing.change_allocation, WORKSPACE, allocation_id, Decimal("60.00")
            )
            clinic.await_lock_waiter()
            desk.commit()
            assert running.result(timeout=20) == Decimal("10.00")
        assert sorted(live(clinic)) == [(1, Decimal("10.00")), (2, Decimal("50.00"))]
        assert_books_add_up(clinic)

    def test_invoices_are_locked_in_id_order(self, clinic):
        for id_ in range(9, 0, -1):
            insert_invoice(clinic.staff, id_, "100.00")
        with clinic.open_staff() as desk, ThreadPoolExecutor(1) as pool:
            desk.execute("SELECT 1 FROM caspen.invoice WHERE id = 5 FOR UPDATE")
            job = payment(*((id_, "1.00") for id_ in range(9, 0, -1)))
            running = pool.submit(clinic.billing.record_payment, job)
            clinic.await_lock_waiter()
            free = clinic.staff.execute(
                "SELECT id FROM caspen.invoice ORDER BY id FOR UPDATE SKIP LOCKED"
            ).fetchall()
            desk.rollback()
            running.result(timeout=20)
        assert free == [(6,), (7,), (8,), (9,)]

    def test_a_crowd_leaves_books_that_add_up(self, clinic):
        for id_ in (1, 2, 3):
            insert_invoice(clinic.staff, id_, "100.00")
        shares = [(1, "30.00"), (2, "30.00"), (3, "30.00")]
        jobs = [
            payment(*(shares if n % 2 else reversed(shares)), ref=f"9130:{n}", number=f"QB-{n}")
            for n in range(6)
        ]
        with ThreadPoolExecutor(3) as pool:
            results = list(pool.map(lambda job: CaspenBilling().record_payment(job), jobs))

        allocated = sum((amount for result in results for _, _, amount in result.allocations), Decimal(0))
        refused = sum((amount for result in results for amount in result.refused.values()), Decimal(0))
        assert (allocated, refused) == (Decimal("300.00"), Decimal("240.00"))
        assert [invoice(clinic, id_)[0] for id_ in (1, 2, 3)] == ["paid"] * 3
        assert_books_add_up(clinic)


def staff_pays(desk, invoice_id: int, amount: str, *, payment_id: int) -> None:
    """What Caspen's application does when reception records a payment; left uncommitted."""
    balance = desk.execute(
        "SELECT balance FROM caspen.invoice WHERE id = %s FOR UPDATE", [invoice_id]
    ).fetchone()[0]
    paid = min(Decimal(amount), balance)
    desk.execute(
        "INSERT INTO caspen.payment (id, workspace_id, number, client_id, method, payment_date, amount)"
        " VALUES (%s, %s, %s, %s, 'EFTPOS', '2026-11-03', %s)",
        [payment_id, WORKSPACE, f"PAY-{payment_id}", CLIENT, Decimal(amount)],
    )
    desk.execute(
        "INSERT INTO caspen.payment_allocation (id, workspace_id, payment_id, invoice_id, amount)"
        " VALUES (%s, %s, %s, %s, %s)",
        [payment_id, WORKSPACE, payment_id, invoice_id, paid],
    )
    desk.execute(
        "UPDATE caspen.invoice SET balance = %s, status = CASE WHEN %s = 0 THEN 'paid' ELSE 'open' END"
        " WHERE id = %s",
        [balance - paid, balance - paid, invoice_id],
    )
