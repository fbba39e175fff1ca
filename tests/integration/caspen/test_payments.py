"""Payments imported from QuickBooks, changed and taken back, on a real database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from caspen_qbo.core.importing.payments import ImportResult
from caspen_qbo.errors import InvariantError
from tests.integration.caspen.books import REF, assert_books_add_up, invoice, live, payment, payments
from tests.support.caspen_billing import Clinic
from tests.support.caspen_rows import CLIENT, OTHER_CLIENT, OTHER_WORKSPACE, WORKSPACE, insert, insert_invoice

pytestmark = pytest.mark.postgres


class TestRecord:
    def test_a_full_payment_pays_the_invoice(self, clinic):
        insert_invoice(clinic.staff, 1, "110.00")

        result = clinic.billing.record_payment(payment((1, "110.00")))

        assert payments(clinic) == [
            ("QB-77", CLIENT, "QuickBooks", date(2026, 11, 3), Decimal("110.00"), "paid", "quickbooks", REF)
        ]
        assert (
            [(id_, amount) for _, id_, amount in result.allocations]
            == live(clinic)
            == [(1, Decimal("110.00"))]
        )
        assert result.payment_id is not None and not result.already_there and result.refused == {}
        assert invoice(clinic, 1) == ("paid", Decimal("0.00"))
        assert_books_add_up(clinic)

    def test_a_part_payment_leaves_the_invoice_open(self, clinic):
        insert_invoice(clinic.staff, 1, "110.00")
        clinic.billing.record_payment(payment((1, "10.01")))
        assert invoice(clinic, 1) == ("open", Decimal("99.99"))

    def test_what_exceeds_the_balance_is_refused_and_the_payment_is_what_was_allocated(self, clinic):
        insert_invoice(clinic.staff, 1, "50.00")
        insert_invoice(clinic.staff, 2, "30.00")

        result = clinic.billing.record_payment(payment((2, "30.00"), (1, "60.00")))

        assert result.refused == {1: Decimal("10.00")}
        assert payments(clinic)[0][4] == Decimal("80.00")
        assert live(clinic) == [(1, Decimal("50.00")), (2, Decimal("30.00"))]
        assert_books_add_up(clinic)

    def test_one_invoice_named_twice_is_allocated_once(self, clinic):
        insert_invoice(clinic.staff, 1, "50.00")
        result = clinic.billing.record_payment(payment((1, "20.00"), (1, "25.00")))
        assert live(clinic) == [(1, Decimal("45.00"))]
        assert result.refused == {}

    @pytest.mark.parametrize("status", ["draft", "paid", "void"])
    def test_an_invoice_that_is_not_open_is_refused_in_full(self, clinic, status):
        insert_invoice(clinic.staff, 1, "50.00", status=status)
        insert_invoice(clinic.staff, 2, "30.00")

        result = clinic.billing.record_payment(payment((1, "50.00"), (2, "30.00")))

        assert result.refused == {1: Decimal("50.00")}
        assert live(clinic) == [(2, Decimal("30.00"))]
        assert invoice(clinic, 1) == (status, Decimal("50.00"))

    def test_another_workspaces_invoice_and_an_unknown_one_are_refused_in_full(self, clinic):
        insert_invoice(clinic.staff, 1, "50.00", workspace_id=OTHER_WORKSPACE, client_id=OTHER_CLIENT)
        result = clinic.billing.record_payment(payment((1, "50.00"), (404, "1.00")))
        assert result == ImportResult(None, refused={1: Decimal("50.00"), 404: Decimal("1.00")})
        assert invoice(clinic, 1) == ("open", Decimal("50.00"))

    def test_nothing_is_written_when_nothing_is_due(self, clinic):
        insert_invoice(clinic.staff, 1, "50.00", balance=Decimal("0.00"))
        result = clinic.billing.record_payment(payment((1, "50.00")))
        assert result == ImportResult(None, refused={1: Decimal("50.00")})
        assert payments(clinic) == live(clinic) == []

    def test_repeating_answers_with_what_is_there(self, clinic):
        insert_invoice(clinic.staff, 1, "50.00")
        first = clinic.billing.record_payment(payment((1, "50.00")))

        again = clinic.billing.record_payment(payment((1, "50.00")))

        assert again == ImportResult(first.payment_id, first.allocations, already_there=True)
        assert len(payments(clinic)) == len(live(clinic)) == 1
        assert_books_add_up(clinic)

    def test_a_number_the_practice_uses_itself_gets_a_suffix(self, clinic):
        insert_invoice(clinic.staff, 1, "50.00")
        insert(clinic.staff, "payment", id=1, number="QB-77")
        insert(clinic.staff, "payment", id=2, number="QB-77-2")

        result = clinic.billing.record_payment(payment((1, "50.00")))

        assert not result.already_there
        assert [row[0] for row in payments(clinic)] == ["QB-77", "QB-77-2", "QB-77-3"]

    @pytest.mark.parametrize("amount", ["0.00", "-1.00", "10.005"])
    def test_an_amount_that_is_no_money_is_refused_before_anything_is_written(self, clinic, amount):
        insert_invoice(clinic.staff, 1, "50.00")
        with pytest.raises(InvariantError, match=f"9130:77, invoice 1: amount {amount}"):
            clinic.billing.record_payment(payment((1, amount)))
        assert payments(clinic) == []

    def test_a_failure_in_the_middle_leaves_nothing_behind(self, clinic):
        insert_invoice(clinic.staff, 1, "50.00")
        clinic.staff.execute(
            "ALTER TABLE caspen.payment_allocation ADD CONSTRAINT never CHECK (amount <> 50.00) NOT VALID"
        )
        with pytest.raises(Exception, match="never"):
            clinic.billing.record_payment(payment((1, "50.00")))
        assert payments(clinic) == live(clinic) == []
        assert invoice(clinic, 1) == ("open", Decimal("50.00"))


class TestUnlink:
    def test_the_amount_is_due_again_and_the_invoice_open(self, clinic):
        insert_invoice(clinic.staff, 1, "50.00")
        [(allocation_id, _, _)] = clinic.billing.record_payment(payment((1, "50.00"))).allocations

        assert clinic.billing.unlink_allocation(WORKSPACE, allocation_id) == Decimal("50.00")

        assert invoice(clinic, 1) == ("open", Decimal("50.00"))
        assert live(clinic) == []
        assert clinic.staff.execute(
            "SELECT deleted_at IS NOT NULL FROM caspen.payment_allocation WHERE id = %s", [allocation_id]
        ).fetchone() == (True,)

    def test_a_second_time_changes_nothing(self, clinic):
        insert_invoice(clinic.staff, 1, "50.00")
        [(allocation_id, _, _)] = clinic.billing.record_payment(payment((1, "20.00"))).allocations
        clinic.billing.unlink_allocation(WORKSPACE, allocation_id)

        assert clinic.billing.unlink_allocation(WORKSPACE, allocation_id) is None
        assert invoice(clinic, 1) == ("open", Decimal("50.00"))

    def test_what_staff_recorded_is_never_taken_back(self, clinic):
        insert_invoice(clinic.staff, 1, "50.00", balance=Decimal("0.00"), status="paid")
        insert(clinic.staff, "payment", id=5, amount=Decimal("50.00"))
        insert(clinic.staff, "payment_allocation", id=6, payment_id=5, invoice_id=1, amount=Decimal("50.00"))
        assert clinic.billing.unlink_allocation(WORKSPACE, 6) is None
        assert clinic.billing.change_allocation(WORKSPACE, 6, Decimal("1.00")) == 0
        assert live(clinic) == [(1, Decimal("50.00"))]
        assert_books_add_up(clinic)

    def test_another_workspace_does_not_find_it(self, clinic):
        insert_invoice(clinic.staff, 1, "50.00")
        [(allocation_id, _, _)] = clinic.billing.record_payment(payment((1, "50.00"))).allocations
        assert clinic.billing.unlink_allocation(OTHER_WORKSPACE, allocation_id) is None
        assert live(clinic) == [(1, Decimal("50.00"))]


class TestChange:
    @pytest.fixture
    def allocation_id(self, clinic: Clinic) -> int:
        insert_invoice(clinic.staff, 1, "100.00")
        [(allocation_id, _, _)] = clinic.billing.record_payment(payment((1, "60.00"))).allocations
        return allocation_id

    def test_a_smaller_amount_is_a_new_row_on_the_same_payment(self, clinic, allocation_id):
        assert clinic.billing.change_allocation(WORKSPACE, allocation_id, Decimal("45.50")) == Decimal(
            "45.50"
        )

        rows = clinic.staff.execute(
            "SELECT amount, deleted_at IS NULL FROM caspen.payment_allocation ORDER BY id"
        ).fetchall()
        assert rows == [(Decimal("60.00"), False), (Decimal("45.50"), True)]
        assert len(payments(clinic)) == 1
        assert invoice(clinic, 1) == ("open", Decimal("54.50"))
        assert_books_add_up(clinic)

    def test_the_new_rows_id_is_answered_by_recording_again(self, clinic, allocation_id):
        clinic.billing.change_allocation(WORKSPACE, allocation_id, Decimal("45.50"))
        again = clinic.billing.record_payment(payment((1, "45.50")))
        [(new_id, invoice_id, amount)] = again.allocations
        assert again.already_there and new_id != allocation_id
        assert (invoice_id, amount) == (1, Decimal("45.50"))

    def test_repeating_with_the_replaced_id_changes_nothing_more(self, clinic, allocation_id):
        for _ in range(2):
            answer = clinic.billing.change_allocation(WORKSPACE, allocation_id, Decimal("45.50"))
            assert answer == Decimal("45.50")
        assert live(clinic) == [(1, Decimal("45.50"))]
        count = clinic.staff.execute("SELECT count(*) FROM caspen.payment_allocation").fetchone()
        assert count == (2,)

    def test_never_more_than_the_payment_was_recorded_with(self, clinic, allocation_id):
        assert clinic.billing.change_allocation(WORKSPACE, allocation_id, Decimal("80.00")) == Decimal(
            "60.00"
        )
        assert live(clinic) == [(1, Decimal("60.00"))]

    def test_never_more_than_is_due(self, clinic, allocation_id):
        clinic.billing.change_allocation(WORKSPACE, allocation_id, Decimal("10.00"))
        insert(clinic.staff, "payment", id=5, amount=Decimal("75.00"))
        insert(clinic.staff, "payment_allocation", id=6, payment_id=5, invoice_id=1, amount=Decimal("75.00"))
        clinic.staff.execute("UPDATE caspen.invoice SET balance = balance - 75 WHERE id = 1")

        assert clinic.billing.change_allocation(WORKSPACE, allocation_id, Decimal("60.00")) == Decimal(
            "25.00"
        )

        assert invoice(clinic, 1) == ("paid", Decimal("0.00"))
        assert_books_add_up(clinic)

    def test_down_from_paid_opens_the_invoice_again(self, clinic):
        insert_invoice(clinic.staff, 2, "50.00")
        paid = clinic.billing.record_payment(payment((2, "50.00"), ref="9130:88", number="QB-88"))
        clinic.billing.change_allocation(WORKSPACE, paid.allocations[0][0], Decimal("49.99"))
        assert invoice(clinic, 2) == ("open", Decimal("0.01"))

    def test_zero_takes_it_back(self, clinic, allocation_id):
        assert clinic.billing.change_allocation(WORKSPACE, allocation_id, Decimal("0.00")) == 0
        assert live(clinic) == []
        assert invoice(clinic, 1) == ("open", Decimal("100.00"))

    def test_what_staff_took_back_stays_so(self, clinic, allocation_id):
        clinic.billing.unlink_allocation(WORKSPACE, allocation_id)
        assert clinic.billing.change_allocation(WORKSPACE, allocation_id, Decimal("45.50")) == 0
        assert live(clinic) == []
