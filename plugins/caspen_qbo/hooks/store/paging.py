"""Reading documents page by page, in the order of their kind and id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from caspen_qbo.hooks.database import Database, Row

PAGE_SIZE = 500


def document_pages(database: Database, name: str, params: Mapping[str, Any]) -> Iterator[list[Row]]:
    """Pages of a statement that goes on after ``after_kind`` and ``after_id``, by ``page_size``."""
    after: Mapping[str, Any] = {"after_kind": "", "after_id": 0}
    while rows := database.fetch_all(name, {**params, **after, "page_size": PAGE_SIZE}):
        yield rows
        after = {"after_kind": rows[-1]["document_kind"], "after_id": rows[-1]["document_id"]}
