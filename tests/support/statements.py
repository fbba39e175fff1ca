"""What is sent to a database in one block of a test or a benchmark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg


@contextmanager
def sent_statements() -> Iterator[list[str]]:
    """Statements of every session of this process, in order, as they are sent from here on."""
    execute, sent = psycopg.Cursor.execute, list[str]()

    def noting(self: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
        sent.append(str(query))
        return execute(self, query, *args, **kwargs)

    psycopg.Cursor.execute = noting  # type: ignore[method-assign]
    try:
        yield sent
    finally:
        psycopg.Cursor.execute = execute  # type: ignore[method-assign]
