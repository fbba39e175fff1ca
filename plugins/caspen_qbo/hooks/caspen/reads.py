"""What is read from Caspen: rows in, records out. Free text and addresses are never selected."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, partial
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.monitoring.watch import MovedRow
from caspen_qbo.core.posting.cursor import Horizon
from caspen_qbo.core.records import (
    Allocation,
    Changes,
    Client,
    CreditNote,
    CreditNoteLine,
    DocumentKind,
    Invoice,
    InvoiceLine,
    TaxMode,
    TaxRate,
    Workspace,
)
from caspen_qbo.hooks.caspen.session import CaspenSession
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.search import like
from caspen_qbo.settings import CASPEN_CHUNK_SIZE

Value = TypeVar("Value", int, str)
Document = TypeVar("Document")

_LINE_PREFIX = "line_"

NEWEST_MOST = 1000
"""Rows of a kind in one practice that the watcher reads."""
RECENT_MOST = 1_000
"""Allocations of a practice that each run looks at for a payment that was voided as it is."""
MADE_BEFORE = timedelta(days=1)
"""What belongs to an invoice or a payment may have been stamped so much earlier, by another clock."""
PAGE_SIZE = 10_000


@dataclass(frozen=True, slots=True)
class Received:
    """Money of one day and payment method; void payments left out."""

    day: date
    """In the workspace's time zone."""
    method: str
    amount: Decimal
    refunded: int
    """Payments shown as refunded, in whole or in part."""


class CaspenReads(CaspenSession):
    """Changes nothing, safe to repeat. Another workspace's and unknown ids are absent from every answer."""

    def fetch_workspaces(self, workspace_ids: Collection[int] | None = None) -> dict[int, Workspace]:
        """By id; all of them when no ids are given."""
        ids = None if workspace_ids is None else sorted(set(workspace_ids))
        rows = self._database.fetch_all("caspen/select_workspaces", {"ids": ids})
        return {row["id"]: Workspace(**_with_tax_mode(row)) for row in rows}

    def count_workspaces(self) -> int:
        return int(self._database.fetch_only(Row, "caspen/count_workspaces")["workspaces"])

    def fetch_horizon(self) -> Horizon:
        """Caspen's clock, then its transactions; see :mod:`caspen_qbo.core.posting.cursor`. Take it before
        reading changes, outside a transaction of one's own, which would count as open.
        """
        now = self._database.fetch_only(Row, "caspen/select_clock")["now"]
        return self._database.fetch_only(partial(Horizon, now), "caspen/select_transactions")

    def fetch_changes(self, workspace_id: int, since: datetime) -> Changes:
        """Ids of rows updated at or after ``since``, oldest first; by index, never the whole history."""
        params = {"workspace_id": workspace_id, "since": since}
        ids = _ids_by_kind(self._database.fetch_all("caspen/select_changes", params))
        return Changes(tuple(ids["invoice"]), tuple(ids["credit_note"]), tuple(ids["allocation"]))

    def count_changes(self, since: Mapping[int, datetime]) -> dict[int, int]:
        """Rows updated at or after each practice's own time, by workspace, in one statement; absent: none.

        :param since: By workspace.
        """
        params = {
            "workspace_ids": list(since),
            "since": list(since.values()),
            "most": CASPEN_CHUNK_SIZE,
        }
        rows = self._database.fetch_all("caspen/count_changes", params)
        return {row["workspace_id"]: row["moved"] for row in rows}

    def fetch_newest(self, since: Mapping[int, datetime]) -> list[MovedRow]:
        """What moved after each practice's own time, in one statement; of each kind the newest
        ``NEWEST_MOST``.

        :param since: By workspace.
        """
        params = {"workspace_ids": list(since), "since": list(since.values()), "most": NEWEST_MOST}
        return self._database.fetch_values(MovedRow, "caspen/select_newest", params)

    def fetch_void_allocations(self, workspace_id: int, since: datetime) -> tuple[int, ...]:
        """Still linked, of payments voided at or after ``since``; 0.2 s for a million payments."""
        params = {"workspace_id": workspace_id, "since": since}
        return tuple(row["id"] for row in self._database.fetch_all("caspen/select_void_allocations", params))

    def fetch_void_recent(self, workspace_id: int, since: datetime) -> tuple[int, ...]:
        """The same among the allocations that changed last; a few milliseconds, however many there are."""
        params = {"workspace_id": workspace_id, "since": since, "most": RECENT_MOST}
        return tuple(row["id"] for row in self._database.fetch_all("caspen/select_void_recent", params))

    def fetch_invoices(self, workspace_id: int, ids: Collection[int]) -> dict[int, Invoice]:
        """By id, with their lines, drafts and deleted ones too."""
        return self._fetch_documents("caspen/select_invoices", workspace_id, ids, Invoice, InvoiceLine)

    def fetch_invoice_ids(self, workspace_id: int, numbers: Collection[str]) -> dict[str, int]:
        """By printed number, spelled exactly so. Deleted drafts are absent."""
        rows = self._fetch_by("caspen/select_invoice_ids", workspace_id, "numbers", numbers)
        return {row["number"]: row["id"] for row in rows}

    def fetch_credit_notes(self, workspace_id: int, ids: Collection[int]) -> dict[int, CreditNote]:
        """By id, with their lines, void ones too."""
        name = "caspen/select_credit_notes"
        return self._fetch_documents(name, workspace_id, ids, CreditNote, CreditNoteLine)

    def fetch_allocations(self, workspace_id: int, ids: Collection[int]) -> dict[int, Allocation]:
        """By id, with their payment, unlinked ones too."""
        rows = self._fetch_by("caspen/select_allocations", workspace_id, "ids", ids)
        return {row["id"]: Allocation(**row) for row in rows}

    def fetch_payment_use(self, workspace_id: int, ids: Collection[int]) -> dict[int, Decimal]:
        """By allocation id: how much of its payment is allocated up to and with it; live ones alone."""
        rows = self._fetch_since(
            "caspen/select_payment_use", "caspen/select_oldest_payment", workspace_id, "ids", ids
        )
        return {row["id"]: row["used"] for row in rows}

    def sum_received(self, workspace_id: int, first: date, last: date) -> list[Received]:
        """By day and method, both days included; reads every payment of the workspace."""
        params = {"workspace_id": workspace_id, "first": first, "last": last}
        return self._database.fetch_values(Received, "caspen/sum_received", params)

    def fetch_related(self, workspace_id: int, invoice_ids: Collection[int]) -> tuple[list[int], list[int]]:
        """(credit note ids, allocation ids) of these invoices, void and unlinked ones too, each ascending."""
        rows = self._fetch_since(
            "caspen/select_related", "caspen/select_oldest_invoice", workspace_id, "invoice_ids", invoice_ids
        )
        ids = _ids_by_kind(rows)
        return sorted(ids["credit_note"]), sorted(ids["allocation"])

    def fetch_present(self, workspace_id: int, keys: Collection[DocumentKey]) -> dict[DocumentKey, datetime]:
        """When each changed last; what Caspen does not have is absent."""
        of = {kind: [key.id for key in keys if key.kind is kind] for kind in DocumentKind}
        params = {
            "workspace_id": workspace_id,
            "invoice_ids": of[DocumentKind.INVOICE],
            "credit_note_ids": of[DocumentKind.CREDIT_NOTE],
            "allocation_ids": of[DocumentKind.PAYMENT],
        }
        rows = self._database.fetch_all("caspen/select_present", params)
        return {DocumentKey(DocumentKind(row["kind"]), row["id"]): row["updated_at"] for row in rows}

    def fetch_clients(self, workspace_id: int, ids: Collection[int]) -> dict[int, Client]:
        """By the id asked for; a merged client is answered with the survivor at the end of the chain."""
        rows = self._fetch_by("caspen/select_clients", workspace_id, "ids", ids)
        return {row.pop("asked_id"): Client(**row) for row in rows}

    def fetch_merged_clients(self, workspace_id: int, ids: Collection[int]) -> list[int]:
        """These clients and all that were merged into them."""
        rows = self._fetch_by("caspen/select_merged_clients", workspace_id, "ids", ids)
        return sorted({row["id"] for row in rows})

    def find_clients(self, workspace_id: int, name: str, *, most: int) -> list[int]:
        """Ids of clients whose name contains a text, letter case ignored."""
        params = {"workspace_id": workspace_id, "name_like": like(name), "most": most}
        return [row["id"] for row in self._database.fetch_all("caspen/find_clients", params)]

    def fetch_tax_rates(self, workspace_id: int) -> dict[int, TaxRate]:
        """All of the workspace's, by id, archived ones included."""
        params = {"workspace_id": workspace_id}
        rates = self._database.fetch_values(TaxRate, "caspen/select_tax_rates", params)
        return {rate.id: rate for rate in rates}

    def count_finalised(self, workspace_id: int, line_at: datetime) -> tuple[int, int]:
        """Finalised invoices (status open or paid, not deleted) in all, and how many of them are historical:
        created and last finalised before ``line_at``. Reads every invoice of the workspace.
        """
        params = {"workspace_id": workspace_id, "line_at": line_at}
        row = self._database.fetch_only(Row, "caspen/count_finalised", params)
        return row["finalised"], row["historical"]

    def fetch_finalised(self, workspace_id: int, line_at: datetime, until: datetime) -> Iterator[list[int]]:
        """Pages of ids of finalised invoices that are not historical and changed last before ``until``."""
        params = {"workspace_id": workspace_id, "line_at": line_at, "until": until, "page_size": PAGE_SIZE}
        after = {"after_at": line_at - MADE_BEFORE, "after_id": 0}
        while rows := self._database.fetch_all("caspen/select_finalised", {**params, **after}):
            yield [row["id"] for row in rows]
            after = {"after_at": rows[-1]["updated_at"], "after_id": rows[-1]["id"]}

    def _fetch_since(
        self, name: str, oldest: str, workspace_id: int, param: str, values: Collection[int]
    ) -> Iterator[Row]:
        """Rows that are not older than what they belong to: read by time, from the oldest of those on. The
        time is asked for apart, or PostgreSQL would not know how few they are.
        """
        for chunk in in_chunks(values):
            params = {"workspace_id": workspace_id, param: chunk}
            made_at = self._database.fetch_only(Row, oldest, params)["created_at"]
            if made_at is not None:
                since = {"made_since": made_at - MADE_BEFORE}
                yield from self._database.fetch_all(name, {**params, **since})

    def _fetch_by(self, name: str, workspace_id: int, param: str, values: Collection[Value]) -> Iterator[Row]:
        for chunk in in_chunks(values):
            yield from self._database.fetch_all(name, {"workspace_id": workspace_id, param: chunk})

    def _fetch_documents(
        self,
        name: str,
        workspace_id: int,
        ids: Collection[int],
        document: Callable[..., Document],
        line: Callable[..., object],
    ) -> dict[int, Document]:
        """Rows of one document follow each other, one a line; a line's columns have a prefix."""
        found = {}
        for id_, group in groupby(self._fetch_by(name, workspace_id, "ids", ids), key=itemgetter("id")):
            rows = list(group)
            of_line, of_document = _columns(tuple(rows[0]))
            lines = tuple(
                line(**{name: row[column] for name, column in of_line})
                for row in rows
                if row["line_id"] is not None
            )
            first = {name: rows[0][name] for name in of_document}
            found[id_] = document(**_with_tax_mode(first), lines=lines)
        return found


def in_chunks(values: Iterable[Value]) -> Iterator[list[Value]]:
    """The distinct values in order, so many at a time that one statement stays small."""
    return chunked(sorted(set(values)), CASPEN_CHUNK_SIZE)


def _ids_by_kind(rows: Iterable[Row]) -> dict[str, list[int]]:
    ids: dict[str, list[int]] = {"invoice": [], "credit_note": [], "allocation": []}
    for row in rows:
        ids[row["kind"]].append(row["id"])
    return ids


@cache
def _columns(names: tuple[str, ...]) -> tuple[list[tuple[str, str]], list[str]]:
    """Of a line, each with its column; and of the document."""
    of_line = [(name.removeprefix(_LINE_PREFIX), name) for name in names if name.startswith(_LINE_PREFIX)]
    return of_line, [name for name in names if not name.startswith(_LINE_PREFIX)]


def _with_tax_mode(row: Row) -> Row:
    return {**row, "tax_mode": TaxMode(row["tax_mode"])}
