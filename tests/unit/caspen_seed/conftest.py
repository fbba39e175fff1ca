"""A practice with one client, two tax rates and its staff, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from caspen_seed import NewLine, Staff, create_workspace, load_schema


@dataclass(frozen=True)
class Clinic:
    """What the lifecycle tests work with."""

    staff: Staff
    connection: psycopg.Connection
    dsn: str
    client: int
    gst: int
    """10 %."""

    gst_free: int
    """0 %."""

    def line(self, price: str = "100.00", quantity: str = "1", **more: object) -> NewLine:
        return NewLine("service", "Consultation", price, quantity, **{"tax_rate_id": self.gst, **more})

    def open_invoice(self, *lines: NewLine) -> int:
        """A finalised invoice; 110.00 when no lines are given."""
        invoice = self.staff.draft_invoice(self.client, lines or [self.line()])
        self.staff.finalise(invoice)
        return invoice


@pytest.fixture
def clinic(caspen_db) -> Iterator[Clinic]:
    load_schema(caspen_db.uri)
    with psycopg.connect(caspen_db.uri, autocommit=True) as connection:
        create_workspace(connection, 1, "Harbour Physio")
        staff = Staff(connection, 1)
        yield Clinic(
            staff,
            connection,
            caspen_db.uri,
            client=staff.create_client("Ann", "O'Neil", email="ann@example.com"),
            gst=staff.create_tax_rate("GST", 10),
            gst_free=staff.create_tax_rate("GST free", 0),
        )
