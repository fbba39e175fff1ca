"""Listed rows that people left as they are."""

from collections.abc import Collection, Sequence

from caspen_qbo.core.decisions.leave import LeavableRow
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.subject import Subject


class LeftRowStore(Subject):
    folder = "decisions/left_rows"

    def fetch_leavable(self, numbers: Sequence[str]) -> list[LeavableRow]:
        """The open rows of these numbers that may be left as they are."""
        return self._read_values(LeavableRow, "select_leavable", numbers=list(numbers))

    def leave(self, row: LeavableRow, who: str) -> None:
        document = {"document_kind": row.kind, "document_id": row.id}
        self._execute(
            "upsert_left",
            **document,
            error_key=row.error_key,
            version=row.version,
            detail=row.detail,
            who=who,
        )

    def fetch_left(self, keys: Collection[DocumentKey]) -> set[tuple[DocumentKey, str]]:
        """Which of these were left as they are, with Caspen's version then."""
        found: set[tuple[DocumentKey, str]] = set()
        for kind in DocumentKind:
            if ids := [key.id for key in keys if key.kind is kind]:
                rows = self._fetch_all("select_left", document_kind=kind, ids=ids)
                found |= {(DocumentKey(kind, row["document_id"]), row["version"]) for row in rows}
        return found

    def take_back(self, numbers: Sequence[str]) -> int:
        """Forget that these were left; how many documents may be tried again."""
        return self._execute("release_left", numbers=list(numbers))

    def forget(self, key: DocumentKey, error_keys: Collection[str]) -> None:
        """Rows of these kinds of the document are raised again."""
        self._execute(
            "delete_about", document_kind=key.kind, document_id=key.id, error_keys=sorted(error_keys)
        )
