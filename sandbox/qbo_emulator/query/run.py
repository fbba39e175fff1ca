"""Answering a query: by index where one helps, by reading the rows where none does."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any

from qbo_emulator.entities import BY_ANY_CASE, Kind
from qbo_emulator.query.parser import Condition, Query, Today, parse
from qbo_emulator.query.pseudo import pseudo_tax_codes
from qbo_emulator.store import Company, Document, Table, comparable, id_number, value_at
from qbo_emulator.values import faults

PAGE_DEFAULT, PAGE_MAX = 100, 1000
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def run_query(company: Company, text: str) -> Document:
    """The ``QueryResponse`` object for a query text.

    :raises ApplicationFault: 4000 for syntax, 4001 for what the text asks.
    """
    query = parse(text.strip())
    kind = BY_ANY_CASE.get(query.entity.casefold())
    if kind is None:
        raise faults.query_invalid(f"Metadata not found for Entity: {query.entity}")
    start, limit = _page(company, query)
    filters = [_Filter(company, kind, condition) for condition in query.conditions]
    order = [(_property(kind, path), descending) for path, descending in query.order]
    table = company.table(kind.name)
    if not any(f.path == "Active" for f in filters) and "Active" in kind.queryable:
        filters.append(_Filter(company, kind, Condition("Active", "=", (True,))))
    everything = not filters and not company.visible_from and not company.unreadable
    if query.count:
        rows = len(table) if everything else sum(1 for _ in _matching(company, kind, table, filters))
        return {"totalCount": rows}
    ordered = _ordered(company, kind, table, _matching(company, kind, table, filters), filters, order)
    page = list(islice(ordered, start - 1, start - 1 + limit))
    if any(company.spoils(kind.name, row) for row in page):
        raise faults.application_error()
    if start == 1 and kind.name == "TaxCode" and company.tax_codes_are_us():
        page = pseudo_tax_codes(company) + page
    if not page:
        return {}
    answer: Document = {
        kind.name: [shown(kind, query, row) for row in page],
        "startPosition": start,
        "maxResults": len(page),
    }
    if start == 1 and len(page) < limit:
        # QuickBooks gives the total in some answers only.
        answer["totalCount"] = len(page)
    return answer


def shown(kind: Kind, query: Query, row: Document) -> Document:
    """A row as a query shows it: an item's Sku only when asked for by name."""
    if kind.name == "Item" and "Sku" in row and "sku" not in (column.casefold() for column in query.columns):
        return {key: value for key, value in row.items() if key != "Sku"}
    return row


def _page(company: Company, query: Query) -> tuple[int, int]:
    start = 1 if query.start is None else query.start
    limit = PAGE_DEFAULT if query.limit is None else query.limit
    if start == 0 and company.switches.startposition_zero == "as_one":
        start = 1
    for value in (start, limit):
        if value < 1:
            raise faults.query_invalid(f"value {value} is too small. Min allowed value is 1")
    if limit > PAGE_MAX:
        raise faults.query_invalid(f"value {limit} is too large. Max allowed value is {PAGE_MAX}")
    return start, limit


def _property(kind: Kind, path: str) -> str:
    """The property's own spelling; 4001 for an unknown one, or one that cannot be filtered."""
    wanted = path.casefold()
    for known in kind.queryable:
        if known.casefold() == wanted:
            return known
    head = wanted.split(".")[0]
    if any(head == known.casefold() for known in kind.shape.fields):
        raise faults.query_invalid(f"property '{path}' is not queryable")
    raise faults.query_invalid(f"Property {path} not found for Entity {kind.name}")


class _Filter:
    """One condition made ready to test rows."""

    def __init__(self, company: Company, kind: Kind, condition: Condition) -> None:
        self.path = _property(kind, condition.path)
        self.kind = kind.queryable[self.path]
        self.operator, self.negated = condition.operator, condition.negated
        if self.path == "Id" and self.operator not in ("=", "IN", "!="):
            raise faults.query_invalid(f"Operator {self.operator} is not supported for property Id")
        today = company.clock.data_centre_today().isoformat()
        given = [today if isinstance(value, Today) else value for value in condition.values]
        if self.operator == "LIKE":
            parts = str(given[0]).casefold().split("%")
            self._pattern = re.compile(".*".join(re.escape(part) for part in parts), re.DOTALL)
            self.values: list[Any] = given
            return
        try:
            self.values = [
                None if str(value).strip() == "" else comparable(value, self.kind) for value in given
            ]
        except ValueError as error:
            raise faults.query_invalid(f"value {given[0]} is not valid for property {self.path}") from error

    def matches(self, row: Document) -> bool:
        return self._holds(row) is not self.negated

    def _holds(self, row: Document) -> bool:
        raw = value_at(row, self.path)
        if self.operator == "LIKE":
            return raw is not None and self._pattern.fullmatch(str(raw).casefold()) is not None
        value = comparable(raw, self.kind)
        if self.operator in ("=", "IN"):
            return value in self.values
        if self.operator == "!=":
            return value not in self.values
        return (
            value is not None
            and self.values[0] is not None
            and _COMPARE[self.operator](value, self.values[0])
        )


def _matching(company: Company, kind: Kind, table: Table, filters: list[_Filter]) -> Iterator[Document]:
    for row in _candidates(kind, table, filters):
        if all(f.matches(row) for f in filters) and company.visible(kind.name, row):
            yield row


def _candidates(kind: Kind, table: Table, filters: list[_Filter]) -> Iterable[Document]:
    """The fewest rows an index can offer; otherwise all, in default order."""
    usable = [f for f in filters if not f.negated]
    for f in usable:
        if f.operator in ("=", "IN") and None not in f.values:
            if f.path == "Id":
                found = (table.get(str(value)) for value in dict.fromkeys(f.values))
                return [row for row in found if row]
            if table.is_indexed(f.path):
                return [row for value in dict.fromkeys(f.values) for row in table.matching_key(f.path, value)]
    ranges: dict[str, list[Any]] = {}
    for f in usable:
        if f.operator in ("<", ">", "<=", ">=") and table.is_ordered(f.path) and f.values[0] is not None:
            span = ranges.setdefault(f.path, [None, None])
            span[0 if f.operator in (">", ">=") else 1] = f.values[0]
    if ranges:
        path, (low, high) = next(iter(ranges.items()))
        return table.between(path, low, high)
    if kind.default_order and table.is_ordered(kind.default_order):
        return table.in_order(kind.default_order)
    return reversed(table.rows.values())


def _ordered(
    company: Company,
    kind: Kind,
    table: Table,
    rows: Iterable[Document],
    filters: list[_Filter],
    order: list[tuple[str, bool]],
) -> Iterable[Document]:
    """Rows in the asked, or the default, order: lists by name, transactions newest first."""
    if order:
        if len(order) == 1 and table.is_ordered(order[0][0]) and not _narrowed(filters):
            path, descending = order[0]
            return (
                row
                for row in table.in_order(path, descending)
                if all(f.matches(row) for f in filters) and company.visible(kind.name, row)
            )
        result = list(rows)
        for path, descending in reversed(order):
            result.sort(key=partial(_sort_key, kind, path), reverse=descending)
        return result
    if not _narrowed(filters):
        return rows
    if kind.default_order:
        return sorted(rows, key=partial(_sort_key, kind, kind.default_order))
    return sorted(rows, key=id_number, reverse=True)


def _narrowed(filters: list[_Filter]) -> bool:
    """Whether an index may have given the rows in an order of its own."""
    return any(f.path != "Active" for f in filters)


def _sort_key(kind: Kind, path: str, row: Document) -> tuple[bool, Any]:
    value = id_number(row) if path == "Id" else comparable(value_at(row, path), kind.queryable[path])
    return value is not None, value if value is not None else 0
