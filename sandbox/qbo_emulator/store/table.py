"""One entity's rows with the indexes its queries need."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sortedcontainers import SortedList

from qbo_emulator.store.values import Document, ValueKind, comparable, id_number, value_at

RANGED: frozenset[str] = frozenset({"MetaData.LastUpdatedTime", "TxnDate", "DisplayName", "Name"})
"""Properties kept in order, for range filters and ORDERBY."""


class Table:
    """Rows by Id, in order of creation, never changed in place: a change is a new document under the same Id.

    :param indexed: Property paths looked up by equality, with their kinds. Those in ``RANGED`` are also
    ordered.
    """

    def __init__(self, indexed: Mapping[str, ValueKind]) -> None:
        self._kinds = dict(indexed)
        self.rows: dict[str, Document] = {}
        self._equal: dict[str, dict[object, dict[str, None]]] = {path: {} for path in indexed}
        self._ordered = {path: SortedList() for path in indexed if path in RANGED}

    def __len__(self) -> int:
        return len(self.rows)

    def get(self, row_id: str) -> Document | None:
        """The row, or None."""
        return self.rows.get(row_id)

    def put(self, document: Document) -> None:
        """Insert, or replace the row of the same Id."""
        old = self.rows.get(document["Id"])
        if old is not None:
            self._unindex(old, keep=document)
        self.rows[document["Id"]] = document
        for path, key in self._keys(document):
            if old is None or key != self._key(old, path):
                self._index(path, key, document)

    def load(self, documents: Iterable[Document]) -> None:
        """Insert many new rows at once; the ordered indexes are rebuilt in one go."""
        documents = list(documents)
        entries: dict[str, list[tuple[object, int]]] = {path: [] for path in self._ordered}
        for document in documents:
            self.rows[document["Id"]] = document
            for path, key in self._keys(document):
                self._equal[path].setdefault(key, {})[document["Id"]] = None
                if path in entries:
                    entries[path].append((key, id_number(document)))
        for path, new in entries.items():
            self._ordered[path].update(new)

    def remove(self, row_id: str) -> None:
        """Forget a row; its Id is never given out again."""
        self._unindex(self.rows.pop(row_id))

    def is_indexed(self, path: str) -> bool:
        """Whether ``equal_to`` answers without reading every row."""
        return path in self._equal

    def is_ordered(self, path: str) -> bool:
        """Whether ``between`` and ``in_order`` answer without reading every row."""
        return path in self._ordered

    def equal_to(self, path: str, value: object) -> list[Document]:
        """Rows whose indexed property equals ``value`` (any case), in order of creation."""
        return self.matching_key(path, comparable(value, self._kinds[path]))

    def matching_key(self, path: str, key: object) -> list[Document]:
        """As ``equal_to``, for a value already in comparable form."""
        return [self.rows[row_id] for row_id in self._equal[path].get(key, ())]

    def between(self, path: str, low: object, high: object) -> Iterator[Document]:
        """Rows whose ordered property lies within ``low`` and ``high``, both included, None meaning open."""
        least = None if low is None else (low, -2)
        most = None if high is None else (high, float("inf"))
        for _, number in self._ordered[path].irange(least, most):
            yield self.rows[str(number)]

    def in_order(self, path: str, descending: bool = False) -> Iterator[Document]:
        """All rows that have the property, ordered by it, equal ones by Id."""
        entries = self._ordered[path]
        for _, number in reversed(entries) if descending else entries:
            yield self.rows[str(number)]

    def _key(self, document: Document, path: str) -> object:
        return comparable(value_at(document, path), self._kinds[path])

    def _keys(self, document: Document) -> Iterator[tuple[str, object]]:
        for path in self._equal:
            key = self._key(document, path)
            if key is not None:
                yield path, key

    def _index(self, path: str, key: object, document: Document) -> None:
        self._equal[path].setdefault(key, {})[document["Id"]] = None
        if path in self._ordered:
            self._ordered[path].add((key, id_number(document)))

    def _unindex(self, old: Document, keep: Document | None = None) -> None:
        for path, key in self._keys(old):
            if keep is not None and self._key(keep, path) == key:
                continue
            members = self._equal[path][key]
            del members[old["Id"]]
            if not members:
                del self._equal[path][key]
            if path in self._ordered:
                self._ordered[path].remove((key, id_number(old)))
