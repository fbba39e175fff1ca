"""Queries page by page. QuickBooks may fail on one record, and then on every page with it: such a page is
read in halves down to that record, so that it holds nothing but itself.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from caspen_qbo import settings
from caspen_qbo.core.documents import Body
from caspen_qbo.errors import InvariantError, QboRecordError, QboUnavailableError

log = logging.getLogger(__name__)

PAGE_OVERLAP = 10
"""Rows read twice at the seam of two pages: a row that vanishes in between shifts all later ones by one."""
PAGES_MAX = 10_000
RESTARTS_MAX = 3
PIECES_MAX = 200
"""Calls for the pieces of one page: enough for nine records on which QuickBooks fails, twenty calls each."""


@dataclass(frozen=True, slots=True)
class Query:
    entity: str
    where: str = ""
    order_by: str = "Id"

    def select(self, start: int, size: int) -> str:
        rows = f"SELECT * FROM {self.entity}{self._condition}"  # noqa: S608  QuickBooks' own language
        return f"{rows} ORDERBY {self.order_by} STARTPOSITION {start} MAXRESULTS {size}"

    def count(self) -> str:
        return f"SELECT COUNT(*) FROM {self.entity}{self._condition}"  # noqa: S608

    @property
    def _condition(self) -> str:
        return f" WHERE {self.where}" if self.where else ""


class Source(Protocol):
    def fetch_rows(self, query: Query, start: int, size: int, *, attempts: int | None = None) -> list[Body]:
        """:raises QboRecordError: QuickBooks is there, and fails on one of these rows."""

    def fetch_count(self, query: Query) -> int: ...


@dataclass(frozen=True, slots=True)
class _Page:
    rows: list[Body]
    full: bool
    """There may be more behind it."""


def read_pages(source: Source, query: Query, skipped: list[str] | None = None) -> Iterator[Body]:
    """All rows, none twice. Pages overlap, so that the seam shows when rows vanish while reading; when more
    vanished than the overlap covers, reading starts over.

    :param skipped: Receives a line for each row that QuickBooks could not serve; without it they are logged.
    """
    seen: set[str] = set()
    lost: list[str] = []
    start, restarts = 1, 0
    for _ in range(PAGES_MAX):
        page = _read_page(source, query, start, lost)
        if start > 1 and (not page.rows or id_of(page.rows[0]) not in seen):
            restarts += 1
            if restarts > RESTARTS_MAX:
                raise QboUnavailableError(
                    f"QuickBooks query of {query.entity}: the rows moved while being read, four times over."
                )
            start = 1
            continue
        for row in page.rows:
            key = id_of(row)
            if not key or key not in seen:
                seen.add(key)
                yield row
        if not page.full:
            if skipped is not None:
                skipped += dict.fromkeys(lost)
            return
        start += settings.QUERY_PAGE_SIZE - PAGE_OVERLAP
    raise InvariantError(f"QuickBooks query of {query.entity}: no end after {PAGES_MAX} pages")


def _read_page(source: Source, query: Query, start: int, lost: list[str]) -> _Page:
    size = settings.QUERY_PAGE_SIZE
    try:
        rows = source.fetch_rows(query, start, size)
    except QboRecordError as error:
        there = max(0, min(size, source.fetch_count(query) - start + 1))
        return _Page(_read_pieces(source, query, start, there, lost, error), full=there == size)
    # A first page may bring rows on top of the thousand (pseudo tax codes); they take no position.
    return _Page(rows, full=len(rows) >= size)


def _read_pieces(
    source: Source, query: Query, start: int, size: int, lost: list[str], error: QboRecordError
) -> list[Body]:
    """By halves, in order. :raises QboRecordError: too much of the page cannot be served."""
    rows: list[Body] = []
    pieces, calls = [(start, size)] if size else [], 0
    while pieces:
        first, length = pieces.pop()
        calls += 1
        if calls > PIECES_MAX:
            raise error
        try:
            rows += source.fetch_rows(query, first, length, attempts=1)
        except QboRecordError as refused:
            if length > 1:
                half = length // 2
                pieces += [(first + half, length - half), (first, half)]
                continue
            after = f" after {id_of(rows[-1])}" if rows else ""
            lost.append(f"{query.entity}{after}: {refused.message}")
            log.warning("quickbooks cannot serve entity=%s position=%d%s", query.entity, first, after)
    return rows


def id_of(row: Body) -> str:
    return str(row.get("Id") or "")
