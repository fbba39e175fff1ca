"""What every subject of a workspace's store builds on."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, ClassVar, TypeVar

from caspen_qbo.hooks.database import SENT_TOGETHER, Database, Row
from caspen_qbo.hooks.store.codec import decode

T = TypeVar("T")

PAGE_SIZE = 500


def workspace_lock_key(workspace_id: int) -> int:
    """The 64-bit key of the advisory lock by which runs of a workspace exclude each other, signed."""
    digest = hashlib.sha256(f"caspen_qbo:workspace:{workspace_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


class Subject:
    """One subject of one workspace's store; ``workspace_id`` is bound to each statement. Statements are files
    of ``folder`` below ``include/sql``; another subject's is named with its folder.
    """

    folder: ClassVar[str]

    def __init__(self, database: Database, workspace_id: int) -> None:
        self._db = database
        self.workspace_id = workspace_id

    def _name(self, statement: str) -> str:
        return statement if "/" in statement else f"{self.folder}/{statement}"

    def _bound(self, params: Mapping[str, Any]) -> dict[str, Any]:
        return {"workspace_id": self.workspace_id, **params}

    def _execute(self, statement: str, /, **params: Any) -> int:
        return self._db.execute(self._name(statement), self._bound(params))

    def _execute_many(self, statement: str, rows: Iterable[Mapping[str, Any]], /) -> None:
        self._db.execute_many(self._name(statement), [self._bound(row) for row in rows])

    def _execute_columns(
        self, statement: str, /, columns: Mapping[str, Sequence[Any]], **params: Any
    ) -> None:
        """A statement for many rows at once, all or none; each of ``columns`` has one value for each row."""
        length = len(next(iter(columns.values())))
        atomic = self._db.transaction() if length > SENT_TOGETHER else nullcontext()
        with atomic:
            for start in range(0, length, SENT_TOGETHER):
                rows = slice(start, start + SENT_TOGETHER)
                part = {name: list(column[rows]) for name, column in columns.items()}
                self._execute(statement, **part, **params)

    def _fetch_all(self, statement: str, /, **params: Any) -> list[Row]:
        return self._db.fetch_all(self._name(statement), self._bound(params))

    def _fetch_one(self, statement: str, /, **params: Any) -> Row | None:
        return self._db.fetch_one(self._name(statement), self._bound(params))

    def _fetch_values(self, kind: type[T], statement: str, /, **params: Any) -> list[T]:
        """Rows as values of a class whose fields are the statement's columns."""
        return self._db.fetch_values(kind, self._name(statement), self._bound(params))

    def _fetch_value(self, kind: type[T], statement: str, /, **params: Any) -> T | None:
        return next(iter(self._fetch_values(kind, statement, **params)), None)

    def _read_values(self, kind: type[T], statement: str, /, **params: Any) -> list[T]:
        """As :meth:`_fetch_values`, with enumerations and values in ``jsonb`` columns as what they are."""
        return [decode(kind, row) for row in self._fetch_all(statement, **params)]

    def _fetch_column(self, statement: str, /, **params: Any) -> list[Any]:
        return [next(iter(row.values())) for row in self._fetch_all(statement, **params)]

    def _is(self, statement: str, /, **params: Any) -> bool:
        return any(self._fetch_column(statement, **params))

    def _read_pages(self, kind: type[T], statement: str, /, **params: Any) -> Iterator[list[T]]:
        """Pages of such values; the statement continues after ``after_kind`` and ``after_id``."""
        after: dict[str, Any] = {"after_kind": "", "after_id": 0}
        while rows := self._fetch_all(statement, **params, **after, page_size=PAGE_SIZE):
            yield [decode(kind, row) for row in rows]
            after = {"after_kind": rows[-1]["document_kind"], "after_id": rows[-1]["document_id"]}
