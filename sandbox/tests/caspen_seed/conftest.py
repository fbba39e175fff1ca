"""A practice with one client, two tax rates and its staff, on a real PostgreSQL."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from caspen_seed import NewLine, Staff, create_workspace, load_schema

WORKSPACES = itertools.count(1)


@dataclass(frozen=True)
class Clinic:
    """What the lifecycle tests work with."""

    staff: Staff
    connection: psycopg.Connection
    workspace: int
    dsn: str
    client: int
    gst: int
    """10 %."""

    gst_free: int
    """0 %."""

    def line(self, price: str = "100.00", quantity: str = "1", **more: Any) -> NewLine:
        return NewLine("service", "Consultation", price, quantity, **{"tax_rate_id": self.gst, **more})

    def rows(self, query: str) -> list[tuple]:
        """Rows of a query whose one parameter is the workspace."""
        return self.connection.execute(query, [self.workspace]).fetchall()

    def open_invoice(self, *lines: NewLine) -> int:
        """A finalised invoice; 110.00 when no lines are given."""
        invoice = self.staff.draft_invoice(self.client, lines or [self.line()])
        self.staff.finalise(invoice)
        return invoice


@pytest.fixture(scope="module")
def caspen_dsn(fresh_database: Callable[[], AbstractContextManager[str]]) -> Iterator[str]:
    """One database per file: tests keep apart by their workspace, as practices do."""
    with fresh_database() as dsn:
        load_schema(dsn)
        yield dsn


@pytest.fixture
def clinic(caspen_dsn: str) -> Iterator[Clinic]:
    with psycopg.connect(caspen_dsn, autocommit=True) as connection:
        workspace = create_workspace(connection, next(WORKSPACES), "Harbour Physio")
        staff = Staff(connection, workspace)
        yield Clinic(
            staff,
            connection,
            workspace,
            caspen_dsn,
            client=staff.create_client("Ann", "O'Neil", email="ann@example.com"),
            gst=staff.create_tax_rate("GST", 10),
            gst_free=staff.create_tax_rate("GST free", 0),
        )
