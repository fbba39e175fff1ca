"""What every list has: columns to sort by, an address that keeps the filter, and its rows as a CSV file."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple
from urllib.parse import urlencode

from pydantic import BaseModel

from caspen_qbo.wording import no_formula

CSV_BUFFER = 65536


class Column(NamedTuple):
    label: str
    sort: str = ""
    """Empty where the list cannot be sorted by it."""
    numeric: bool = False
    first: str = "up"
    """The order in which the first click sorts."""


def address(query: BaseModel, **changes: object) -> str:
    """The same list with some things changed, as the query of an address; defaults are left out."""
    values = {**query.model_dump(), **changes}
    usual = type(query)().model_dump()
    return urlencode({name: value for name, value in values.items() if value != usual[name]})


def sorted_by(query: BaseModel, column: Column) -> str:
    """The list sorted by this column, or the other way round where it already is."""
    now = query.model_dump()
    other = {"up": "down", "down": "up"}[now["order"]]
    return address(
        query, sort=column.sort, order=other if column.sort == now["sort"] else column.first, page=1
    )


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Text in pieces, the only CSV that the pages write; what a spreadsheet would compute is quoted, and None
    is empty.
    """
    return begun(_pieces(columns, rows))


def begun(pieces: Iterator[str]) -> Iterator[str]:
    """The first piece is made here and now: what cannot be read is an answer of its own, and not a file that
    breaks off.
    """
    return chain([next(pieces)], pieces)


def _pieces(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for row in rows:
        writer.writerow(no_formula("" if value is None else str(value)) for value in row)
        if buffer.tell() > CSV_BUFFER:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
