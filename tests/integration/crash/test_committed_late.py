"""Rows of Caspen's that are stamped before a run looks and committed after it has gone on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import psycopg
import pytest

from caspen_qbo import settings, wiring
from caspen_qbo.usecases.posting.run import post
from caspen_seed import NewLine, Staff
from ops.local.postgres import Database
from tests.support.flow import WORKSPACE, Flow
from tests.support.interrupt import Instant, interrupt


@contextmanager
def slow_colleague(database: Database) -> Iterator[tuple[Staff, psycopg.Connection]]:
    """Somebody whose changes stay uncommitted until said."""
    with psycopg.connect(database.uri) as connection:
        connection.execute("SELECT 1")  # from here on every change is part of this one transaction
        yield Staff(connection, WORKSPACE), connection


def bill(flow: Flow, staff: Staff, price: str) -> int:
    invoice = staff.draft_invoice(
        flow.client_id, [NewLine("service", "Consultation", price, tax_rate_id=flow.rates["GST"])]
    )
    staff.finalise(invoice)
    staff.pay(flow.client_id, {invoice: Decimal("5.00")})
    return invoice


def totals(flow: Flow) -> list[tuple[Decimal, Decimal]]:
    return sorted((row["TotalAmt"], row["Balance"]) for row in flow.books("Invoice"))


def test_what_is_committed_after_later_rows_were_posted_is_posted_by_the_next_run(
    flow: Flow, caspen_db: Database
) -> None:
    with slow_colleague(caspen_db) as (late, connection):
        bill(flow, late, "100.00")
        client = flow.client_id
        for price in ("20.00", "30.00"):  # others go on meanwhile, and are posted
            flow.client_id = flow.staff.create_client("Other", price)
            bill(flow, flow.staff, price)
            flow.post()
        flow.client_id = client
        assert totals(flow) == [(Decimal(22), Decimal(17)), (Decimal(33), Decimal(28))]
        connection.commit()
    for _ in range(2):
        flow.post()
    assert totals(flow)[-1] == (Decimal(110), Decimal(105))
    assert len(flow.books("Payment")) == 3
    assert flow.listed() == {}


@pytest.mark.parametrize(
    "instant", [Instant("query"), Instant("send_batch"), Instant("send_batch", 2)], ids=str
)
def test_what_is_committed_in_the_middle_of_a_run_is_there_once(
    flow: Flow, caspen_db: Database, instant: Instant
) -> None:
    with slow_colleague(caspen_db) as (late, connection):
        bill(flow, late, "100.00")
        other = flow.staff.create_client("Other", "Client")
        flow.invoice("20.00", client=other)
        with wiring.open_session(WORKSPACE, "post__watched") as session:
            watched = interrupt(session, instant, connection.commit)
            post(session)
        assert watched.acted
    for _ in range(2):
        flow.post()
    assert totals(flow) == [(Decimal(22), Decimal(22)), (Decimal(110), Decimal(105))]
    assert len(flow.books("Payment")) == 1
    assert flow.listed() == {}


def test_a_document_left_open_at_the_desk_holds_no_run_up(
    flow: Flow, caspen_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its status is shown by the next run; its money and the others' are posted now."""
    monkeypatch.setattr(settings, "CASPEN_ROW_WAIT_SECONDS", 0.2)
    held, other = flow.invoice("100.00"), flow.invoice("20.00")

    def statuses() -> dict[int, str]:
        return dict(flow.caspen.execute("SELECT id, quickbooks_status FROM caspen.invoice").fetchall())

    with slow_colleague(caspen_db) as (_, connection):
        connection.execute("SELECT 1 FROM caspen.invoice WHERE id = %s FOR UPDATE", [held])
        flow.post()
        assert statuses() == {held: "Not synced", other: "Synced"}
        assert totals(flow) == [(22, 22), (110, 110)]
    flow.post()
    assert statuses() == {held: "Synced", other: "Synced"}
