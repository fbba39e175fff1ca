"""What is read from Caspen: rows in, records out. Free text and addresses are never selected."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeVar

from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.posting.cursor import Horizon
from caspen_qbo.core.records import (
    Allocation,
    Client,
    CreditNote,
    CreditNoteLine,
    Invoice,
    InvoiceLine,
    TaxMode,
    TaxRate,
    Workspace,
)
from caspen_qbo.hooks.database import Database, Row
from caspen_qbo.ports import Changes
from caspen_qbo.settings import CASPEN_CHUNK_SIZE

Value = TypeVar("Value", int, str)

_LINE_PREFIX = "line_"


class CaspenReads:
    """The reading half of :class:`caspen_qbo.ports.BillingSource`; changes nothing, safe to repeat."""

    _database: Database

    def fetch_workspaces(self, workspace_ids: Collection[int] | None = None) -> dict[int, Workspace]:
        """By id; all of them when no ids are given. Unknown ids are absent from the answer."""
        ids = None if workspace_ids is None else sorted(set(workspace_ids))
        rows = self._database.fetch_all("caspen/select_workspaces", {"ids": ids})
        return {row["id"]: Workspace(**_with_tax_mode(row)) for row in rows}

    def fetch_horizon(self) -> Horizon:
        """
        Look at Caspen's clock, then at its transactions; see :mod:`caspen_qbo.core.posting.cursor`.

        Take it before reading changes, and outside a transaction of one's own, which would count as open.
        """
        clock = self._database.fetch_one("caspen/select_clock")
        transactions = self._database.fetch_one("caspen/select_transactions")
        return Horizon(**clock, **transactions)

    def fetch_changes(self, workspace_id: int, since: datetime) -> Changes:
        """Ids of rows whose ``updated_at`` is at or after ``since``, oldest first; reads by index only."""
        ids: dict[str, list[int]] = {"invoice": [], "credit_note": [], "allocation": []}
        for row in self._database.fetch_all(
            "caspen/select_changes", {"workspace_id": workspace_id, "since": since}
        ):
            ids[row["kind"]].append(row["id"])
        return Changes(tuple(ids["invoice"]), tuple(ids["credit_note"]), tuple(ids["allocation"]))

    def fetch_void_allocations(self, workspace_id: int, since: datetime) -> tuple[int, ...]:
        """See :meth:`caspen_qbo.ports.BillingSource.fetch_void_allocations`."""
        rows = self._database.fetch_all(
            "caspen/select_void_allocations", {"workspace_id": workspace_id, "since": since}
        )
        return tuple(row["id"] for row in rows)

    def fetch_invoices(self, workspace_id: int, ids: Collection[int]) -> dict[int, Invoice]:
        """By id, with their lines, drafts and deleted ones too. Another workspace's ids are absent."""
        rows = self._fetch_by("caspen/select_invoices", workspace_id, "ids", ids)
        return {
            head["id"]: Invoice(**_with_tax_mode(head), lines=tuple(InvoiceLine(**line) for line in lines))
            for head, lines in _documents(rows)
        }

    def fetch_invoice_ids(self, workspace_id: int, numbers: Collection[str]) -> dict[str, int]:
        """By printed number, spelled exactly so. Unknown numbers and deleted drafts are absent."""
        rows = self._fetch_by("caspen/select_invoice_ids", workspace_id, "numbers", numbers)
        return {row["number"]: row["id"] for row in rows}

    def fetch_credit_notes(self, workspace_id: int, ids: Collection[int]) -> dict[int, CreditNote]:
        """By id, with their lines, void ones too. Another workspace's ids are absent."""
        rows = self._fetch_by("caspen/select_credit_notes", workspace_id, "ids", ids)
        return {
            head["id"]: CreditNote(
                **_with_tax_mode(head), lines=tuple(CreditNoteLine(**line) for line in lines)
            )
            for head, lines in _documents(rows)
        }

    def fetch_allocations(self, workspace_id: int, ids: Collection[int]) -> dict[int, Allocation]:
        """By id, with their payment, unlinked ones too. Another workspace's ids are absent."""
        rows = self._fetch_by("caspen/select_allocations", workspace_id, "ids", ids)
        return {row["id"]: Allocation(**row) for row in rows}

    def fetch_related(self, workspace_id: int, invoice_ids: Collection[int]) -> tuple[list[int], list[int]]:
        """(credit note ids, allocation ids) of these invoices, void and unlinked ones too, each ascending."""
        ids: dict[str, list[int]] = {"credit_note": [], "allocation": []}
        for row in self._fetch_by("caspen/select_related", workspace_id, "invoice_ids", invoice_ids):
            ids[row["kind"]].append(row["id"])
        return sorted(ids["credit_note"]), sorted(ids["allocation"])

    def fetch_clients(self, workspace_id: int, ids: Collection[int]) -> dict[int, Client]:
        """By the id asked for; a merged client is answered with the survivor at the end of the chain."""
        rows = self._fetch_by("caspen/select_clients", workspace_id, "ids", ids)
        return {row.pop("asked_id"): Client(**row) for row in rows}

    def fetch_tax_rates(self, workspace_id: int) -> dict[int, TaxRate]:
        """All of the workspace's, by id, archived ones included."""
        rows = self._database.fetch_all("caspen/select_tax_rates", {"workspace_id": workspace_id})
        return {row["id"]: TaxRate(**row) for row in rows}

    def count_finalised(self, workspace_id: int, line_at: datetime) -> tuple[int, int]:
        """
        Finalised invoices (status open or paid, not deleted) in all, and how many of them are historical:
        created and last finalised before ``line_at``. Reads every invoice of the workspace.
        """
        row = self._database.fetch_one(
            "caspen/count_finalised", {"workspace_id": workspace_id, "line_at": line_at}
        )
        return row["finalised"], row["historical"]

    def _fetch_by(self, name: str, workspace_id: int, param: str, values: Collection[Value]) -> Iterator[Row]:
        for chunk in in_chunks(values):
            yield from self._database.fetch_all(name, {"workspace_id": workspace_id, param: chunk})


def in_chunks(values: Collection[Value]) -> Iterator[list[Value]]:
    """The distinct values in order, so many at a time that one statement stays small."""
    return chunked(sorted(set(values)), CASPEN_CHUNK_SIZE)


def _documents(rows: Iterable[Row]) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Rows of one document follow each other: its own columns, and those of each line, prefix removed."""
    for _, group in groupby(rows, key=itemgetter("id")):
        members = list(group)
        head = {name: value for name, value in members[0].items() if not name.startswith(_LINE_PREFIX)}
        lines = [
            {
                name.removeprefix(_LINE_PREFIX): value
                for name, value in row.items()
                if name.startswith(_LINE_PREFIX)
            }
            for row in members
            if row["line_id"] is not None
        ]
        yield head, lines


def _with_tax_mode(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "tax_mode": TaxMode(row["tax_mode"])}
